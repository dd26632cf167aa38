"""Sums of probabilities that are given as logarithms."""

from __future__ import annotations

import tensorflow as tf

# Instead of minus infinity, whose differences are nan. A sum of many stays finite.
IMPOSSIBLE = -1e30


def log_add(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """log(e^a + e^b), for values not below `IMPOSSIBLE`."""
    return tf.maximum(a, b) + tf.math.log1p(tf.exp(-tf.abs(a - b)))
