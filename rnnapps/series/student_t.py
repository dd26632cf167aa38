"""Quantiles of Student's t distribution, as a graph function."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

HALVINGS = 50


def student_t_quantiles(freedom: tf.Tensor, levels: Sequence[float]) -> tf.Tensor:
    """The values that a t-distributed variable stays below with the given probabilities.

    With x = v / (v + t^2), P(|T| > t) = I_x(v/2, 1/2), the regularised incomplete beta function: x is found by halving
    the interval it lies in, in float64, to the last digit that float32 shows.

    Args:
        freedom: (...) float, v > 0, degrees of freedom.
        levels: Q numbers in (0, 1).
    Returns:
        (..., Q) of the type of `freedom`.

    Abramowitz and Stegun 1964, eq. 26.7.1 and 26.5.27.
    """
    levels = np.asarray(levels, "float64")
    tails = tf.constant(2 * np.minimum(levels, 1 - levels))  # P(|T| > t)
    half = tf.cast(freedom, "float64")[..., None] / 2
    half = tf.broadcast_to(half, tf.concat([tf.shape(freedom), [len(levels)]], axis=0))
    # log x, because far out in the tail of a heavy distribution x is tiny.
    low, high = tf.fill(tf.shape(half), tf.constant(-60.0, "float64")), tf.zeros_like(half)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        above = tf.math.betainc(half, 0.5 * tf.ones_like(half), tf.exp(middle)) > tails
        low, high = tf.where(above, low, middle), tf.where(above, middle, high)
    x = tf.exp((low + high) / 2)
    size = tf.sqrt(2 * half * -tf.math.expm1((low + high) / 2) / x)
    signs = tf.constant(np.sign(np.where(levels == 0.5, 0.0, levels - 0.5)))
    return tf.cast(signs * size, freedom.dtype)
