"""From scores to weights that sum to one over what a mask keeps."""

from __future__ import annotations

import keras
import tensorflow as tf


def masked_softmax(scores: tf.Tensor, mask: tf.Tensor | None = None) -> tf.Tensor:
    """Softmax over the last axis that leaves masked positions at exactly zero.

    A row that keeps nothing is all zeros, not uniform, and its gradient is zero. Half-precision scores
    are summed in float32, and the result stays float32: eight bits of mantissa do not add up to one.

    Args:
        scores: (..., S) float.
        mask: bool, broadcastable to `scores`, True where the position counts.
    Returns:
        (..., S) float32, or float64 for float64 scores.
    """
    scores = tf.cast(scores, keras.backend.result_type(scores.dtype, "float32"))
    if mask is None:
        return tf.nn.softmax(scores)
    mask = tf.cast(mask, tf.bool)
    # Finite on purpose: softmax over a row of -inf is 0/0, and its NaN survives the second `where` in the
    # gradient.
    alignment = tf.nn.softmax(tf.where(mask, scores, tf.constant(-1e9, scores.dtype)))
    return tf.where(mask, alignment, tf.zeros_like(alignment))
