"""Log-mel spectra and cepstra as graph functions, equal to librosa's."""

from __future__ import annotations

import math

import numpy as np
import tensorflow as tf

LEAST_POWER = 1e-10  # librosa's amin: silence is -100 dB


def cosine_matrix(bands: int, coefficients: int) -> np.ndarray:
    """The orthonormal cosine transform (DCT-II) of log-mel bands to cepstral coefficients: (bands, coefficients)."""
    angles = np.pi / bands * (np.arange(bands)[:, None] + 0.5) * np.arange(coefficients)
    matrix = math.sqrt(2 / bands) * np.cos(angles)
    matrix[:, 0] /= math.sqrt(2)
    return matrix.astype("float32")


def log_mel(samples: tf.Tensor, window: int, hop: int, fft_length: int, filters: np.ndarray) -> tf.Tensor:
    """Decibels in mel bands of every whole frame of `samples`, which are padded already.

    P_t = |FFT(hann * x_t)|^2,   10 log10(max(M P_t, 1e-10))

    Args:
        samples: (B, N) float32.
        window: W, samples of a frame; a periodic Hann window of that length.
        hop: samples from frame to frame.
        fft_length: at least W. Where in it the frame stands does not change the power.
        filters: (fft_length // 2 + 1, bands), see `mel_matrix`.
    Returns:
        (B, (N - W) // hop + 1, bands); no frame where N < W.
    """
    # Not tf.signal.hann_window: of an odd length, it is not periodic.
    hann = 0.5 - 0.5 * np.cos(2 * np.pi / window * np.arange(window))
    frames = tf.signal.frame(samples, window, hop) * hann.astype("float32")
    # tf.signal.rfft pads by itself, but not where there is no frame.
    spectra = tf.signal.rfft(tf.pad(frames, [[0, 0], [0, 0], [0, fft_length - window]]))
    power = tf.square(tf.math.real(spectra)) + tf.square(tf.math.imag(spectra))
    return 10 / math.log(10) * tf.math.log(tf.maximum(tf.matmul(power, filters), LEAST_POWER))
