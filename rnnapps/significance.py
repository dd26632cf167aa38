"""How sure a score is: intervals by bootstrap, and tests of the difference between two systems.

Many scores of a corpus (BLEU, word error rate, a mean loss) are a function of counts that add up over its sentences.
A system is therefore given as an (N, K) array, one row of counts per sentence, beside that function of their sum. For
a word error rate the rows are (errors, words of the reference) and the function is `lambda t: t[0] / t[1]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

Score = Callable[[np.ndarray], float]

# sacrebleu's own: with them, its figures can be found again.
RESAMPLES, SEED = 1000, 12345
FEWEST_RESAMPLES = 40  # an interval of 95 % leaves out one of 40 on either side


class Interval(NamedTuple):
    """The 95 % between two values."""

    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """What a paired test found about a second system against a first.

    Fields:
        difference: float, score of the second minus score of the first.
        interval: `Interval` of the difference, by paired bootstrap.
        p_value: float in (0, 1], two-sided: how often so large a difference arises where there is none.
    """

    difference: float
    interval: Interval
    p_value: float


def bootstrap_interval(counts: np.ndarray, score: Score, resamples: int = RESAMPLES, seed: int = SEED) -> Interval:
    """The 95 % interval of a corpus score, by drawing the sentences again with replacement.

    Args:
        counts: (N, K), a row per sentence.
        score: (K,) sum of rows -> the score.
        resamples: corpora drawn, at least 40.
        seed: of the draws; sacrebleu with the same seed draws the same.
    Raises:
        ValueError: no sentence, or too few resamples.

    >>> errors = np.array([[0, 4], [1, 5], [0, 3], [2, 6]])
    >>> bootstrap_interval(errors, lambda total: float(total[0] / total[1])).low
    0.0

    Koehn 2004, Statistical significance tests for machine translation evaluation.
    """
    counts = _checked(counts, resamples)
    return _middle([score(total) for total in _resampled(counts, resamples, seed)])


def paired_bootstrap(
    first: np.ndarray, second: np.ndarray, score: Score, resamples: int = RESAMPLES, seed: int = SEED
) -> Comparison:
    """Whether two systems differ on the same sentences: both are scored on each drawn corpus.

    The p-value is twice the share of draws in which the difference vanishes or changes its sign, so that it and the
    interval, which come from the same draws, agree about 5 %.

    Args:
        first, second: (N, K), row n of both belongs to the same sentence.
        score: (K,) sum of rows -> the score.
        resamples: corpora drawn, at least 40.
        seed: of the draws.
    Raises:
        ValueError: no sentence, sizes that differ, or too few resamples.

    Koehn 2004, section 4; two-sided.
    """
    first, second = _checked_pair(first, second, resamples)
    differences = _resampled_differences(first, second, score, resamples, seed)
    tail = min(np.sum(differences <= 0), np.sum(differences >= 0))
    p_value = min(1.0, 2 * (tail + 1) / (resamples + 1))
    return Comparison(_difference(first, second, score), _middle(differences), float(p_value))


def paired_randomization(
    first: np.ndarray, second: np.ndarray, score: Score, resamples: int = RESAMPLES, seed: int = SEED
) -> Comparison:
    """Whether two systems differ on the same sentences: which did which is decided by a coin, sentence by sentence.

    The p-value is the share of trials whose difference is at least the one found. The interval is that of
    `paired_bootstrap`.

    Args:
        first, second: (N, K), row n of both belongs to the same sentence.
        score: (K,) sum of rows -> the score.
        resamples: trials, and corpora drawn for the interval, at least 40.
        seed: of the coins and draws.
    Raises:
        ValueError: no sentence, sizes that differ, or too few resamples.

    Riezler and Maxwell 2005, On some pitfalls in automatic evaluation and significance testing for MT, figure 1.
    """
    first, second = _checked_pair(first, second, resamples)
    found = _difference(first, second, score)
    rng = np.random.default_rng(seed)
    as_large = 0
    for _ in range(resamples):
        swapped = rng.integers(2, size=len(first), dtype=bool) @ (second - first)
        shuffled = score(second.sum(0) - swapped) - score(first.sum(0) + swapped)
        as_large += abs(shuffled) >= abs(found)
    differences = _resampled_differences(first, second, score, resamples, seed)
    return Comparison(found, _middle(differences), (as_large + 1) / (resamples + 1))


def _resampled(counts: np.ndarray, resamples: int, seed: int) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(seed)
    size = len(counts)
    for _ in range(resamples):
        # How often each sentence was drawn, times its counts: nothing larger than the corpus is held.
        yield np.bincount(rng.integers(size, size=size), minlength=size) @ counts


def _resampled_differences(first, second, score: Score, resamples: int, seed: int) -> np.ndarray:
    both = np.hstack([first, second])
    width = first.shape[1]
    return np.array([score(total[width:]) - score(total[:width]) for total in _resampled(both, resamples, seed)])


def _difference(first: np.ndarray, second: np.ndarray, score: Score) -> float:
    return float(score(second.sum(0)) - score(first.sum(0)))


def _middle(scores) -> Interval:
    ordered = np.sort(scores)
    left_out = len(ordered) // 40
    return Interval(float(ordered[left_out]), float(ordered[-left_out - 1]))


def _checked(counts, resamples: int) -> np.ndarray:
    counts = np.asarray(counts, "float64")
    if counts.ndim != 2 or not len(counts):
        raise ValueError(f"counts has the shape {counts.shape}: expected a row for each of one or more sentences")
    if resamples < FEWEST_RESAMPLES:
        raise ValueError(f"resamples must be at least {FEWEST_RESAMPLES} for an interval of 95 %, is {resamples}")
    return counts


def _checked_pair(first, second, resamples: int) -> tuple[np.ndarray, np.ndarray]:
    first, second = _checked(first, resamples), _checked(second, resamples)
    if first.shape != second.shape:
        raise ValueError(f"first has the shape {first.shape} and second {second.shape}: they must pair")
    return first, second
