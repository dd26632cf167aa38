"""Kinds of noise, each of mean square 1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rnnapps.audio.noises import white


def rumble(samples: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Of a road or a ventilator: power falls by 6 dB an octave above 50 Hz."""
    size = 1 << (samples - 1).bit_length()  # transforms of other sizes may take far longer
    spectrum = np.fft.rfft(rng.standard_normal(size, np.float32))
    slope = np.sqrt(1 + (np.fft.rfftfreq(size, 1 / rate) / 50) ** 2)
    return _scaled(np.fft.irfft(spectrum / slope)[:samples])


def hum(samples: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Of the mains: a tone of 50 or 60 Hz and nineteen harmonics with random phases, and a faint hiss."""
    tone = rng.choice([50, 60]) * (np.arange(rate // 10) / rate)  # whole periods of either
    order = np.arange(1, 21)[:, None]
    phases = rng.uniform(size=(20, 1))
    tones = np.resize((np.sin(2 * np.pi * (order * tone + phases)) / order).sum(0), samples)
    return _scaled(tones + 3e-3 * rng.standard_normal(samples, np.float32))


def crackle(samples: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Of a bad line: thirty clicks a second on average, each dying away within some milliseconds."""
    clicks = np.where(rng.uniform(size=samples) < 30 / rate, rng.standard_normal(samples), 0)
    decay = np.exp(-np.arange(round(0.005 * rate)) / (0.001 * rate)) * rng.standard_normal(round(0.005 * rate))
    return _scaled(np.convolve(clicks, decay)[:samples] + 1e-3 * rng.standard_normal(samples))


NOISES: dict[str, Callable] = {"white": white, "rumble": rumble, "hum": hum, "crackle": crackle}


def _scaled(noise: np.ndarray) -> np.ndarray:
    return (noise / np.sqrt(np.mean(noise**2))).astype(np.float32)
