"""From scores to alignment and context, shared by the attention layers."""

from __future__ import annotations

import tensorflow as tf

from rnnapps.kernels import masked_softmax


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


def _check(mask, values):
    if mask is not None and not values.shape[:2].is_compatible_with(mask.shape):
        raise ValueError(f"attention: mask must be (B, S) like values {values.shape}, got {mask.shape}")
