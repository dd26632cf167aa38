"""What recordings have in common that should not: the same sound, speakers on more than one side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from rnnapps.audio.check_recordings import SILENT
from rnnapps.audio.recording import Recording
from rnnapps.audio.recording_fault import RecordingFault
from rnnapps.audio.waveforms import Waveforms

SIDES = ("training", "validation", "test")


def same_sound(sides: dict[str, Waveforms]) -> Iterator[RecordingFault]:
    """Recordings whose samples are those of an earlier one.

    With another text, or on another side, that is a warning: one of the texts is wrong, or figures will be too good.
    With the same text on the same side it is a note.
    """
    groups: dict[bytes, list[tuple[str, Recording]]] = defaultdict(list)
    for side, waveforms in sides.items():
        for recording, measured in zip(waveforms.recordings, waveforms.measurements, strict=True):
            if measured is not None and measured.peak >= SILENT:
                groups[measured.digest].append((side, recording))
    for (first_side, first), *others in groups.values():
        for side, recording in others:
            same = f"{recording.name}: the same sound as {first.name}"
            if recording.text != first.text:
                message = f"{same}, but another text, {_short(recording.text)} and {_short(first.text)}; one is wrong"
                yield RecordingFault("warning", "other_text", recording.name, message, side)
            elif side != first_side:
                message = f"{same} of the {first_side} side, which makes figures too good; leave it out of one"
                yield RecordingFault("warning", "leaked", recording.name, message, side)
            else:
                yield RecordingFault("note", "copy", recording.name, f"{same}; leave one of them out", side)


def shared_speakers(sides: dict[str, Waveforms], divided_by_user: bool) -> Iterator[RecordingFault]:
    """Speakers of validation and test that are in training too; none where all recordings are by one speaker.

    Args:
        sides: the recordings of each.
        divided_by_user: the sides were given as files or by speakers, and were meant to be apart: a warning. Else a
            note.
    """
    speakers = {side: {each.speaker for each in waveforms.recordings} - {None} for side, waveforms in sides.items()}
    if len(set().union(*speakers.values())) < 2:
        return
    for side in SIDES[1:]:
        both = sorted(speakers.get(side, set()) & speakers["training"])
        if both:
            listed = ", ".join(both[:10]) + (", ..." if len(both) > 10 else "")
            message = (
                f"{len(both)} of the {len(speakers[side])} {side} speakers are in training too ({listed}): figures are "
                f"for known speakers; data.split speakers or data.{side}_speakers keeps them apart"
            )
            yield RecordingFault("warning" if divided_by_user else "note", "speakers", "", message, side)


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:37]}...")
