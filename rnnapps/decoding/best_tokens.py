"""The few likeliest tokens of every row, without a log-probability for each of the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from rnnapps.decoding.hypotheses import usable

# Where a vocabulary divides into blocks of about this many tokens, the best are looked for in the best blocks only:
# about four times faster on a CPU than one `top_k` over 8,000.
SHORTEST_BLOCK, BLOCK, LONGEST_BLOCK = 16, 48, 256


def best_tokens(logits: tf.Tensor, count: int, forbidden_ids: Sequence[int] = ()) -> tuple[tf.Tensor, tf.Tensor]:
    """The tokens that `token_log_probs` ranks first, best first, the lower id among equals.

    A search needs K of V log-probabilities: the rest of the softmax is only its sum.

    Args:
        logits: (N, V), any float type; NaN and infinities as in `token_log_probs`.
        count: int > 0, how many; all V where there are fewer.
        forbidden_ids: ids that come last, at minus infinity.
    Returns:
        Ids and log-probabilities, (N, C) int32 and (N, C) float32.
    """
    logits = tf.cast(logits, tf.float32)
    asked = count + len(forbidden_ids)  # those that are forbidden may be in the way
    top, ids, largest, total = _top(logits, asked)
    # The sum shows whether any logit was NaN or +inf: a pass over all of them only then.
    top, ids, largest, total = tf.cond(
        tf.reduce_all(tf.math.is_finite(total)),
        lambda: (top, ids, largest, total),
        lambda: _top(usable(logits), asked),
    )
    log_probs = usable(top) - largest - tf.math.log(total)
    if forbidden_ids:
        forbidden = tf.reduce_any(ids[..., None] == tf.constant(list(forbidden_ids), tf.int32), axis=-1)
        log_probs = tf.where(forbidden, float("-inf"), log_probs)
    log_probs, order = tf.math.top_k(log_probs, tf.minimum(count, tf.shape(ids)[1]))
    return tf.gather(ids, order, batch_dims=1), log_probs


def _top(logits, count):
    """The largest logits (N, C), their ids (N, C), the largest (N, 1), and the sum of exp(logit - largest) (N, 1)."""
    block = _block(logits.shape[-1], count)
    if block is None:
        top, ids = tf.math.top_k(logits, tf.minimum(count, tf.shape(logits)[1]))
        largest = top[:, :1]
    else:
        top, ids, largest = _top_of_blocks(logits, count, block)
    return top, ids, largest, tf.reduce_sum(tf.exp(logits - largest), axis=1, keepdims=True)


def _top_of_blocks(logits, count, block):
    """`top_k` that reads only the `count` blocks with the largest maxima: no other can hold one of the best."""
    blocks = tf.reshape(logits, (-1, logits.shape[-1] // block, block))
    maxima = tf.reduce_max(blocks, axis=2)
    # In ascending order, so that the lower id still wins among equals.
    places = tf.sort(tf.math.top_k(maxima, count).indices, axis=1)
    some = tf.reshape(tf.gather(blocks, places, batch_dims=1), (-1, count * block))
    top, within = tf.math.top_k(some, count)
    ids = tf.gather(places, within // block, batch_dims=1) * block + within % block
    return top, ids, tf.reduce_max(maxima, axis=1, keepdims=True)


def _block(vocabulary, count):
    """The length nearest to BLOCK that divides the vocabulary into enough blocks; None where none does."""
    if vocabulary is None:
        return None
    fits = [
        length
        for length in range(SHORTEST_BLOCK, LONGEST_BLOCK + 1)
        if vocabulary % length == 0 and vocabulary // length >= 4 * count
    ]
    return min(fits, key=lambda length: abs(length - BLOCK), default=None)
