"""One frame of a prefix beam search."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from rnnapps.decoding.ctc.log_domain import IMPOSSIBLE, log_add

# Hashes of prefixes: h(p c) = h(p) * MULTIPLIER + c, modulo 2^64.
MULTIPLIER = 6364136223846793005
NO_PREFIX = -1


class Prefixes(NamedTuple):
    """W prefixes for each of B rows, best first.

    Log-probabilities contain all that a search adds. With hot words there are K = 2 of each: with all boosts, and
    without those of a phrase that is not complete yet; else K = 1.
    """

    blank: tf.Tensor  # B, W, K float32: of the paths that end in a blank
    symbol: tf.Tensor  # B, W, K float32: of the others
    identity: tf.Tensor  # B, W, 3 int64: hash, hash of the parent, last symbol


class Frame(NamedTuple):
    """What the network says of one frame, and the C symbols that may extend prefixes."""

    log_probs: tf.Tensor  # B, V
    symbols: tf.Tensor  # B, C int32
    values: tf.Tensor  # B, C float32: their log-probabilities
    highest: tf.Tensor  # B, 1 float32: of all symbols


class Survivors(NamedTuple):
    """The W best prefixes after a frame, best first."""

    prefixes: Prefixes
    shift: tf.Tensor  # B float32: taken from all their log-probabilities
    places: tf.Tensor  # B, W int32: 0 ... W-1 for a prefix that stayed, W + w * C + c for w extended by the c-th symbol
    parents: tf.Tensor  # B, W int32: which prefix each stayed or extended
    tokens: tf.Tensor  # B, W int32: the symbol that extended it, 0 where it stayed


def first_prefixes(batch: int | tf.Tensor, beam_size: int, versions: int) -> Prefixes:
    """The empty prefix, as if after a blank; the others are dead, or they would stay equal to it for ever."""
    alive = tf.broadcast_to((tf.range(beam_size) == 0)[:, None], (batch, beam_size, versions))
    identity = tf.broadcast_to(tf.constant([0, NO_PREFIX, 0], tf.int64), (batch, beam_size, 3))
    return Prefixes(tf.where(alive, 0.0, IMPOSSIBLE), tf.fill((batch, beam_size, versions), IMPOSSIBLE), identity)


def step(
    prefixes: Prefixes, frame: Frame, gains=None, created=None, hot_words=None, codes=None, code=None
) -> Survivors:
    """The best prefixes after a frame.

    Args:
        prefixes: before the frame.
        frame: what the network says.
        gains: (B, W, C) what a language model adds for each symbol behind each prefix, or None.
        created: (B, W) what it added for the last symbol of each prefix, or None.
        hot_words: `HotWords`, or None.
        codes: (B, W, C) of hot words, for each symbol behind each prefix.
        code: (B, W) the same for the last symbol of each prefix.
    """
    blank, symbol, identity = prefixes
    versions = blank.shape[2]
    batch, width, choices = tf.shape(blank)[0], blank.shape[1], frame.symbols.shape[1]
    either = log_add(blank, symbol)
    hashes, parent_hashes = identity[..., 0], identity[..., 1]
    last = tf.cast(identity[..., 2], tf.int32)
    last_value = tf.gather(frame.log_probs, last, batch_dims=1)  # B, W
    blank_value = frame.log_probs[:, :1]

    # Extensions: a symbol equal to the last one is a new one only behind a blank.
    values = frame.values[:, None] if gains is None else frame.values[:, None] + gains  # B, W or 1, C
    repeats = last[..., None] == frame.symbols[:, None]  # B, W, C
    sources = tf.where(repeats[..., None], blank[:, :, None], either[:, :, None])  # B, W, C, K
    # Prefixes that are the parent of another one in the beam: j is its last symbol behind `parent[j]`.
    match = parent_hashes[:, :, None] == hashes[:, None]  # B, W, W
    parent = tf.argmax(match, axis=2, output_type=tf.int32)
    with_parent = tf.reduce_any(match, axis=2)
    again = tf.gather(last, parent, batch_dims=1) == last
    source = tf.where(
        again[..., None], tf.gather(blank, parent, batch_dims=1), tf.gather(either, parent, batch_dims=1)
    )  # B, W, K
    value = last_value if created is None else last_value + created
    if hot_words is None:
        extended, joined = sources + values[..., None], source + value[..., None]
    else:
        best = tf.maximum(tf.reduce_max(values, axis=2), tf.maximum(blank_value, last_value))  # B, W
        least = frame.highest + tf.math.log(hot_words.floor)
        likely = (frame.values >= least)[:, None]
        extended = hot_words.boosted(sources, codes, values, tf.maximum(best[..., None] - values, 0.0), likely)
        lack = tf.maximum(tf.gather(best, parent, batch_dims=1) - value, 0.0)
        joined = hot_words.boosted(source, code, value, lack, last_value >= least)
    joined = tf.where(with_parent[..., None], joined, IMPOSSIBLE)
    stay_blank = either + blank_value[..., None]
    stay_symbol = log_add(symbol + last_value[..., None], joined)

    # An extension that is in the beam already has been added there.
    taken = tf.matmul(tf.cast(match, tf.float32), tf.cast(repeats, tf.float32), transpose_a=True) > 0  # B, W, C
    scores = tf.where(taken, IMPOSSIBLE, extended[..., 0])
    stay_scores = log_add(stay_blank[..., 0], stay_symbol[..., 0])
    scores = tf.concat([stay_scores, tf.reshape(scores, (batch, width * choices))], axis=1)
    scores, places = tf.math.top_k(scores, width)
    alive = scores > IMPOSSIBLE / 2
    # Totals stay near 0, where float32 is precise, however long the recording is.
    shift = tf.where(alive[:, 0], scores[:, 0], 0.0)

    longer = places >= width
    extensions = tf.maximum(places - width, 0)
    parents = tf.where(longer, extensions // choices, places)
    tokens = tf.where(longer, tf.gather(frame.symbols, extensions % choices, batch_dims=1), 0)
    symbol = tf.concat([stay_symbol, tf.reshape(extended, (batch, width * choices, versions))], axis=1)
    blank = tf.where(longer[..., None], IMPOSSIBLE, tf.gather(stay_blank, parents, batch_dims=1))
    survivors = Prefixes(
        blank - shift[:, None, None],
        tf.gather(symbol, places, batch_dims=1) - shift[:, None, None],
        _identities(tf.gather(identity, parents, batch_dims=1), tf.cast(tokens, tf.int64), alive),
    )
    return Survivors(survivors, shift, places, parents, tokens)


def _identities(before, tokens, alive):
    hashes = before[..., 0]
    longer = tf.stack([hashes * MULTIPLIER + tokens, hashes, tokens], axis=2)
    identity = tf.where((tokens != 0)[..., None], longer, before)
    # A dead prefix may be the double of a live one, and must not take what is meant for that.
    dead = tf.constant([0, NO_PREFIX, 0], tf.int64)
    return tf.where(alive[..., None], identity, dead)
