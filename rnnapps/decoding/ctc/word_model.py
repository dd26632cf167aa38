"""A language model over words, in a prefix beam search over symbols."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from rnnapps.decoding.ctc.ngram import END, START, UNKNOWN, NGram, renumbered
from rnnapps.decoding.ctc.ngram_automaton import NGramAutomaton
from rnnapps.decoding.ctc.symbol_spelling import EMPTY, SymbolSpelling, text_hashes


class WordModel(tf.Module):
    """Rates words when they end, unknown ones by their spelling, and what has been said of a word by its letters.

    log P(word w) = log P_words(w | words before)                              of a word of the model
    log P(word w) = log P_words(<unk> | words before) + log P_symbols(w)       of any other

    Inside a word, where it is not yet known which it will be, its symbols count as the symbol model has them; at the
    end of a word of the model, the word's own probability takes their place. So any word can be written, and a beam
    does not fill with beginnings that no word has.

    Args:
        model: `NGram` over words. One without "<unk>" gets it, less likely than the rarest word.
        symbols: V texts, the first of them ""; a space begins a word.
        spelling: `NGram` over the symbols, as `CharacterModel` takes it.

    Hori et al. 2017, Multi-level language modeling and decoding for open vocabulary end-to-end speech recognition,
    eq. 9.
    """

    def __init__(self, model: NGram, symbols: Sequence[str], spelling: NGram):
        super().__init__()
        if UNKNOWN not in model.words:
            names = [END, UNKNOWN, *model.words[1:-1], START]
            model = renumbered(model, names, {i: i + (i > 0) for i in range(len(model.words))})
        self.words, self.spelling = NGramAutomaton(model), NGramAutomaton(spelling)
        self.unknown = model.number(UNKNOWN)
        inner = [i for i, word in enumerate(model.words) if word not in (END, UNKNOWN, START)]
        hashes = text_hashes(model.words[i] for i in inner)
        order = np.argsort(hashes)
        constant = lambda values, dtype: tf.Variable(values, trainable=False, dtype=dtype)
        # A last one above all others: a search among no words has nowhere to point.
        self.hashes = constant([*hashes[order], np.iinfo(np.int64).max], tf.int64)
        self.numbers = constant([*np.array(inner, int)[order], self.unknown], tf.int32)
        steps = SymbolSpelling(symbols)
        self.steps, self.additions = constant(steps.steps, tf.int64), constant(steps.additions, tf.int64)
        self.begins, self.word_hashes = constant(steps.begins, tf.bool), constant(steps.word_hashes, tf.int64)

    def start(self, shape: tuple) -> dict[str, tf.Tensor]:
        """At the beginning of a text, for `shape` prefixes."""
        return {
            "word": tf.fill(shape, tf.constant(EMPTY, tf.int64)),  # hash of the letters since the last space
            "spelled": tf.zeros(shape),  # log-probability of their symbols
            "context": tf.fill(shape, self.spelling.start),
            "history": tf.fill(shape, self.words.start),
        }

    def extend(self, state, symbols, weight, bonus):
        """(B, W, C) gains of the symbols (B, C), and states after them: weight * log P, and bonus where a word ends."""
        spelled, context = self.spelling.look_up(state["context"][..., None], symbols[:, None])
        begins = tf.gather(self.begins, symbols)[:, None]  # B, 1, C
        start = tf.gather(self.word_hashes, symbols)[:, None]
        ended, history, known, is_word = (x[..., None] for x in self._ended(state))
        ends = begins & is_word
        # The space behind a known word is part of its probability, and of the spelling of an unknown one.
        separates = begins & (start == EMPTY)
        symbol = tf.where(ends & separates & known, 0.0, spelled)
        gains = weight * (symbol + tf.where(ends, ended, 0.0)) + tf.where(ends, bonus, 0.0)
        longer = (
            state["word"][..., None] * tf.gather(self.steps, symbols)[:, None]
            + (tf.gather(self.additions, symbols)[:, None])
        )
        return gains, {
            "word": tf.where(begins, start, longer),
            "spelled": tf.where(separates, 0.0, tf.where(begins, spelled, state["spelled"][..., None] + spelled)),
            "context": context,
            "history": tf.where(ends, history, state["history"][..., None]),
        }

    def finish(self, state, weight, bonus):
        """(B, W) gains by the end of the text, and of the word that it ends."""
        ended, history, known, is_word = self._ended(state)
        nothing = tf.zeros_like(history)
        spelled_end = tf.where(known, 0.0, self.spelling.look_up(state["context"], nothing)[0])
        word = tf.where(is_word, ended + spelled_end, 0.0)
        end, _ = self.words.look_up(tf.where(is_word, history, state["history"]), nothing)
        return weight * (word + end) + tf.where(is_word, bonus, 0.0)

    def _ended(self, state):
        """What the end of its word brings each prefix, the words before the next one, whether its word is known, and
        whether there is one; (B, W) each."""
        hashes = tf.convert_to_tensor(self.hashes)
        places = tf.searchsorted(hashes, tf.reshape(state["word"], [-1]))
        places = tf.reshape(tf.minimum(places, tf.size(hashes) - 1), tf.shape(state["word"]))
        known = tf.gather(hashes, places) == state["word"]
        numbers = tf.where(known, tf.gather(self.numbers, places), self.unknown)
        log_probs, history = self.words.look_up(state["history"], numbers)
        ended = tf.where(known, log_probs - state["spelled"], log_probs)
        return ended, history, known, state["word"] != EMPTY
