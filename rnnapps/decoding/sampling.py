"""Drawing hypotheses at random from what the model gives."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from rnnapps.decoding.hypotheses import Hypotheses, Step, caps, take, tile_beams, token_log_probs
from rnnapps.decoding.token_loop import token_loop


def sample(
    step: Step,
    states: object,
    *,
    start_id: int,
    end_id: int,
    max_lengths: tf.Tensor,
    seed: tf.Tensor,
    temperature: float | tf.Tensor = 1.0,
    top_k: int | tf.Tensor = 0,
    top_p: float | tf.Tensor = 1.0,
    n: int = 1,
    pad_id: int = 0,
    forbidden_ids: Sequence[int] = (),
    alignments: bool = True,
) -> Hypotheses:
    """Draws `n` hypotheses for every row, each token with probability softmax(log P / temperature).

    The candidates at each step are the `top_k` likeliest tokens, and of these the fewest that together hold at least
    `top_p` of the (tempered) probability, always one at least. Forbidden ids are excluded first.

    A graph function without state: the same seed gives the same samples.

    Args:
        step: (tokens (B*n,) int32, states) -> (logits (B*n, V), states, alignment (B*n, S) or None). What it closes
            over has its rows repeated by `tile_beams(nest, n)`.
        states: nest of tensors with leading B, before the first step; repeated here.
        start_id, end_id, pad_id, forbidden_ids, alignments: as for `greedy`.
        max_lengths: (B,) int32, cap on each row's length, the end symbol counted.
        seed: (2,) int32.
        temperature: float or scalar tensor >= 0; below 1 sharper, 0 is greedy.
        top_k: int or scalar tensor, 0 for all tokens.
        top_p: float or scalar tensor in (0, 1], 1 for all tokens (Holtzman et al. 2020).
        n: int > 0, samples per row.
    Returns:
        `Hypotheses` with N = n, sorted by score; samples may repeat. Log-probability and score are the model's own,
        at temperature 1 and over all tokens.
    Raises:
        ValueError: `temperature`, `top_k`, `top_p` or `n` out of range. Tensors are not checked.
    """
    if n < 1:
        raise ValueError(f"sample: n must be at least 1, got {n}")
    if not tf.is_tensor(top_k) and top_k < 0:
        raise ValueError(f"sample: top_k must not be negative, got {top_k}")
    if not tf.is_tensor(top_p) and not 0 < top_p <= 1:
        raise ValueError(f"sample: top_p must lie in (0, 1], got {top_p}")
    if not tf.is_tensor(temperature) and temperature < 0:
        raise ValueError(f"sample: temperature must not be negative, got {temperature}")
    temperature = tf.cast(temperature, tf.float32)

    def choose(logits, t):
        log_probs = token_log_probs(logits, forbidden_ids)
        candidates, ids = _candidates(log_probs, temperature, top_k, top_p)
        step_seed = tf.random.experimental.stateless_fold_in(tf.convert_to_tensor(seed), t)
        drawn = tf.random.stateless_categorical(candidates, 1, step_seed, dtype=tf.int32)[:, 0]
        drawn = take(ids, drawn)
        drawn = tf.where(temperature > 0, drawn, tf.argmax(log_probs, axis=-1, output_type=tf.int32))
        return drawn, take(log_probs, drawn)

    max_lengths = caps(max_lengths)
    drawn = token_loop(
        step,
        tile_beams(states, n),
        choose,
        start_id=start_id,
        end_id=end_id,
        max_lengths=tile_beams(max_lengths, n),
        pad_id=pad_id,
        alignments=alignments,
    )
    return _by_row(drawn, tf.size(max_lengths), n)


def _candidates(log_probs, temperature, top_k, top_p):
    """Tempered log-probabilities of the tokens that may be drawn, and their ids."""
    # Relative to the best, so that a tiny temperature leaves the best at 0 and not at minus infinity.
    tempered = log_probs - tf.reduce_max(log_probs, axis=-1, keepdims=True)
    tempered /= tf.maximum(temperature, 1e-6)
    top_k, top_p = tf.cast(top_k, tf.int32), tf.cast(top_p, tf.float32)
    return tf.cond(
        (top_k > 0) | (top_p < 1),
        lambda: _likeliest(tempered, top_k, top_p),
        lambda: (tempered, tf.zeros_like(tempered, tf.int32) + tf.range(tf.shape(tempered)[1])),
    )


def _likeliest(tempered, top_k, top_p):
    vocabulary = tf.shape(tempered)[1]
    tempered, ids = tf.math.top_k(tempered, tf.where(top_k > 0, tf.minimum(top_k, vocabulary), vocabulary))
    before = tf.cumsum(tf.nn.softmax(tempered), axis=-1, exclusive=True)
    # The best one has nothing before it, so it always stays. Sums that round to one leave nobody out.
    return tf.where((before < top_p) | (top_p >= 1), tempered, float("-inf")), ids


def _by_row(drawn, batch, n):
    """(B*n, 1, ...) -> (B, n, ...), each row's samples by descending score."""
    together = lambda x: tf.reshape(x, tf.concat([[batch, n], tf.shape(x)[2:]], axis=0))
    drawn = tf.nest.map_structure(lambda x: None if x is None else together(x), drawn)
    _, order = tf.math.top_k(drawn.scores, n)
    return tf.nest.map_structure(lambda x: None if x is None else tf.gather(x, order, batch_dims=1), drawn)
