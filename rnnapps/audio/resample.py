"""Waveforms brought to another rate in the graph."""

from __future__ import annotations

import math

import tensorflow as tf

# Of the lower rate's half: what soxr's high quality keeps whole, so that an exported model hears what training heard.
PASSBAND = 0.913
SILENCE = 512  # samples of the lower rate behind the end, in which the filter rings out


def resample(waveform: tf.Tensor, from_rate: int | tf.Tensor, to_rate: int | tf.Tensor) -> tf.Tensor:
    """The same sound at another rate: band-limited interpolation by one Fourier transform there and one back.

    X_k = sum_n x_n e^{-2 pi i k n / N},   y_m = 1/N sum_k H_k X_k e^{2 pi i k m / M},   N / from_rate = M / to_rate

    N and M are whole seconds with silence behind the recording, so that any two rates fit each other exactly. H is 1 up
    to 0.913 of the lower rate's half and falls to 0 at that half along a cosine: a sinc whose window falls off with the
    cube of time. Between the rates of recordings it agrees with `librosa.resample` to about 1e-4 of full scale, and
    memory is a few times the recording's.

    Args:
        waveform: (N,) float32.
        from_rate: () int > 0, samples per second.
        to_rate: () int > 0, samples per second of what is returned.
    Returns:
        (ceil(N * to_rate / from_rate),) float32; the waveform itself where the rates are equal.
    """
    from_rate, to_rate = tf.cast(from_rate, tf.int64), tf.cast(to_rate, tf.int64)
    return tf.cond(from_rate == to_rate, lambda: waveform, lambda: _resampled(waveform, from_rate, to_rate))


def _resampled(waveform, from_rate, to_rate):
    samples = tf.size(waveform, tf.int64)
    lower = tf.minimum(from_rate, to_rate)
    seconds = -(-samples // from_rate) + -(-SILENCE // lower)
    before, after = tf.cast(seconds * from_rate, tf.int32), tf.cast(seconds * to_rate, tf.int32)
    spectrum = tf.signal.rfft(tf.pad(waveform, [[0, before - tf.size(waveform)]]))
    # Bin k is k / seconds Hz: the same bin at both rates.
    kept = tf.cast(seconds * lower, tf.int32) // 2 + 1
    place = tf.range(kept, dtype=tf.float32) / tf.cast(seconds * lower, tf.float32) * 2  # of half the lower rate
    fall = tf.clip_by_value((place - PASSBAND) / (1 - PASSBAND), 0.0, 1.0)
    gain = (0.5 + 0.5 * tf.cos(math.pi * fall)) * tf.cast(to_rate / from_rate, tf.float32)
    spectrum = spectrum[:kept] * tf.cast(gain, tf.complex64)
    spectrum = tf.pad(spectrum, [[0, after // 2 + 1 - kept]])
    return tf.signal.irfft(spectrum, [after])[: -(-samples * to_rate // from_rate)]
