"""Forced alignment: in which frames a known text was said."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from rnnapps.decoding.ctc.log_domain import IMPOSSIBLE


class Alignment(NamedTuple):
    """Where each label lies on the likeliest path that collapses to the labels; padded labels have zeros."""

    first: tf.Tensor  # B, L int32: its first frame
    last: tf.Tensor  # B, L int32: its last frame, itself included
    log_posteriors: tf.Tensor  # B, L float32: mean log-probability of the label over its frames
    scores: tf.Tensor  # B float32: log-probability of the path
    possible: tf.Tensor  # B bool: False where the row has too few frames for its labels; then all is 0


def align(log_probs: tf.Tensor, frames: tf.Tensor, labels: tf.Tensor) -> Alignment:
    """The likeliest path of given labels (Viterbi).

    The states of a row are its labels with a blank before, between and after; a path stays, goes on by one, or by two
    where that skips the blank between two different labels. Of equally likely paths, the one that moves later wins.

    A graph function: runs inside `tf.function` and a SavedModel, with unknown batch and lengths. Padding and the
    other rows of the batch change nothing.

    Args:
        log_probs: (B, T, V) float, symbol 0 is the blank.
        frames: (B,) int, true frames of each row.
        labels: (B, L) int, zero padded.
    Returns:
        `Alignment`.
    """
    log_probs = tf.maximum(tf.cast(log_probs, tf.float32), IMPOSSIBLE)
    frames, labels = tf.cast(frames, tf.int32), tf.cast(labels, tf.int32)
    # A loop over no frame would leave arrays without a shape.
    log_probs = tf.pad(log_probs, ((0, 0), (0, tf.maximum(1 - tf.shape(log_probs)[1], 0)), (0, 0)))
    batch, length = tf.shape(labels)[0], tf.shape(labels)[1]
    lengths = tf.math.count_nonzero(labels, axis=1, dtype=tf.int32)

    # Blank, label, blank, ..., label, blank: B, S with S = 2 L + 1
    states = tf.reshape(tf.stack([tf.zeros_like(labels), labels], axis=2), (batch, 2 * length))
    states = tf.pad(states, ((0, 0), (0, 1)))
    emissions = tf.transpose(tf.gather(log_probs, states, axis=2, batch_dims=1), (1, 0, 2))  # T, B, S
    skips = (states != 0) & (states != tf.pad(states, ((0, 0), (2, 0)))[:, :-2])
    no_skip = tf.where(skips, 0.0, IMPOSSIBLE)

    steps = tf.shape(emissions)[0]
    start = tf.where(tf.range(2 * length + 1) == 0, 0.0, IMPOSSIBLE) + tf.zeros((batch, 1))
    # One state before the first, so that the first frame may take the first blank or the first label.
    moves = tf.TensorArray(tf.int32, steps, element_shape=(None, None))

    def forward(t, scores, moves):
        by_one = tf.pad(scores, ((0, 0), (1, 0)), constant_values=IMPOSSIBLE)[:, :-1]
        by_two = tf.pad(scores, ((0, 0), (2, 0)), constant_values=IMPOSSIBLE)[:, :-2] + no_skip
        ways = tf.stack([scores, by_one, by_two])
        reached = tf.maximum(tf.reduce_max(ways, axis=0) + emissions[t], IMPOSSIBLE)
        inside = (t < frames)[:, None]
        moves = moves.write(t, tf.where(inside, tf.argmax(ways, axis=0, output_type=tf.int32), 0))
        return t + 1, tf.where(inside, reached, scores), moves

    _, scores, moves = tf.while_loop(
        lambda t, *_: t < steps,
        forward,
        (0, start, moves),
        shape_invariants=(tf.TensorShape([]), tf.TensorShape([None, None]), tf.TensorShape(None)),
    )
    # It ends on the last label or on the blank behind it.
    ends = tf.stack([tf.maximum(2 * lengths - 1, 0), 2 * lengths], axis=1)
    finals = tf.gather(scores, ends, batch_dims=1)
    state = tf.gather(ends, tf.argmax(finals, axis=1, output_type=tf.int32), batch_dims=1)
    paths = tf.TensorArray(tf.int32, steps, element_shape=(None,))

    def backward(t, state, paths):
        paths = paths.write(t, tf.where(t < frames, state, 0))
        return t - 1, state - tf.gather(moves.read(t), state, batch_dims=1), paths

    _, _, paths = tf.while_loop(
        lambda t, *_: t >= 0,
        backward,
        (steps - 1, state, paths),
        shape_invariants=(tf.TensorShape([]), tf.TensorShape([None]), tf.TensorShape(None)),
    )
    scores = tf.reduce_max(finals, axis=1)
    possible = scores > IMPOSSIBLE / 2
    on_label = tf.transpose(paths.stack())[:, :, None] == 2 * tf.range(length) + 1  # B, T, L
    on_label &= possible[:, None, None]
    return _spans(on_label, tf.transpose(emissions, (1, 0, 2))[:, :, 1::2], tf.where(possible, scores, 0.0), possible)


def _spans(on_label, emissions, scores, possible):
    steps = tf.shape(on_label)[1]
    times = tf.range(steps)[:, None]
    said = tf.reduce_any(on_label, axis=1)
    count = tf.maximum(tf.reduce_sum(tf.cast(on_label, tf.float32), axis=1), 1.0)
    return Alignment(
        first=tf.where(said, tf.reduce_min(tf.where(on_label, times, steps), axis=1), 0),
        last=tf.where(said, tf.reduce_max(tf.where(on_label, times, -1), axis=1), 0),
        log_posteriors=tf.reduce_sum(tf.where(on_label, emissions, 0.0), axis=1) / count,
        scores=scores,
        possible=possible,
    )
