"""Kinds of noise that are made, not recorded."""

from __future__ import annotations

import numpy as np

# Poles and zeros whose response falls by 3 dB per octave: J. O. Smith, Spectral audio signal processing, "Example:
# synthesis of 1/f noise". The filter has forgotten its start after SETTLED samples.
PINK = ((0.049922035, -0.095993537, 0.050612699, -0.004408786), (1.0, -2.494956002, 2.017265875, -0.522189400))
SETTLED = 1430
LOWEST = 60.0  # Hz, the lowest centre of a band
BANDS = 3  # at most, in one noise
BURST = (0.02, 0.2)  # seconds
PAUSE = (0.05, 0.5)  # seconds between bursts, the mean of a recording


def white(samples: int, rate: int, random: np.random.Generator) -> np.ndarray:
    """Equal power at every frequency: (N,) float32."""
    return random.standard_normal(samples, np.float32)


def pink(samples: int, rate: int, random: np.random.Generator) -> np.ndarray:
    """Equal power in every octave: (N,) float32."""
    from scipy.signal import lfilter

    return lfilter(*PINK, random.standard_normal(samples + SETTLED, np.float32))[SETTLED:].astype(np.float32)


def bands(samples: int, rate: int, random: np.random.Generator) -> np.ndarray:
    """One to three ranges of frequency, a whistle wide or up to two octaves, and nothing between: (N,) float32."""
    from scipy.signal import butter, sosfilt

    noise = np.zeros(samples)
    if not samples:
        return noise.astype(np.float32)  # which scipy does not filter
    for _ in range(random.integers(1, BANDS, endpoint=True)):
        centre = np.exp(random.uniform(np.log(LOWEST), np.log(0.45 * rate)))
        ratio = 2 ** random.uniform(0.05, 1)
        edges = [centre / ratio, min(centre * ratio, 0.49 * rate)]
        narrow = sosfilt(butter(2, edges, "bandpass", fs=rate, output="sos"), random.standard_normal(samples))
        noise += narrow * 10 ** random.uniform(-0.5, 0.5) / np.sqrt(np.log(edges[1] / edges[0]) * centre)
    return noise.astype(np.float32)


def bursts(samples: int, rate: int, random: np.random.Generator) -> np.ndarray:
    """White noise that comes and goes, in stretches of 20 to 200 ms, louder and softer ones: (N,) float32."""
    loudness = np.zeros(samples, np.float32)
    pause = _between(PAUSE, random)
    at = round(random.uniform(0, pause) * rate)
    while at < samples:
        length = round(_between(BURST, random) * rate)
        loudness[at : at + length] = 10 ** random.uniform(-1, 0)
        at += length + round(random.exponential(pause) * rate)
    return loudness * white(samples, rate, random)


def _between(limits: tuple[float, float], random: np.random.Generator) -> float:
    """As likely in every octave."""
    return float(np.exp(random.uniform(*np.log(limits))))
