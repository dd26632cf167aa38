"""Figures of what was recognised against what was said, from the whole corpus down to one speaker."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnapps.significance import RESAMPLES, bootstrap_interval

from .edit_counts import Counts, EditCounts, count, rate

# Speakers from which an interval over speakers says something.
FEWEST_SPEAKERS = 5
# Recordings of one speaker from which an interval does; of one recording it would be a point.
FEWEST_RECORDINGS = 10


def error_rates(texts: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """Word and character error rate of a corpus, and utterances that are right, without intervals.

    Args:
        texts: what was recognised.
        references: what was said.

    Returns:
        "wer" and "cer", errors in percent of the words or characters said, which may exceed 100, and "right", percent
        of the utterances.

    Raises:
        ValueError: no utterance, or not as many texts as references.

    >>> error_rates(["one too three", "four"], ["one two three", "four"])["wer"]
    25.0
    """
    counts = count(texts, references)
    return {
        "wer": rate(counts.words.rows.sum(0)),
        "cer": rate(counts.characters.rows.sum(0)),
        "right": 100 * float(counts.right.mean()),
    }


def accuracy(labels: Sequence[str], references: Sequence[str]) -> float:
    """Percent of the recordings whose label is right.

    Raises:
        ValueError: no recording, or not as many labels as references.
    """
    return 100 * float(_right(labels, references).mean())


def score_in_detail(counts: Counts, resamples: int = RESAMPLES) -> dict:
    """Both error rates and the utterances that are right, each with its 95 % interval and kinds of errors.

    Args:
        counts: of all utterances.
        resamples: bootstrap resamples of the utterances.
    """
    return {
        "wer": _in_detail(counts.words, resamples),
        "cer": _in_detail(counts.characters, resamples),
        "right": _share(counts.right, resamples),
    }


def score_labels(labels: Sequence[str], references: Sequence[str], resamples: int = RESAMPLES) -> dict:
    """Accuracy of keywords with its 95 % interval, in all and for each label: how often it is found where it was
    said (recall), and how often it was said where it is found (precision).

    Args:
        labels: what was recognised.
        references: what was said.
        resamples: bootstrap resamples of the recordings.
    """
    right = _right(labels, references)
    found, said = np.array(labels, dtype=object), np.array(references, dtype=object)
    each = {
        name: {
            "said": int(np.sum(said == name)),
            "found": int(np.sum(found == name)),
            "recall": _percent(right[said == name]),
            "precision": _percent(right[found == name]),
        }
        for name in sorted({*labels, *references})
    }
    return {"accuracy": _share(right, resamples), "labels": each}


def score_by_speaker(counts: Counts, speakers: Sequence[str | None], resamples: int = RESAMPLES) -> dict | None:
    """Both error rates of every speaker, the worst first, and how far new speakers may be from these.

    Utterances of one speaker resemble each other, so the interval for other speakers is found by drawing speakers
    again, not utterances; it needs five of them.

    Args:
        counts: of all utterances.
        speakers: of each utterance; None where it is not known.
        resamples: bootstrap resamples.

    Returns:
        "speakers": rows of speaker, utterances, words, wer, its interval (None of fewer than 10 utterances), cer;
        "interval": of the word error rate over speakers, or None. None in all where fewer than two speakers are known.
    """
    names = sorted({name for name in speakers if name is not None})
    if len(names) < 2:
        return None
    of = {name: np.array([speaker == name for speaker in speakers]) for name in names}
    rows = [
        {
            "speaker": name,
            "utterances": int(chosen.sum()),
            "words": int(counts.words.rows[chosen, 3].sum()),
            "wer": rate(counts.words.rows[chosen].sum(0)),
            "interval": None
            if chosen.sum() < FEWEST_RECORDINGS
            else list(bootstrap_interval(counts.words.rows[chosen], rate, resamples)),
            "cer": rate(counts.characters.rows[chosen].sum(0)),
        }
        for name, chosen in of.items()
    ]
    interval = None
    if len(names) >= FEWEST_SPEAKERS:
        sums = np.array([counts.words.rows[chosen].sum(0) for chosen in of.values()])
        interval = list(bootstrap_interval(sums, rate, resamples))
    return {"speakers": sorted(rows, key=lambda row: -row["wer"]), "interval": interval}


def _in_detail(edits: EditCounts, resamples: int) -> dict:
    substitutions, deletions, insertions, units = (int(number) for number in edits.rows.sum(0))
    return {
        "rate": rate(edits.rows.sum(0)),
        "interval": list(bootstrap_interval(edits.rows, rate, resamples)),
        "substitutions": substitutions,
        "deletions": deletions,
        "insertions": insertions,
        "said": units,
    }


def _share(right: np.ndarray, resamples: int) -> dict:
    rows = np.stack([right, np.ones(len(right))], 1)
    interval = bootstrap_interval(rows, lambda total: 100 * float(total[0] / total[1]), resamples)
    return {"rate": 100 * float(right.mean()), "interval": list(interval), "right": int(right.sum()), "of": len(right)}


def _right(labels: Sequence[str], references: Sequence[str]) -> np.ndarray:
    if not references or len(labels) != len(references):
        raise ValueError(f"{len(labels)} labels for {len(references)} references: expected one or more, and as many")
    return np.array([label == reference for label, reference in zip(labels, references, strict=True)])


def _percent(right: np.ndarray) -> float | None:
    return 100 * float(right.mean()) if len(right) else None
