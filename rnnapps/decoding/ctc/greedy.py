"""Greedy decoding of CTC: the likeliest symbol of every frame."""

from __future__ import annotations

import tensorflow as tf


def greedy(log_probs: tf.Tensor, frames: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The text of the likeliest path: the best symbol of every frame, equal neighbours merged, blanks left out.

    A graph function: runs inside `tf.function` and a SavedModel, with unknown batch and lengths.

    Args:
        log_probs: (B, T, V) float, symbol 0 is the blank.
        frames: (B,) int, true frames of each row.
    Returns:
        Labels (B, L) int32, zero padded, L the longest row's length, and the log-probability (B,) of the path.

    >>> greedy(np.log([[[0.1, 0.9], [0.2, 0.8], [0.7, 0.3], [0.4, 0.6]]]), [4])[0].numpy()
    array([[1, 1]], dtype=int32)

    Graves et al. 2006, Connectionist temporal classification, section 3.2, best path decoding.
    """
    log_probs = tf.convert_to_tensor(log_probs)
    labels, scores, _ = greedy_chunk(log_probs, frames, tf.zeros(tf.shape(log_probs)[:1], tf.int32))
    return labels, scores


def greedy_row(log_probs: tf.Tensor, last: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """`greedy_chunk` of one recording (T, V), by operations that LiteRT has too: labels (L,), and `last` (1,)."""
    best = tf.argmax(log_probs, axis=1, output_type=tf.int32)
    before = tf.concat([last, best], axis=0)  # 1 + T
    return tf.boolean_mask(best, (best != 0) & (best != before[:-1])), before[-1:]


def greedy_chunk(log_probs: tf.Tensor, frames: tf.Tensor, last: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """`greedy` of the next frames of recordings that come in chunks.

    Args:
        log_probs: (B, T, V) float, T may be 0.
        frames: (B,) int, true frames of each row in this chunk.
        last: (B,) int32, the best symbol of the frame before; zeros at the beginning.
    Returns:
        The labels (B, L) that this chunk adds, its log-probability (B,), and `last` for the next chunk.
    """
    log_probs, frames = tf.cast(log_probs, tf.float32), tf.cast(frames, tf.int32)
    best = tf.argmax(log_probs, axis=2, output_type=tf.int32)  # B, T
    inside = tf.sequence_mask(frames, tf.shape(best)[1])
    before = tf.concat([last[:, None], best], axis=1)  # B, 1 + T
    new = inside & (best != 0) & (best != before[:, :-1])
    labels = tf.ragged.boolean_mask(best, new).to_tensor()
    scores = tf.reduce_sum(tf.where(inside, tf.reduce_max(log_probs, axis=2), 0.0), axis=1)
    return labels, scores, tf.gather(before, frames, batch_dims=1)
