"""Everything that is wrong with the recordings of a corpus, and what training does about it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rnnapps.audio.check_recordings import check_recordings, check_speaking_rates
from rnnapps.audio.recording import Recording
from rnnapps.audio.recording_fault import LEVELS, RecordingFault
from rnnapps.audio.waveforms import MEMORY, Waveforms

from .config import SpeechConfig
from .data import Corpus
from .shared_recordings import same_sound, shared_speakers
from .text_faults import empty_texts, foreign_scripts, too_short, unknown_symbols
from .units import Units

# In one line: so many faults in full, and so many recordings named.
TOLD, SHOWN = 3, 12


@dataclass(frozen=True)
class CheckedCorpus:
    """A corpus that was read and looked at.

    Args:
        corpus: the recordings.
        waveforms: of each side, by its name.
        faults: errors first, then warnings and notes; of one level by kind, then in the order of the recordings.
    """

    corpus: Corpus
    waveforms: dict[str, Waveforms]
    faults: tuple[RecordingFault, ...]

    def of(self, level: str) -> list[RecordingFault]:
        """The faults of one level."""
        return [fault for fault in self.faults if fault.level == level]

    def usable(self, faulty: str) -> CheckedCorpus:
        """What training can learn from.

        Args:
            faulty: stop, which raises where there are errors, or leave_out, which returns the corpus without the
                recordings that have them.
        Raises:
            ValueError: names the recordings with errors, in one line; or nothing is left to learn from.
        """
        errors = self.of("error")
        if not errors:
            return self
        if faulty == "leave_out":
            return self._without({(fault.side, fault.name) for fault in errors})
        advice = "" if len(errors) == 1 else f"{len(errors):,} recordings; data.faulty leave_out trains without them: "
        raise ValueError(advice + in_one_line(errors))

    def summary(self) -> list[str]:
        """A line that counts what is suspect, kind by kind; none where nothing is."""
        counts = Counter(fault.kind for fault in self.faults)
        listed = ", ".join(f"{kind} {count:,}" for kind, count in counts.items())
        return [f"suspect recordings: {listed}; check tells which"] if counts else []

    def _without(self, faulty: set[tuple[str, str]]) -> CheckedCorpus:
        sides, waveforms = {}, {}
        for side, read in self.waveforms.items():
            rows = [row for row, each in enumerate(read.recordings) if (side, each.name) not in faulty]
            waveforms[side] = read.take(rows)
            sides[side] = list(waveforms[side].recordings)
            if not rows and side != "test":
                raise ValueError(f"all {len(read):,} {side} recordings have faults; check lists them")
        names = [name for _, name in sorted(faulty)]
        told = _left_out(names)
        corpus = dataclasses.replace(self.corpus, **sides, report=(*self.corpus.report, told))
        kept = tuple(fault for fault in self.faults if (fault.side, fault.name) not in faulty)
        return CheckedCorpus(corpus, waveforms, kept)


def check_corpus(corpus: Corpus, units: Units, config: SpeechConfig) -> CheckedCorpus:
    """Reads all recordings and looks for faults: thousands of recordings in seconds, by as many threads as cores.

    Args:
        corpus: the recordings.
        units: what their texts are made of.
        config: every option; `features.rate` is a number.
    """
    waveforms, memory = {}, MEMORY
    for side, recordings in corpus.sides.items():
        waveforms[side] = Waveforms(recordings, config.features.rate, memory)
        memory -= waveforms[side].gigabytes
    return CheckedCorpus(corpus, waveforms, tuple(_sorted(_faults(waveforms, units, config))))


def audible(recordings: Sequence[Recording], config: SpeechConfig) -> tuple[list[Recording], tuple[str, ...]]:
    """The recordings in which there is something to hear, and a line about the others, if there are any.

    Args:
        recordings: some of which may be missing or damaged.
        config: every option; `features.rate` is a number.
    """
    found = check_recordings(Waveforms(recordings, config.features.rate))
    faulty = {fault.name for fault in found if fault.level == "error"}
    kept = [recording for recording in recordings if recording.name not in faulty]
    return kept, (_left_out(sorted(faulty)),) if faulty else ()


def in_one_line(faults: Sequence[RecordingFault]) -> str:
    """What is wrong with the first of them, the names of some others, and how many more there are."""
    told, named = faults[:TOLD], faults[TOLD:SHOWN]
    lines = [fault.message for fault in told]
    if named:
        more = f" and {len(faults) - SHOWN:,} more" if len(faults) > SHOWN else ""
        lines.append(f"also {', '.join(fault.name or fault.kind for fault in named)}{more}; check tells all")
    return "; ".join(lines)


def _faults(sides: dict[str, Waveforms], units: Units, config: SpeechConfig) -> Iterable[RecordingFault]:
    for side, waveforms in sides.items():
        found = (
            *_first(check_recordings(waveforms), too_short(waveforms, units, config, side)),
            *unknown_symbols(waveforms, units),
            *empty_texts(waveforms),
        )
        yield from (dataclasses.replace(fault, side=side) for fault in found)
    yield from check_speaking_rates(sides)
    yield from foreign_scripts(sides)
    yield from same_sound(sides)
    data = config.data
    given = (data.validation, data.test, data.validation_speakers, data.test_speakers, data.split_column)
    yield from shared_speakers(sides, divided_by_user=any(given))


def _first(*kinds: Iterable[RecordingFault]) -> Iterable[RecordingFault]:
    """Of each recording the errors of the first kind that it has: a silent one need not be called too short as well."""
    told: set[str] = set()
    for kind in kinds:
        found = [fault for fault in kind if fault.name not in told]
        yield from found
        told |= {fault.name for fault in found if fault.level == "error"}


def _left_out(names: Sequence[str]) -> str:
    more = ", ..." if len(names) > SHOWN else ""
    return f"{len(names):,} left out for their faults: {', '.join(names[:SHOWN])}{more}"


def _sorted(faults: Iterable[RecordingFault]) -> Sequence[RecordingFault]:
    faults = list(faults)
    kinds = list(dict.fromkeys(fault.kind for fault in faults))
    return sorted(faults, key=lambda fault: (LEVELS.index(fault.level), kinds.index(fault.kind)))
