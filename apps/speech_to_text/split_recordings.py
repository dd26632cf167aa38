"""Dividing recordings into sides: as the data say, by speaker, by place or by lot."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rnnapps.audio.recording import Recording

from .config.data import DataConfig

MANY_SPEAKERS = 10  # from here on, sides without common speakers still have enough of them each
HELD_OUT = ("test", "validation")  # in the order in which they are split off


@dataclass(frozen=True)
class Split:
    """Three sides.

    Fields:
        sides: training, validation, test; recordings in the order of their files.
        report: how validation and test were chosen, one line each.
    """

    sides: dict[str, list[Recording]]
    report: tuple[str, ...]


def split_recordings(recordings: Sequence[Recording], given: Sequence[str | None], config: DataConfig) -> Split:
    """Divides recordings into training, validation and test.

    Args:
        recordings: all of them.
        given: of each, the side that its list or its data set says; None where they say nothing.
        config: `validation_speakers` and `test_speakers` come before what is given; a side that is then empty is
            split off the rest by `split`, `..._size` and `..._fraction`.
    Raises:
        ValueError: no such speaker, a size for a side that is given, or a side that would be empty.
    """
    places, report = _by_speaker(recordings, list(given), config)
    way = _way(recordings, config)
    for side in HELD_OUT:
        if config.listed(f"{side}_speakers"):
            continue
        if side in places:
            if getattr(config, f"{side}_size") is not None:
                raise ValueError(f"data.{side}_size: the data have a {side} side of their own; leave the option out")
            report.append(f"{side} side: as the data say")
            continue
        free = [i for i, place in enumerate(places) if place in (None, "training")]
        chosen, how = _chosen(recordings, free, side, way, config)
        for i in chosen:
            places[i] = side
        report.append(f"{side} side: {how}")
    sides = {
        side: [recording for recording, place in zip(recordings, places, strict=True) if (place or "training") == side]
        for side in ("training", "validation", "test")
    }
    if not sides["training"]:
        raise ValueError("data: no recording is left to learn from; make the other sides smaller")
    return Split(sides, tuple(report))


def drawn(recordings: Sequence[Recording], count: int, seed: int) -> list[Recording]:
    """`count` of them, in their order; a smaller count with the same seed draws a part of what a larger one does."""
    chosen = set(_by_lot(recordings, range(len(recordings)), "sample", seed)[:count])
    return [recording for i, recording in enumerate(recordings) if i in chosen]


def _way(recordings: Sequence[Recording], config: DataConfig) -> str:
    if config.split != "auto":
        return config.split
    speakers = {recording.speaker for recording in recordings}
    return "speakers" if None not in speakers and len(speakers) >= MANY_SPEAKERS else "random"


def _by_speaker(
    recordings: Sequence[Recording], places: list[str | None], config: DataConfig
) -> tuple[list[str | None], list[str]]:
    report = []
    known = {recording.speaker for recording in recordings} - {None}
    for side in HELD_OUT:
        speakers = config.listed(f"{side}_speakers")
        if not speakers:
            continue
        if unknown := [speaker for speaker in speakers if speaker not in known]:
            there = ", ".join(sorted(known)[:12]) + (", ..." if len(known) > 12 else "") if known else "none"
            raise ValueError(f"data.{side}_speakers: no recording of {unknown[0]!r}; speakers are {there}")
        places = [None if place == side else place for place in places]
        report.append(f"{side} side: all recordings of {', '.join(speakers)}")
        for i, recording in enumerate(recordings):
            if recording.speaker in speakers:
                places[i] = side
    return places, report


def _chosen(
    recordings: Sequence[Recording], free: list[int], side: str, way: str, config: DataConfig
) -> tuple[list[int], str]:
    size = getattr(config, f"{side}_size")
    option = f"data.{side}_size"
    if size is None:
        share, option = getattr(config, f"{side}_fraction"), f"data.{side}_fraction"
        size = max(1, round(share * len(free))) if share else 0
    if size == 0:
        return [], "none; validation figures are the last word"
    if size >= len(free):
        raise ValueError(f"{option}: {size} recordings cannot be split off {len(free)}; give more, or a smaller side")
    if way == "tail":
        return free[-size:], f"the last {size:,} of {len(free):,} recordings"
    if way == "speakers":
        return _whole_speakers(recordings, free, size, side, config)
    chosen = _by_lot(recordings, free, side, config.split_seed)[:size]
    return chosen, f"{size:,} of {len(free):,} recordings, drawn at random"


def _whole_speakers(
    recordings: Sequence[Recording], free: list[int], size: int, side: str, config: DataConfig
) -> tuple[list[int], str]:
    if nobody := [i for i in free if recordings[i].speaker is None]:
        name = recordings[nobody[0]].name
        raise ValueError(f"data.split: speakers, but {len(nobody)} recordings have none, the first {name}; use random")
    speakers = sorted({recordings[i].speaker for i in free}, key=lambda s: _digest(f"{side} {config.split_seed}", s))
    taken, chosen = [], []
    for speaker in speakers:
        if len(chosen) >= size:
            break
        taken.append(speaker)
        chosen += [i for i in free if recordings[i].speaker == speaker]
    if len(taken) == len(speakers):
        advice = "give more speakers, a smaller side, or data.split random"
        raise ValueError(f"data.split: speakers: the {side} side would take all {len(speakers)} speakers; {advice}")
    shown = ", ".join(taken[:6]) + (", ..." if len(taken) > 6 else "")
    return chosen, f"{len(chosen):,} recordings of {len(taken)} of {len(speakers)} speakers ({shown})"


def _by_lot(recordings: Sequence[Recording], places: Sequence[int], purpose: str, seed: int) -> list[int]:
    """Places in the order of their digests, which neither the order of the files nor their folder changes."""
    keys = {i: f"{Path(recordings[i].name).name}\n{recordings[i].text}" for i in places}
    return sorted(places, key=lambda i: (_digest(f"{purpose} {seed}", keys[i]), i))


def _digest(purpose: str, key: str) -> bytes:
    return hashlib.sha256(f"{purpose}\n{key}".encode()).digest()
