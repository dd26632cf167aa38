"""Language models over n-grams, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

END, UNKNOWN, START = "</s>", "<unk>", "<s>"
# A word that a model gets later is this much less likely than its rarest one, in natural logarithms.
UNSEEN = -3.0
NEVER = -99 * np.log(10.0)  # what ARPA files give the start of a sentence, which is never predicted


class Level(NamedTuple):
    """The N n-grams of one length n, sorted by context, then word."""

    contexts: np.ndarray  # N int64: which row of the level below the first n-1 words are; 0 for single words
    words: np.ndarray  # N int64: number of the last word
    log_probs: np.ndarray  # N float64: natural logarithm of P(word | context)
    backoffs: np.ndarray  # N float64: natural logarithm of what a word that never followed this n-gram pays


class NGram:
    """log P(w | h) as the table has it for h w, else backoff(h) + log P(w | h without its first word).

    Args:
        words: their texts by number; the first is "</s>", the end of a sentence, the last "<s>", its beginning.
        levels: for n = 1, 2, ..., order. The first has every word, in the order of the numbers.
    Raises:
        ValueError: words or first level are not as said.

    >>> model = NGram(("</s>", "a", "<s>"), [Level(np.zeros(3), np.arange(3), np.log([0.4, 0.6, 1e-9]), np.zeros(3))])
    >>> round(float(np.exp(model.sentence_log_prob(["a"]))), 4)
    0.24
    """

    def __init__(self, words: Sequence[str], levels: Sequence[Level]):
        self.words, self.levels = tuple(words), tuple(levels)
        if self.words[0] != END or self.words[-1] != START:
            raise ValueError(
                f"words must begin with {END} and end with {START}, got {self.words[0]} ... {self.words[-1]}"
            )
        if not np.array_equal(self.levels[0].words, np.arange(len(self.words))):
            raise ValueError("levels: the first must have all words in their order")
        self._keys = [level.contexts.astype(np.int64) * len(self.words) + level.words for level in self.levels]
        self._numbers = {word: number for number, word in enumerate(self.words)}

    @property
    def order(self) -> int:
        """Length of the longest n-grams."""
        return len(self.levels)

    def number(self, word: str) -> int:
        """Of a word; of "<unk>" where it is none of the words.

        Raises:
            ValueError: the model has no "<unk>" either.
        """
        number = self._numbers.get(word, self._numbers.get(UNKNOWN))
        if number is None:
            raise ValueError(f"{word!r} is not among the words of the language model, which has no {UNKNOWN}")
        return number

    def find(self, n: int, contexts: np.ndarray, words: np.ndarray) -> np.ndarray:
        """Rows of level n where `words` follow these rows of level n - 1; -1 where there is none."""
        wanted = np.asarray(contexts, np.int64) * len(self.words) + words
        keys = self._keys[n - 1]
        if not len(keys):
            return np.full(wanted.shape, -1)
        rows = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where((keys[rows] == wanted) & (np.asarray(contexts) >= 0), rows, -1)

    def row(self, numbers: Sequence[int]) -> int:
        """The row of an n-gram in its level; -1 where it is not in the table, 0 for no words."""
        row = 0
        for n, number in enumerate(numbers, 1):
            row = int(self.find(n, row, number))
            if row < 0:
                break
        return row

    def log_prob(self, word: str, context: Sequence[str] = ()) -> float:
        """Natural logarithm of the probability of a word behind others; the last order - 1 of those count."""
        history = [self.number(each) for each in context][-(self.order - 1) or len(context) :]
        number, total = self.number(word), 0.0
        while True:
            if (row := self.row([*history, number])) >= 0:
                return total + float(self.levels[len(history)].log_probs[row])
            if (row := self.row(history)) >= 0:
                total += float(self.levels[len(history) - 1].backoffs[row])
            history = history[1:]

    def sentence_log_prob(self, words: Iterable[str]) -> float:
        """Natural logarithm of the probability of a sentence, its end counted."""
        sentence = [START, *words, END]
        return sum(self.log_prob(word, sentence[:i]) for i, word in enumerate(sentence) if i)

    def ngrams(self, n: int) -> Iterator[tuple[tuple[str, ...], float, float]]:
        """(words, log-probability, backoff) of every n-gram of one length."""
        level = self.levels[n - 1]
        columns = [level.words]
        rows = level.contexts
        for below in reversed(self.levels[: n - 1]):
            columns.insert(0, below.words[rows])
            rows = below.contexts[rows]
        for *numbers, log_prob, backoff in zip(*columns, level.log_probs, level.backoffs, strict=True):
            yield tuple(self.words[number] for number in numbers), float(log_prob), float(backoff)


def renumbered(model: NGram, names: Sequence[str], known: dict[int, int]) -> NGram:
    """A model over other words; n-grams of words that are not among them are left out.

    Args:
        model: the model.
        names: the words to have, "</s>" first and "<s>" last.
        known: numbers in `model` and in `names` of the words that both have.
    """
    moved = np.full(len(model.words), -1)
    moved[list(known)] = list(known.values())
    first = model.levels[0]
    rare = first.log_probs[list(known)].max() if len(known) < 3 else np.sort(first.log_probs[list(known)])[1]
    log_probs, backoffs = np.full(len(names), rare + UNSEEN), np.zeros(len(names))
    here = moved >= 0
    log_probs[moved[here]], backoffs[moved[here]] = first.log_probs[here], first.backoffs[here]
    levels = [Level(np.zeros(len(names), np.int64), np.arange(len(names)), log_probs, backoffs)]
    rows = moved
    for level in model.levels[1:]:
        contexts, words = rows[level.contexts], moved[level.words]
        kept = np.flatnonzero((contexts >= 0) & (words >= 0))
        order = kept[np.lexsort((words[kept], contexts[kept]))]
        rows = np.full(len(level.words), -1)
        rows[order] = np.arange(len(order))
        levels.append(Level(contexts[order], words[order], level.log_probs[order], level.backoffs[order]))
    return NGram(names, levels)
