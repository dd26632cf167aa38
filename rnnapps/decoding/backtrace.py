"""Reads whole hypotheses off the steps of a beam search."""

from __future__ import annotations

import tensorflow as tf


def backtrace(
    steps: tf.Tensor,
    token_array: tf.TensorArray,
    parent_array: tf.TensorArray,
    alignment_array: tf.TensorArray | None,
) -> tuple[tf.Tensor, tf.Tensor | None]:
    """Follows every final beam back to its first token.

    Cheaper than moving all tokens and alignments so far along with the beams at every step.

    Args:
        steps: scalar int32, L, how many steps were written, at least one.
        token_array: (B, K) int32 each: the token that each beam chose at that step.
        parent_array: (B, K) int32 each: which beam of the step before it continues.
        alignment_array: (B, K, S) float each: where it looked, or None.
    Returns:
        Tokens (B, K, L) and alignments (B, K, L, S) or None.
    """
    tokens, parents = token_array.stack()[:steps], parent_array.stack()[:steps]  # L, B, K
    beams = tf.zeros_like(parents[0]) + tf.range(tf.shape(parents)[2])
    paths = tf.TensorArray(tf.int32, steps, element_shape=parents.shape[1:])

    def body(t, beams, paths):
        return t - 1, tf.gather(parents[t], beams, batch_dims=1), paths.write(t, beams)

    _, _, paths = tf.while_loop(lambda t, *_: t >= 0, body, (steps - 1, beams, paths))
    paths = paths.stack()  # L, B, K: at which place the beam that ends at k stood after each step
    tokens = tf.transpose(tf.gather(tokens, paths, batch_dims=2), (1, 2, 0))
    if alignment_array is None:
        return tokens, None
    alignments = tf.ensure_shape(alignment_array.gather(tf.range(steps)), (None, None, None, None))
    return tokens, tf.transpose(tf.gather(alignments, paths, batch_dims=2), (1, 2, 0, 3))
