"""Words and phrases that a search listens for."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from rnnapps.decoding.ctc.symbol_spelling import EMPTY, MULTIPLIER, SymbolSpelling

NO_HOT_WORD = -1  # state inside a word that is none of them
# A letter gains at most this much more than it lacks.
MARGIN = 0.5
# What the search keeps of an extension, in one number: three flags, and the letters that may gain.
CONTINUES, COMPLETES, FINAL, LETTER = 1, 2, 4, 8


class HotWords:
    """Boosts for the paths that spell given words or phrases, in whole words.

    Every letter of a hot word gains what it lacks against the likeliest alternative of that prefix in that frame, by
    the acoustic and the language model, and MARGIN more, but never more than `boost`, and nothing where the frame
    all but rules it out. A word that is heard anyway therefore gains next to nothing, and even an enormous boost
    neither puts words where something else is clearly heard nor pays for their neighbours.
    A text that turns out to spell something else loses all it gained: the search keeps, beside the probability of a
    prefix with its boosts, the one without those of a phrase that is not complete. A phrase is complete when a space
    or the end of the recording follows. Of phrases that overlap, the one that begins first counts; one that is the
    beginning of another counts by itself. Words need not be known to any model.

    Graph functions: the phrases may be a tensor that comes with the recording.

    Args:
        phrases: (P,) texts, or a string tensor, written as the texts of the training data are. Empty ones do nothing.
        symbols: V texts, the first of them ""; a space begins a word.
        boost: natural logarithm, at least 0, what a letter gains at most. Float or scalar tensor.
        floor: a letter gains nothing in a frame where it is less likely than this share of the likeliest symbol.

    Related: the contextual biasing of Zhao et al. 2019, Shallow-fusion end-to-end contextual biasing, which subtracts
    a failed phrase's constant boosts.
    """

    def __init__(
        self,
        phrases: Sequence[str] | tf.Tensor,
        symbols: Sequence[str],
        boost: float | tf.Tensor = 3.0,
        floor: float | tf.Tensor = 0.01,
    ):
        self.boost, self.floor = tf.convert_to_tensor(boost, tf.float32), tf.convert_to_tensor(floor, tf.float32)
        spelling = SymbolSpelling(symbols)
        self.steps, self.additions = tf.constant(spelling.steps), tf.constant(spelling.additions)
        self.begins, self.letters = tf.constant(spelling.begins), tf.constant(spelling.letters, tf.int32)
        self.keys, self.complete = _beginnings(tf.convert_to_tensor(phrases, tf.string))
        # What a symbol that begins a word leads to where no phrase goes on.
        hashes = tf.constant(spelling.word_hashes)
        starts, complete = self._find(hashes)
        starts &= self.begins
        alone = self.begins & (hashes == EMPTY)
        self.starts, self.start_complete = starts, complete & starts
        self.start_states = tf.where(starts | alone, hashes, tf.constant(NO_HOT_WORD, tf.int64))

    def start(self, shape: tuple) -> dict[str, tf.Tensor]:
        """At the beginning of a word, for `shape` prefixes."""
        return {
            "text": tf.fill(shape, tf.constant(EMPTY, tf.int64)),
            "complete": tf.fill(shape, False),
            "code": tf.zeros(shape, tf.int32),
        }

    def extend(self, state: dict[str, tf.Tensor], symbols: tf.Tensor) -> dict[str, tf.Tensor]:
        """The states (B, W, C) of each prefix after each of the symbols (B, C)."""
        texts, ended = state["text"][..., None], state["complete"][..., None]
        pick = lambda table: tf.gather(table, symbols)[:, None]  # B, 1, C
        begins = pick(self.begins)
        longer = texts * pick(self.steps) + pick(self.additions)
        goes_on, complete = self._find(longer)
        goes_on &= texts != NO_HOT_WORD
        starts = pick(self.starts) & ~goes_on
        completes = begins & ended
        outside = tf.where(begins, pick(self.start_states), tf.constant(NO_HOT_WORD, tf.int64))
        boosted = goes_on | starts
        flags = (
            CONTINUES * tf.cast(goes_on | completes, tf.int32)
            + COMPLETES * tf.cast(completes, tf.int32)
            + FINAL * tf.cast(completes & ~boosted, tf.int32)
        )
        letters = tf.where(boosted | completes, pick(self.letters), 0)
        return {
            "text": tf.where(goes_on, longer, outside),
            "complete": tf.where(goes_on, complete, pick(self.start_complete) & begins),
            "code": flags + LETTER * letters,
        }

    def boosted(
        self, source: tf.Tensor, code: tf.Tensor, gain: tf.Tensor, lack: tf.Tensor, likely: tf.Tensor
    ) -> tf.Tensor:
        """Log-probabilities (..., 2) of extended prefixes: with all boosts, and without those of an open phrase.

        Args:
            source: (..., 2) the same of the prefix that is extended.
            code: (...) of the extension, as `extend` gives it.
            gain: (...) log-probability of the symbol, with the language model's.
            lack: (...) what it lacks against the best alternative, at least 0.
            likely: (...) bool, the frame does not rule the symbol out.
        """
        letters = tf.cast(code // LETTER, tf.float32)
        bonus = tf.where(likely & (letters > 0), tf.minimum(self.boost * letters, lack + MARGIN * letters), 0.0)
        has = lambda flag: tf.bitwise.bitwise_and(code, flag) != 0
        with_boosts, without = source[..., 0], source[..., 1]
        return tf.stack(
            [
                tf.where(has(CONTINUES), with_boosts, without) + gain + bonus,
                tf.where(has(COMPLETES), with_boosts, without) + gain + tf.where(has(FINAL), bonus, 0.0),
            ],
            axis=-1,
        )

    def finish(self, state: dict[str, tf.Tensor], totals: tf.Tensor, ending: tf.Tensor) -> tf.Tensor:
        """Log-probabilities (B, W) of whole texts.

        Args:
            state: of `extend`, for the prefixes.
            totals: (B, W, 2) log-probabilities of the prefixes.
            ending: (B, W) what a language model adds for the end.
        """
        lack = tf.maximum(-ending, 0.0)
        boosted = totals[..., 0] + ending + tf.minimum(self.boost, lack)
        return tf.where(state["complete"], boosted, totals[..., 1] + ending)

    def _find(self, hashes):
        places = tf.searchsorted(self.keys, tf.reshape(hashes, [-1]))
        places = tf.reshape(tf.minimum(places, tf.size(self.keys) - 1), tf.shape(hashes))
        found = tf.gather(self.keys, places) == hashes
        return found, found & tf.gather(self.complete, places)


def _beginnings(phrases):
    """Sorted hashes of all beginnings of the phrases, and which of them are whole phrases."""
    phrases = tf.strings.strip(tf.strings.regex_replace(phrases, r"\s+", " "))
    codes = tf.strings.unicode_decode(phrases, "UTF-8")
    lengths = tf.cast(codes.row_lengths(), tf.int32)
    # One letter more: a loop over none would leave arrays without a shape.
    codes = tf.pad(tf.cast(codes.to_tensor(), tf.int64), ((0, 0), (0, 1)))  # P, L
    hashes = tf.scan(lambda h, code: h * MULTIPLIER + code + 1, tf.transpose(codes), tf.zeros_like(lengths, tf.int64))
    hashes = tf.transpose(hashes)
    places = tf.range(tf.shape(codes)[1]) + tf.zeros_like(codes, tf.int32)
    inside = places < lengths[:, None]
    # A last key above all others: a search among no keys has nowhere to point.
    keys = tf.concat([tf.boolean_mask(hashes, inside), [tf.int64.max]], axis=0)
    whole = tf.concat([tf.boolean_mask(places == lengths[:, None] - 1, inside), [False]], axis=0)
    keys, owner = tf.unique(keys)
    whole = tf.math.unsorted_segment_max(tf.cast(whole, tf.int32), owner, tf.size(keys)) > 0
    order = tf.argsort(keys)
    return tf.gather(keys, order), tf.gather(whole, order)
