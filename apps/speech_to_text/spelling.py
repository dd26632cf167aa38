"""How many output frames a recording has, and how many its text needs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rnnapps.audio.frames import output_frames

from .config import SpeechConfig

SUBSAMPLINGS = (1, 2, 3, 4, 6, 8, 9, 12)


def spells(config: SpeechConfig) -> bool:
    """Whether the head says symbols along time, so that a text must fit into its recording's frames."""
    return config.model.head in ("ctc", "joint")


def frames(samples: int, config: SpeechConfig, subsampling: int | None = None) -> int:
    """Output frames of a recording.

    Args:
        samples: at `features.rate`.
        config: sections features and model.
        subsampling: another than `model.subsampling`.
    """
    hop = round(config.features.hop * config.features.rate)
    return output_frames(samples, hop, subsampling or config.model.subsampling)


def least_frames(labels: Sequence[int]) -> int:
    """Output frames that a CTC network needs to say `labels`: one each, and a blank between two that are the same.

    >>> least_frames([3, 5, 5, 2])
    5
    """
    return len(labels) + sum(first == second for first, second in pairwise(labels))


def least_samples(labels: Sequence[int], config: SpeechConfig) -> int:
    """Samples in which the network has `least_frames` output frames; 1 where the head does not spell along time."""
    if not spells(config):
        return 1
    hop = round(config.features.hop * config.features.rate)
    # The smallest number of samples with ceil((samples // hop + 1) / subsampling) >= frames.
    return max(1, config.model.subsampling * (least_frames(labels) - 1) * hop)
