"""Transcribing recordings, or sound as it comes, with a run or its SavedModel."""

from __future__ import annotations

import sys
from contextlib import ExitStack

from rnnapps.command_line import BadInput, reading_input
from rnnapps.config_checks import names_listed

from .config import DecodingChoice

FORMATS = ("text", "json", "srt")


def transcribe(
    run: str,
    decoding: DecodingChoice,
    *recordings: str,
    output: str | None = None,
    format: str = "text",
    overwrite: bool = False,
    skip_existing: bool = False,
    stream: str | None = None,
    microphone: bool = False,
    rate: int | None = None,
) -> None:
    """Writes what is said in recordings: as text, as JSON with the times of words, or as subtitles.

    Recordings may be hours long and of any format, rate and number of channels. A recording that turns out to be
    damaged is told in a line; the others are done all the same, and the exit code is 2.

    Args:
        run: path or name of a run, or path of a SavedModel.
        decoding: options that are to be other than the run's.
        recordings: files; folders, of which all sound is taken; patterns in quotes, 'calls/**/*.wav'; - is standard
            input.
        output: file for one recording, folder for several. Default: standard output, of several recordings a line
            each, name<TAB>text or a JSON object; a name with tabs or line breaks in it is written as a JSON string.
        format: text, json or srt; with --output several, with commas between.
        overwrite: write files anew that are there already.
        skip_existing: leave out recordings whose files are there already.
        stream: instead of recordings a file or pipe, or - for standard input, whose text is written while it comes:
            WAV, or bare samples of 16 bit, mono; needs a model that looks back only.
        microphone: the same of what the machine's microphone hears; needs the package sounddevice.
        rate: samples per second of the bare samples of --stream. Default: the model's.
    """
    decode = decoding.given()
    if stream is not None or microphone:
        _live(run, recordings, stream, microphone, rate, output, format, decode)
        return
    with ExitStack() as files:
        with reading_input():
            formats = _formats(format, output)
            if rate is not None:
                raise ValueError(f"--rate {rate} is of bare samples, for --stream; files tell their own")
            if overwrite and skip_existing:
                raise ValueError("give either --overwrite or --skip_existing, not both")
            if decoding.n_best and "json" not in formats:
                raise ValueError(f"--n_best {decoding.n_best}: only --format json tells more than the best text")
            from .given_recordings import given_recordings
            from .transcript_files import TranscriptFiles, TranscriptOutput

            given = given_recordings(recordings, files)
            if output is None:
                out = TranscriptOutput(formats[0], len(given) > 1)
            else:
                existing = "overwrite" if overwrite else "skip" if skip_existing else "refuse"
                out = TranscriptFiles(output, formats, given, existing)
            # Only now, so that a mistake on the command line is told without waiting for TensorFlow.
            from .hearing import load_hearing
            from .transcribe_files import transcribe_files

            hearing = load_hearing(run, decode)
        failed = transcribe_files(hearing.transcriber, out.missing(given), out)
    if failed:
        raise BadInput(_told(failed, len(given)))


def _live(run, recordings, stream, microphone, rate, output, format, decode) -> None:
    with reading_input():
        if recordings or (stream is not None and microphone):
            raise ValueError("give either recordings, --stream or --microphone")
        if output is not None:
            raise ValueError(f"--output {output}: live text goes to standard output; use > {output}")
        if format not in ("text", "json"):
            raise ValueError(f"--format {format!r} is not one of text, json for live text")
        if rate is not None and rate < 1:
            raise ValueError(f"--rate must be at least 1, is {rate}")
        from .hearing import load_hearing
        from .transcribe_live import live_sound, transcribe_live

        hearing = load_hearing(run, decode)
        live = hearing.live()
    with ExitStack() as files:
        with reading_input():
            chunks = live_sound(stream, hearing.rate, rate, files)
        if microphone:
            print("listening; Ctrl-C ends it", file=sys.stderr)
        transcribe_live(live, chunks, format, endless=microphone)


def _formats(format: str, output: str | None) -> tuple[str, ...]:
    formats = names_listed("--format", format)
    if unknown := [name for name in formats if name not in FORMATS]:
        raise ValueError(f"--format: {unknown[0]!r} is not one of {', '.join(FORMATS)}")
    if len(formats) > 1 and output is None:
        raise ValueError(f"--format {format}: several formats need a folder; give --output")
    return formats


def _told(failed: list[str], count: int) -> str:
    if count == 1:
        return failed[0]
    return f"{len(failed)} of {count} recordings could not be transcribed, as told above; the others are done"
