"""How completely a hypothesis has looked at its source."""

from __future__ import annotations

import tensorflow as tf


def log_coverage(coverage: tf.Tensor, mask: tf.Tensor | None) -> tf.Tensor:
    """sum_j log(min(coverage_j, 1)) of hypotheses: (B, K, S) -> (B, K).

    Args:
        coverage: sum_i alpha_ij, how much each source position was looked at.
        mask: (B, S) bool, the positions that count; None counts those that any hypothesis of a row looked at.
    """
    # By any of them: to the one that overlooks a position it must not be padding.
    seen = tf.reduce_any(coverage > 0, axis=1, keepdims=True)
    counted = seen if mask is None else tf.cast(mask, tf.bool)[:, None]
    # A position that nothing at all attended to costs much, but does not make all such hypotheses equal.
    coverage = tf.clip_by_value(coverage, 1e-10, 1.0)
    return tf.reduce_sum(tf.where(counted, tf.math.log(coverage), 0.0), axis=-1)
