"""Figures of translations against their references, from corpus BLEU down to the worst sentence."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rnnapps.significance import RESAMPLES, SEED, bootstrap_interval

# Longest sentence of each class, in words; one more class is for what is longer.
CLASS_ENDS = (5, 10, 15, 20, 30, 40, 50)
FEW_SENTENCES = 30
SHOWN = 3


class Counts(NamedTuple):
    """`SentenceCounts` of the two metrics that are reported."""

    bleu: object
    chrf: object

    @property
    def length_ratio(self) -> float:
        """Tokens of the translations for each of the references, as BLEU counts them."""
        translations, references = self.bleu.rows[:, :2].sum(0)
        return float(translations / references) if references else 0.0


def count(translations: Sequence[str], references: Sequence[str]) -> Counts:
    """What BLEU and chrF are computed from, sentence by sentence.

    Raises:
        ValueError: no sentence, or not as many translations as references.
    """
    from rnnapps.metrics import bleu_counts, chrf_counts  # only now: it takes seconds to load Keras

    return Counts(bleu_counts(translations, references), chrf_counts(translations, references))


def score(translations: Sequence[str], references: Sequence[str]) -> dict:
    """BLEU and chrF, 0 to 100, with the signatures that say how they were computed, and the length ratio."""
    counts = count(translations, references)
    scores = {name: counted.corpus_score for name, counted in counts._asdict().items()}
    figures = {name: {"score": found.score, "signature": found.signature} for name, found in scores.items()}
    return {**figures, "length_ratio": counts.length_ratio}


def score_baseline(pairs, training) -> dict:
    """`score` of copying the translation of the nearest training sentence."""
    from .baseline import copy_nearest

    return score(copy_nearest(pairs.source, training.source, training.target), pairs.target)


def score_in_detail(counts: Counts, resamples: int = RESAMPLES) -> dict:
    """`score` with the 95 % interval of each metric, and the number of resamples in the signatures.

    Args:
        counts: of all translations.
        resamples: bootstrap resamples.
    """
    figures = {}
    for name, counted in counts._asdict().items():
        interval = bootstrap_interval(counted.rows, counted.score, resamples)
        signature = counted.signature(bs=resamples, seed=SEED)
        figures[name] = {"score": counted.corpus_score.score, "interval": list(interval), "signature": signature}
    return {**figures, "length_ratio": counts.length_ratio}


def length_classes(sources: Sequence[str]) -> dict[str, np.ndarray]:
    """The indices of the sentences of each length, as "6-10" words between spaces; classes without any are left out.

    Every sentence is in exactly one class.
    """
    words = [len(sentence.split()) for sentence in sources]
    of_sentence = np.searchsorted(CLASS_ENDS, words)
    starts = (1, *(end + 1 for end in CLASS_ENDS))
    names = [*(f"{start}-{end}" for start, end in zip(starts, CLASS_ENDS, strict=False)), f"{starts[-1]}+"]
    found = {name: np.flatnonzero(of_sentence == index) for index, name in enumerate(names)}
    return {name: indices for name, indices in found.items() if len(indices)}


def score_by_length(sources: Sequence[str], counts: Counts, resamples: int = RESAMPLES) -> list[dict]:
    """BLEU of the sentences of each length class, their number, and an interval unless they are few."""
    classes = []
    for words, indices in length_classes(sources).items():
        rows, few = counts.bleu.rows[indices], len(indices) < FEW_SENTENCES
        classes.append(
            {
                "words": words,
                "sentences": len(indices),
                "few": few,
                "bleu": counts.bleu.score(rows.sum(0)),
                # Resampling a handful of sentences finds too narrow an interval, and none at all for one.
                "interval": None if few else list(bootstrap_interval(rows, counts.bleu.score, resamples)),
            }
        )
    return classes


def best_and_worst(pairs, translations: Sequence[str], counts: Counts, shown: int = SHOWN) -> dict[str, list[dict]]:
    """The sentences with the highest and the lowest chrF, each with its source, translation and reference.

    chrF, because BLEU of one sentence is 0 as soon as no four words match. Among equals the longest comes first. No
    sentence is on both lists, and the worst holds none that equals its reference.
    """
    scores = sentence_scores(counts)
    lengths = np.array([len(sentence) for sentence in pairs.source])
    best = first_of_each_source(np.lexsort((-lengths, -scores)), pairs, shown)
    taken = {pairs.source[index] for index in best}
    candidates = [
        index
        for index in np.lexsort((-lengths, scores))
        if pairs.source[index] not in taken and translations[index] != pairs.target[index]
    ]
    worst = first_of_each_source(candidates, pairs, shown)
    sides = {"best": best, "worst": worst}
    return {
        side: [
            {"chrf": float(scores[index]), **sentence(pairs, index), "translation": translations[index]}
            for index in indices
        ]
        for side, indices in sides.items()
    }


def sentence_scores(counts: Counts) -> np.ndarray:
    """chrF of each sentence alone, (N,)."""
    return np.array([counts.chrf.score(row) for row in counts.chrf.rows])


def first_of_each_source(indices: Sequence[int], pairs, most: int) -> list[int]:
    """The first `most` of `indices` whose source sentences differ."""
    first = {}
    for index in indices:
        first.setdefault(pairs.source[index], int(index))
    return list(first.values())[:most]


def sentence(pairs, index: int) -> dict:
    """One pair as a report shows it, with its line in the file where it has one."""
    line = {"line": pairs.lines[index]} if pairs.lines else {}
    return {**line, "source": pairs.source[index], "reference": pairs.target[index]}
