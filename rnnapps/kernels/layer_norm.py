"""Layer normalisation over the last axis and its derivative, for the hand-derived loop (Ba et al. 2016, eq. 4)."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

EPSILON = 1e-5


class Normalized(NamedTuple):
    """Zero mean and unit variance along the last axis, and the factor that led there."""

    value: tf.Tensor
    inverse_deviation: tf.Tensor


def normalize(x: tf.Tensor) -> Normalized:
    """Normalised `x`; the statistics are taken in float32 at least, because half precision loses the variance."""
    wide = tf.cast(x, tf.float32) if x.dtype.size < 4 else x
    centred = wide - tf.reduce_mean(wide, axis=-1, keepdims=True)
    inverse = tf.math.rsqrt(tf.reduce_mean(tf.square(centred), axis=-1, keepdims=True) + EPSILON)
    return Normalized(tf.cast(centred * inverse, x.dtype), tf.cast(inverse, x.dtype))


def normalize_backward(gradient: tf.Tensor, normalized: Normalized) -> tf.Tensor:
    """Gradient with respect to the input of `normalize`, given the one with respect to its value."""
    value, inverse = normalized
    mean = tf.reduce_mean(gradient, axis=-1, keepdims=True)
    along = tf.reduce_mean(gradient * value, axis=-1, keepdims=True)
    return inverse * (gradient - mean - value * along)
