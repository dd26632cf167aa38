"""What a recording's samples say about themselves, without anybody listening."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np

FRAME = 0.032  # seconds
# Frames this much below the loud ones are pauses.
PAUSE = 35.0  # dB
# Of a recording of hours, so many frames evenly over it stand for the rest.
MOST_FRAMES = 4000
# A band with less power than this beside the whole holds nothing but rounding: natural recordings stay above -60 dB.
NOTHING = 65.0  # dB
# That many samples in a row at the highest or lowest value are no wave's top.
FLAT = 3


@dataclass(frozen=True)
class Measurement:
    """Figures of a recording.

    Args:
        samples: how many there are.
        seconds: how long it is.
        spoken: seconds from the first to the last frame that is not a pause.
        peak: largest distance of a sample from the mean of all.
        clipped: share of the samples that stand in a flat top, at the same highest or lowest value.
        bandwidth: Hz, above which there is nothing.
        digest: the same for the same samples.
    """

    samples: int
    seconds: float
    spoken: float
    peak: float
    clipped: float
    bandwidth: float
    digest: bytes


def measure(waveform: np.ndarray, rate: int) -> Measurement:
    """Measures a recording, at a few milliseconds for each minute.

    Args:
        waveform: (N,) float32, N >= 1, finite, at the rate at which it was recorded: resampling rounds flat tops off.
        rate: samples per second.
    """
    width = 1 << max(0, round(math.log2(FRAME * rate)))
    frames = waveform[: len(waveform) // width * width].reshape(-1, width)
    if not len(frames):
        frames = np.pad(waveform, (0, width - len(waveform)))[None]
    return Measurement(
        samples=len(waveform),
        seconds=len(waveform) / rate,
        spoken=_spoken(frames) * width / rate,
        peak=_peak(waveform),
        clipped=_clipped(waveform),
        bandwidth=_bandwidth(frames, rate),
        digest=hashlib.blake2b(np.ascontiguousarray(waveform).data, digest_size=16).digest(),
    )


def _peak(waveform: np.ndarray) -> float:
    mean = waveform.mean(dtype=np.float64)
    return float(max(waveform.max() - mean, mean - waveform.min()))


def _spoken(frames: np.ndarray) -> int:
    """Frames from the first to the last that is not a pause."""
    # In parts, so that a recording of hours is not in memory twice.
    level = np.concatenate(
        [part.var(axis=1) for part in np.split(frames, range(MOST_FRAMES, len(frames), MOST_FRAMES))]
    )
    loud = np.flatnonzero(level >= np.quantile(level, 0.95) * 10 ** (-PAUSE / 10))
    return int(loud[-1] - loud[0] + 1)


def _clipped(waveform: np.ndarray) -> float:
    flat = (waveform == waveform.max()) | (waveform == waveform.min())
    if np.count_nonzero(flat) < FLAT:
        return 0.0
    edges = np.flatnonzero(np.diff(flat.view(np.int8), prepend=0, append=0))
    runs = edges[1::2] - edges[::2]
    return float(runs[runs >= FLAT].sum() / len(waveform))


def _bandwidth(frames: np.ndarray, rate: int) -> float:
    taken = frames[:: -(-len(frames) // MOST_FRAMES)]
    taken = taken - taken.mean(axis=1, keepdims=True, dtype=np.float32)
    power = (np.abs(np.fft.rfft(taken * np.hanning(frames.shape[1]), axis=1)) ** 2).mean(axis=0)
    above = np.cumsum(power[::-1])[::-1]
    if not above[0]:
        return 0.0
    last = np.flatnonzero(above > above[0] * 10 ** (-NOTHING / 10))[-1]
    return float((last + 1) * rate / 2 / len(power))
