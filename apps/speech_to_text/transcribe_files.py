"""Recordings one after the other, short ones several at once, into transcripts that are written as they are done."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import numpy as np

from rnnapps.audio.read_audio import join

from .given_recordings import GivenRecording
from .progress import Progress
from .transcriber import Transcriber
from .transcript import Transcript

# Sound that is held at once. More would not be faster: batches are smaller.
HELD_SECONDS = 480.0


def transcribe_files(transcriber: Transcriber, given: Sequence[GivenRecording], out) -> list[str]:
    """Transcribes recordings and writes them, in their order.

    A recording that cannot be read is told on standard error, where there are several.

    Args:
        transcriber: what transcribes.
        given: the recordings.
        out: a `TranscriptOutput` or `TranscriptFiles`.
    Returns:
        a line for each recording that could not be transcribed.
    Raises:
        KeyboardInterrupt: after a line that says how many are done.
    """
    failed: list[str] = []
    progress = Progress(len(given))
    done = 0
    try:
        for one, found in _transcribed(transcriber, given):
            if isinstance(found, Exception):
                failed.append(_line(one, found))
                if len(given) > 1:
                    progress.clear()
                    print(failed[-1], file=sys.stderr, flush=True)
            else:
                progress.clear()
                out.write(one, found)
                done += 1
            progress.add(0.0 if isinstance(found, Exception) or not found else found[-1].end)
    except KeyboardInterrupt:
        progress.clear()
        if len(given) > 1:
            print(f"{done} of {len(given)} recordings are done and kept", file=sys.stderr)
        raise
    progress.end()
    return failed


def _transcribed(
    transcriber: Transcriber, given: Sequence[GivenRecording]
) -> Iterator[tuple[GivenRecording, list[Transcript] | Exception]]:
    """Each recording's stretches, or what is wrong with it, in their order."""
    held: list[tuple[GivenRecording, np.ndarray | Exception]] = []
    for one in given:
        try:
            waveform = _short(one, transcriber)
        except (ValueError, OSError) as error:
            waveform = error
        if waveform is not None:
            held.append((one, waveform))
        if waveform is None or _samples(held) > HELD_SECONDS * transcriber.rate:
            yield from _at_once(transcriber, held)
            held = []
        if waveform is None:
            yield one, _piecewise(transcriber, one)
    yield from _at_once(transcriber, held)


def _short(one: GivenRecording, transcriber: Transcriber) -> np.ndarray | None:
    """The samples of a recording that is read at once; None of a longer one, or where only its end would tell."""
    duration = one.header().duration
    if not duration <= transcriber.whole_seconds:
        return None
    waveform = join(one.blocks(transcriber.rate))
    if len(waveform) < 2:
        raise ValueError(f"{one.file.called}: has no more than one sample; leave it out")
    return waveform


def _at_once(transcriber, held) -> Iterator[tuple[GivenRecording, list[Transcript] | Exception]]:
    waveforms = [waveform for _, waveform in held if not isinstance(waveform, Exception)]
    transcripts = iter(transcriber.transcribe(waveforms))
    for one, waveform in held:
        yield one, waveform if isinstance(waveform, Exception) else [next(transcripts)]


def _piecewise(transcriber: Transcriber, one: GivenRecording) -> list[Transcript] | Exception:
    try:
        return list(transcriber.stretches(one.blocks(transcriber.rate)))
    except (ValueError, OSError) as error:
        return error


def _samples(held) -> int:
    return sum(len(waveform) for _, waveform in held if not isinstance(waveform, Exception))


def _line(one: GivenRecording, error: Exception) -> str:
    told = str(error)
    told = told if one.file.called in told else f"{one.file.called}: {told}"
    return " ".join(told.split())  # one line, whatever the name of the file
