"""What the decoders return, and the arithmetic of log-probabilities that they share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import tensorflow as tf

# (tokens (N,) int32, states with leading N) -> (logits (N, V), states, alignment (N, S) or None)
Step = Callable[[tf.Tensor, object], tuple[tf.Tensor, object, tf.Tensor | None]]


class Hypotheses(NamedTuple):
    """N hypotheses for each of B rows, best first.

    tokens: (B, N, L) int32: without the start symbol, with the end symbol, `pad_id` after it. L is the length of the
        longest hypothesis in the batch, at least one. A hypothesis cut by its cap has no end symbol.
    lengths: (B, N) int32, tokens with the end symbol.
    log_probs: (B, N) float32, sum of the natural logarithms of the model's probabilities of these tokens.
    scores: (B, N) float32, what the hypotheses are ranked by, descending. Where a row has fewer than N distinct
        hypotheses the rest are empty: length 0, log-probability and score minus infinity.
    alignments: (B, N, L, S) float, zero after the end; None when the step gives none.
    """

    tokens: tf.Tensor
    lengths: tf.Tensor
    log_probs: tf.Tensor
    scores: tf.Tensor
    alignments: tf.Tensor | None


def token_log_probs(logits: tf.Tensor, forbidden_ids: Sequence[int] = ()) -> tf.Tensor:
    """Log-probabilities (N, V) float32 of `logits` (N, V), minus infinity at forbidden ids.

    Not renormalised after forbidding: they stay the model's, so that scoring the output again gives the same sum. A NaN
    is the least likely of logits, never the best, and infinite logits count as very large ones.
    """
    log_probs = tf.nn.log_softmax(usable(tf.cast(logits, tf.float32)))
    if not forbidden_ids:
        return log_probs
    tokens = tf.range(tf.shape(logits)[-1])
    forbidden = tf.reduce_any(tokens[:, None] == tf.constant(list(forbidden_ids), tf.int32), axis=-1)
    return tf.where(forbidden, float("-inf"), log_probs)


def usable(logits: tf.Tensor) -> tf.Tensor:
    """`logits` without NaN and infinities, which would leave no number to compare."""
    limit = 1e9
    return tf.where(tf.math.is_nan(logits), -limit, tf.clip_by_value(logits, -limit, limit))


def caps(max_lengths: tf.Tensor) -> tf.Tensor:
    """`max_lengths` as (B,) int32; ValueError where it is not one number per row."""
    max_lengths = tf.cast(tf.convert_to_tensor(max_lengths), tf.int32)
    if max_lengths.shape.rank not in (1, None):
        raise ValueError(f"max_lengths must be (B,), a cap for every row, got shape {max_lengths.shape}")
    return max_lengths


def take(values: tf.Tensor, tokens: tf.Tensor) -> tf.Tensor:
    """values[n, tokens[n]]: (N, V), (N,) -> (N,)."""
    return tf.gather(values, tokens, axis=1, batch_dims=1)


def tile_beams(nest: object, beams: int) -> object:
    """Repeats every row of every tensor `beams` times, side by side: (B, ...) -> (B*beams, ...). None stays None."""
    return tf.nest.map_structure(
        lambda x: None if x is None else tf.repeat(tf.convert_to_tensor(x), beams, axis=0), nest
    )


def same_shapes(new: object, old: object) -> object:
    """`new` with the static shapes of `old`, as a loop wants its variables."""
    return tf.nest.map_structure(lambda n, o: tf.ensure_shape(n, o.shape), new, old)
