"""Two systems on the same sentences: their difference, how sure it is, and a verdict in words."""

from collections.abc import Sequence

import numpy as np

from rnnapps.significance import RESAMPLES, SEED, Comparison, paired_bootstrap, paired_randomization

from .score import (
    FEW_SENTENCES,
    SHOWN,
    Counts,
    count,
    first_of_each_source,
    length_classes,
    score_in_detail,
    sentence,
    sentence_scores,
)

TESTS = {"bootstrap": paired_bootstrap, "randomization": paired_randomization}
LEVEL = 0.05
LABELS = {"bleu": "BLEU", "chrf": "chrF"}


def paired_comparison(
    pairs,
    names: tuple[str, str],
    translations: tuple[Sequence[str], Sequence[str]],
    test: str = "bootstrap",
    resamples: int = RESAMPLES,
) -> dict:
    """Scores two systems side by side and tests their difference.

    Args:
        pairs: sentences and references.
        names: of the two systems.
        translations: of each of them, a translation for each sentence.
        test: "bootstrap" or "randomization".
        resamples: of the test and of all intervals.
    """
    first, second = (count(of_one, pairs.target) for of_one in translations)
    systems = [
        {"name": name, **score_in_detail(counts, resamples)}
        for name, counts in zip(names, (first, second), strict=True)
    ]
    found = {
        metric: TESTS[test](ours.rows, theirs.rows, ours.score, resamples)
        for metric, ours, theirs in zip(LABELS, first, second, strict=True)
    }
    return {
        "test": test,
        "resamples": resamples,
        "seed": SEED,
        "systems": systems,
        "difference": {
            metric: {
                "difference": comparison.difference,
                "interval": list(comparison.interval),
                "p_value": comparison.p_value,
                "verdict": verdict(names, LABELS[metric], comparison),
            }
            for metric, comparison in found.items()
        },
        "same_translations": sum(a == b for a, b in zip(*translations, strict=True)),
        "by_length": _by_length(pairs.source, first, second),
        **_largest_differences(pairs, translations, first, second),
    }


def verdict(names: tuple[str, str], label: str, found: Comparison) -> str:
    """What the test says, in words: which system is better and by how much, or that none can be told apart."""
    if found.p_value >= LEVEL:
        low, high = (f"{value:+.2f}" for value in found.interval)
        outcome = f"no difference can be shown: {found.difference:+.2f} {label}"
    else:
        better, sign = (names[1], 1) if found.difference > 0 else (names[0], -1)
        low, high = (f"{value:.2f}" for value in sorted(sign * value for value in found.interval))
        outcome = f"{better} is better: +{abs(found.difference):.2f} {label}"
    return f"{outcome}, 95 % interval [{low}, {high}], p = {found.p_value:.3f}"


def _by_length(sources: Sequence[str], first: Counts, second: Counts) -> list[dict]:
    classes = []
    for words, indices in length_classes(sources).items():
        a, b = (counts.bleu.score(counts.bleu.rows[indices].sum(0)) for counts in (first, second))
        few = len(indices) < FEW_SENTENCES
        classes.append({"words": words, "sentences": len(indices), "few": few, "bleu": [a, b]})
    return classes


def _largest_differences(pairs, translations, first: Counts, second: Counts) -> dict[str, list[dict]]:
    """The sentences in which the second system gains and loses most chrF."""
    before, after = sentence_scores(first), sentence_scores(second)
    gains = after - before
    found = {
        "gained": [index for index in np.argsort(-gains, kind="stable") if gains[index] > 0],
        "lost": [index for index in np.argsort(gains, kind="stable") if gains[index] < 0],
    }
    return {
        side: [
            {
                "chrf": [float(before[index]), float(after[index])],
                **sentence(pairs, index),
                "translations": [of_one[index] for of_one in translations],
            }
            for index in first_of_each_source(indices, pairs, SHOWN)
        ]
        for side, indices in found.items()
    }
