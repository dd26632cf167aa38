"""How likely CTC holds every way to go on from a text: what a decoder that spells symbol by symbol is told."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from rnnapps.decoding.ctc.log_domain import IMPOSSIBLE, log_add

# Least log-probability of a symbol in a frame: differences of the sums over all frames stay exact in float64.
LEAST = -1000.0


class Prefixes(NamedTuple):
    """N texts so far, and how all paths that spell them end; float64 logarithms. Step t is before frame t.

    Fields:
        in_symbol: (N, T + 1), log-probability of the paths over t frames that spell the text and end in its last
            symbol.
        in_blank: (N, T + 1), of those that end in a blank.
        last: (N,) int32, the last symbol, 0 of the empty text.
        scores: (N,), log-probability that a text begins with this one.
    """

    in_symbol: tf.Tensor
    in_blank: tf.Tensor
    last: tf.Tensor
    scores: tf.Tensor


def silent_padding(log_probs: tf.Tensor, frames: tf.Tensor) -> tf.Tensor:
    """Posteriors (N, T, V) with frames behind the end (N,) that certainly are blank: they add nothing to any text."""
    log_probs = tf.maximum(tf.cast(log_probs, tf.float32), LEAST)
    inside = tf.sequence_mask(frames, tf.shape(log_probs)[1])[..., None]
    silence = tf.where(tf.range(tf.shape(log_probs)[2]) == 0, 0.0, LEAST)
    return tf.where(inside, log_probs, silence)


def first_prefixes(log_probs: tf.Tensor) -> Prefixes:
    """The empty text of each row of posteriors (N, T, V) from `silent_padding`: only blanks spell it."""
    blank = tf.cast(log_probs[:, :, 0], tf.float64)
    in_blank = tf.pad(tf.cumsum(blank, axis=1), [[0, 0], [1, 0]])
    rows = tf.shape(in_blank)[0]
    return Prefixes(
        tf.fill(tf.shape(in_blank), tf.constant(IMPOSSIBLE, tf.float64)),
        in_blank,
        tf.zeros(rows, tf.int32),
        tf.zeros(rows, tf.float64),
    )


def extended(prefixes: Prefixes, symbols: tf.Tensor, log_probs: tf.Tensor) -> Prefixes:
    """The texts with one more symbol each (N,); symbol 0 adds nothing.

    Both recursions over the frames, r(t) = (r(t - 1) + entered(t - 1)) p_t, are sums: no loop is needed.
    """
    of_symbol = tf.cast(tf.gather(log_probs, symbols, axis=2, batch_dims=1), tf.float64)  # N, T
    before = _free(prefixes, symbols)[:, :-1]
    in_symbol = _run(before, of_symbol)
    in_blank = _run(in_symbol[:, :-1], tf.cast(log_probs[:, :, 0], tf.float64))
    new = Prefixes(in_symbol, in_blank, symbols, tf.reduce_logsumexp(before + of_symbol, axis=1))
    stays = symbols == 0
    choose = lambda old, new: tf.where(stays if new.shape.rank == 1 else stays[:, None], old, new)
    return tf.nest.map_structure(choose, prefixes, new)


def next_scores(prefixes: Prefixes, log_probs: tf.Tensor) -> tf.Tensor:
    """Log-probability of every next symbol, given the text so far; of symbol 0: that the text ends here.

    p(c | g) = sum over the texts that begin with g, c / sum over those that begin with g

    Args:
        log_probs: (N, T, V) from `silent_padding`.
    Returns:
        (N, V) float32: the logarithms of probabilities that sum to one.

    Hori, Watanabe & Hershey 2017, Joint CTC/attention decoding for end-to-end speech recognition, section 3.2.
    """
    either = log_add(prefixes.in_symbol, prefixes.in_blank)
    probabilities = tf.exp(log_probs)
    symbols = _through(either[:, :-1], probabilities)
    # The last symbol can come again only behind a blank: without one it is the same.
    last = tf.gather(log_probs, prefixes.last, axis=2, batch_dims=1)
    again = tf.reduce_logsumexp(prefixes.in_blank[:, :-1] + tf.cast(last, tf.float64), axis=1)
    number = tf.range(tf.shape(log_probs)[2])
    scores = tf.where(number == prefixes.last[:, None], again[:, None], symbols)
    scores = tf.where(number == 0, either[:, -1:], scores)
    return tf.cast(tf.maximum(scores - prefixes.scores[:, None], IMPOSSIBLE), tf.float32)


def _free(prefixes, symbols):
    """Paths from which these symbols (N,) are new: an equal one needs a blank between."""
    equal = (symbols == prefixes.last)[:, None]
    return tf.where(equal, prefixes.in_blank, log_add(prefixes.in_symbol, prefixes.in_blank))


def _run(entered, log_probs):
    """r(0) = 0; r(t) = (r(t - 1) + entered(t - 1)) p_t, as logarithms: (N, T), (N, T) -> (N, T + 1)."""
    so_far = tf.cumsum(log_probs, axis=1)
    run = so_far + tf.math.cumulative_logsumexp(entered - so_far + log_probs, axis=1)
    return tf.pad(tf.maximum(run, IMPOSSIBLE), [[0, 0], [1, 0]], constant_values=IMPOSSIBLE)


def _through(paths, probabilities):
    """log sum_t e^(paths_t) p_t: (N, T), (N, T, V) -> (N, V); a product instead of an exponential for each of V."""
    largest = tf.reduce_max(paths, axis=1, keepdims=True)
    relative = tf.cast(tf.exp(paths - largest), tf.float32)
    through = tf.matmul(relative[:, None], probabilities)[:, 0]
    return largest + tf.cast(tf.maximum(tf.math.log(through), IMPOSSIBLE), tf.float64)
