"""From scores to alignment and context, shared by the attention layers."""

from __future__ import annotations

import keras
import tensorflow as tf


def attend(scores: tf.Tensor, values: tf.Tensor, mask: tf.Tensor | None) -> tuple[tf.Tensor, tf.Tensor]:
    """Context and alignment of every query.

    alpha_ij = exp(e_ij) / sum_k exp(e_ik)     over the positions j that the mask keeps, else 0
    c_i = sum_j alpha_ij h_j

    Args:
        scores: (B, S) or (B, T, S) float, e.
        values: (B, S, D) float, h.
        mask: (B, S) bool, True where a position counts; None counts all.
    Returns:
        The context (B, D) or (B, T, D), and the alignment (B, S) or (B, T, S) as `masked_softmax` gives it.
    Raises:
        ValueError: a mask of another shape, which would broadcast to something else.
    """
    _check(mask, values)
    if scores.shape.rank == 2:
        alignment = masked_softmax(scores, mask)
        return (tf.cast(alignment, values.dtype)[:, None] @ values)[:, 0], alignment
    alignment = masked_softmax(scores, None if mask is None else mask[:, None])
    return tf.cast(alignment, values.dtype) @ values, alignment


def without_padding(values: tf.Tensor, mask: tf.Tensor | None) -> tf.Tensor:
    """Values (B, S, D) with zeros where `mask` (B, S) is False: zero times NaN would still reach the context."""
    if mask is None:
        return values
    _check(mask, values)
    return tf.where(tf.cast(mask, tf.bool)[..., None], values, tf.zeros_like(values))


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


def _check(mask, values):
    if mask is not None and not values.shape[:2].is_compatible_with(mask.shape):
        raise ValueError(f"attention: mask must be (B, S) like values {values.shape}, got {mask.shape}")
