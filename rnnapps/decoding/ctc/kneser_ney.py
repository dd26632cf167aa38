"""N-gram models learnt from texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from rnnapps.decoding.ctc.ngram import END, NEVER, START, UNKNOWN, Level, NGram

# Where the counts are too few to estimate them; those of KenLM.
DISCOUNTS = (0.5, 1.0, 1.5)


def train_ngram(sentences: Iterable[Sequence[str]], order: int, words: Sequence[str] | None = None) -> NGram:
    """An n-gram model by interpolated modified Kneser-Ney smoothing.

    P(w | h) = (a(h w) - D(a(h w))) / sum_v a(h v)  +  g(h) P(w | h without its first word)
    g(h) = sum_v D(a(h v)) / sum_v a(h v)

    a is the count of an n-gram of the longest length or at the beginning of a sentence, else in how many different
    words' company it has been seen on its left. D depends on whether a is 1, 2, or 3 and more, and is estimated for
    each length. What single words leave over, g of no context, goes to "<unk>", which stands for all words that were
    never seen; with a closed vocabulary it goes to all its words alike.

    Args:
        sentences: each a sequence of words (or of the symbols that it is made of).
        order: int > 0, length of the longest n-grams.
        words: the closed vocabulary, where a sentence can have no other words. Default: the words seen, and "<unk>".
    Raises:
        ValueError: no sentences, order below 1, or a word that the closed vocabulary does not have.

    >>> model = train_ngram([["a", "b"], ["a", "c"]], order=2)
    >>> model.log_prob("a", ["<s>"]) > model.log_prob("b", ["<s>"])
    True

    Chen and Goodman 1999, An empirical study of smoothing techniques for language modeling, section 3 and eq. 26.
    """
    if order < 1:
        raise ValueError(f"train_ngram: order must be at least 1, got {order}")
    sentences = [list(sentence) for sentence in sentences]
    if not sentences:
        raise ValueError("train_ngram: no sentences to learn from")
    seen = dict.fromkeys(word for sentence in sentences for word in sentence)
    inner = [UNKNOWN, *sorted(seen.keys() - {UNKNOWN})] if words is None else list(words)
    vocabulary = (END, *inner, START)
    numbers = {word: number for number, word in enumerate(vocabulary)}
    if unknown := seen.keys() - numbers.keys():
        raise ValueError(f"train_ngram: {min(unknown)!r} is not among the given words")

    start = len(vocabulary) - 1
    stream = np.array(
        [x for sentence in sentences for x in (start, *(numbers[word] for word in sentence), 0)], np.int64
    )
    counted = _count(stream, start, order, len(vocabulary))
    return NGram(vocabulary, _estimate(counted, start, open_vocabulary=words is None))


class _Counts:
    """N-grams of one length: their rows in the level below, of all but the last and of all but the first word."""

    def __init__(self, contexts, suffixes, words, counts, initial):
        self.contexts, self.suffixes, self.words, self.counts, self.initial = contexts, suffixes, words, counts, initial


def _count(stream, start, order, size):
    """`_Counts` of every length from 1 to `order`; n-grams do not cross the beginning of a sentence."""
    everything = np.arange(size)
    nothing = np.zeros(size, np.int64)
    levels = [_Counts(nothing, nothing, everything, np.bincount(stream, minlength=size), everything == start)]
    rows = stream  # of the n-gram that begins at each place
    sentence = np.cumsum(stream == start)
    for n in range(2, order + 1):
        places = np.arange(len(stream) - n + 1)
        places = places[sentence[places] == sentence[places + n - 1]]
        keys = rows[places] * size + stream[places + n - 1]
        found, first, inverse, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
        suffixes = rows[places[first] + 1]
        levels.append(_Counts(found // size, suffixes, found % size, counts, stream[places[first]] == start))
        rows = np.full(len(stream), -1, np.int64)
        rows[places] = inverse
    return levels


def _estimate(counted, start, open_vocabulary):
    levels = []
    for n, level in enumerate(counted, 1):
        if n < len(counted):
            longer = counted[n]
            companies = np.bincount(longer.suffixes, minlength=len(level.words))
            amounts = np.where(level.initial, level.counts, companies)
        else:
            amounts = level.counts
        if n == 1:
            amounts = np.where(level.words == start, 0, amounts)  # never predicted
        discounts = _discounts(amounts)[np.minimum(amounts, 3)]
        contexts = len(counted[n - 2].words) if n > 1 else 1
        totals = np.bincount(level.contexts, amounts, minlength=contexts)
        kept = np.divide(amounts - discounts, totals[level.contexts])
        with np.errstate(invalid="ignore", divide="ignore"):
            left = np.where(totals > 0, np.bincount(level.contexts, discounts, minlength=contexts) / totals, 1.0)
        if n == 1:
            lower = np.zeros(len(level.words))
            # Number 1 is the unknown word.
            lower[1 : 2 if open_vocabulary else start] = 1.0
            lower[0] = not open_vocabulary
            lower /= lower.sum()
        else:
            lower = np.exp(levels[-1].log_probs)[level.suffixes]
            levels[-1] = levels[-1]._replace(backoffs=np.log(left))
        probabilities = kept + left[level.contexts] * lower
        with np.errstate(divide="ignore"):
            log_probs = np.maximum(np.log(probabilities), NEVER)
        levels.append(Level(level.contexts, level.words, log_probs, np.zeros(len(level.words))))
    return levels


def _discounts(amounts):
    """(4,): of n-grams that count 0, 1, 2, and 3 or more."""
    n1, n2, n3, n4 = (int(np.count_nonzero(amounts == count)) for count in range(1, 5))
    if n1 and n2 and n3 and n4:
        share = n1 / (n1 + 2 * n2)
        estimates = 1 - 2 * share * n2 / n1, 2 - 3 * share * n3 / n2, 3 - 4 * share * n4 / n3
        if all(0 < discount <= count for count, discount in enumerate(estimates, 1)):
            return np.array([0.0, *estimates])
    return np.array([0.0, *DISCOUNTS])
