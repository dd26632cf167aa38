"""Triangular filters on the mel scale, and how many of them the frequencies of a frame have room for."""

from __future__ import annotations

import warnings

import numpy as np


def fft_length_for(rate: int, window: int, bands: int, lowest: float, highest: float) -> int:
    """The shortest power of two that holds the window and resolves every band.

    Args:
        rate: samples per second.
        window: samples of a frame.
        bands: mel bands.
        lowest, highest: Hz, what the bands cover.
    Raises:
        ValueError: the bands are too many for the frequencies that they cover; the largest number that is not is told.
    """
    smallest = 1 << (window - 1).bit_length()
    for length in (smallest, 2 * smallest, 4 * smallest):
        if resolved(rate, length, bands, lowest, highest):
            return length
    most, too_many = 0, min(bands, length // 2 + 2)
    while too_many - most > 1:
        half = (most + too_many) // 2
        most, too_many = (half, too_many) if resolved(rate, length, half, lowest, highest) else (most, half)
    raise ValueError(
        f"bands={bands} is too many between {lowest:g} and {highest:g} Hz with a window of {window} samples: some "
        f"would hear nothing; take at most {most}, or a longer window"
    )


def resolved(rate: int, fft_length: int, bands: int, lowest: float, highest: float) -> bool:
    """Whether every band hears a frequency of the FFT, and there are no more bands than frequencies.

    Librosa warns where the first of it does not hold, except for a first band that begins at 0 Hz.
    """
    import librosa

    frequencies = librosa.fft_frequencies(sr=rate, n_fft=fft_length)
    if bands > len(frequencies):
        return False
    edges = librosa.mel_frequencies(bands + 2, fmin=lowest, fmax=highest)
    # A triangle is 0 at its edges.
    heard = np.searchsorted(frequencies, edges[2:]) - np.searchsorted(frequencies, edges[:-2], side="right")
    return bool((heard > 0).all())


def mel_matrix(rate: int, fft_length: int, bands: int, lowest: float, highest: float) -> np.ndarray:
    """Librosa's triangular filters on Slaney's mel scale, of equal area: (fft_length // 2 + 1, bands) float32."""
    import librosa.filters

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of empty bands, which `fft_length_for` looks for
        filters = librosa.filters.mel(sr=rate, n_fft=fft_length, n_mels=bands, fmin=lowest, fmax=highest)
    return filters.T
