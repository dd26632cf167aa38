"""Transcripts as text, JSON or subtitles, on standard output or in files."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rnnapps.command_line import BadInput
from rnnapps.training import write_atomically

from .given_recordings import LISTED, GivenRecording
from .subtitles import srt
from .transcript import Transcript, joined

ENDINGS = {"text": ".txt", "json": ".json", "srt": ".srt"}


class TranscriptOutput:
    """Where transcripts go: standard output.

    One recording is written as it is; of several each is a line: its name, a tab, its text. A name that holds tabs or
    line breaks, or begins with a quotation mark, is written as a JSON string. JSON is an object per line.

    Args:
        format: text, json or srt.
        several: whether there is more than one recording.
    Raises:
        ValueError: subtitles of several recordings.
    """

    def __init__(self, format: str, several: bool):
        if several and format == "srt":
            raise ValueError("--format srt: subtitles of several recordings need a folder; give --output")
        self.format, self.several = format, several

    def missing(self, given: Sequence[GivenRecording]) -> list[GivenRecording]:
        """Those that are yet to be written."""
        return list(given)

    def write(self, given: GivenRecording, parts: Sequence[Transcript]) -> None:
        """Writes what is said in a recording."""
        if self.format == "text" and self.several:
            content = f"{in_one_cell(given.file.called)}\t{joined(parts).text}\n"
        else:
            content = rendered(self.format, given.file.called, parts, indent=None)
        # Names of files may hold bytes that are no text.
        try:
            sys.stdout.buffer.write(content.encode("utf-8", "surrogateescape"))
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise BadInput(f"standard output: cannot be written: {error.strerror}") from error


class TranscriptFiles:
    """Where transcripts go: a file for each recording and format, which is there whole or not at all.

    Args:
        output: the file, for one recording and one format; else the folder, which is made. A single recording goes
            into a folder if that is there, or `output` ends in a slash.
        formats: of text, json and srt.
        given: the recordings.
        existing: refuse files that are there; overwrite them; skip their recordings.
    Raises:
        ValueError: files that are there already, two recordings that would be written to one file, a place where
            nothing can be written, or one that holds no transcript.
    """

    def __init__(self, output: str, formats: Sequence[str], given: Sequence[GivenRecording], existing: str = "refuse"):
        if not output:
            raise ValueError("--output: is empty; give the name of a file or folder")
        path, self.formats, self.existing = Path(output), tuple(formats), existing
        self._paths: dict[GivenRecording, dict[str, Path]] = {}
        if len(given) == 1 and len(formats) == 1 and not path.is_dir() and not output.endswith(("/", os.sep)):
            if not path.absolute().parent.is_dir():
                raise ValueError(f"--output {output}: there is no folder {path.parent}")
            self._paths[given[0]] = {formats[0]: path}
        else:
            if path.exists() and not path.is_dir():
                raise ValueError(f"--output {output}: is a file; {len(given)} recordings need a folder")
            self._paths = {one: self._in_folder(path, one.place) for one in given}
        self._refuse_two_for_one()
        self._refuse_what_is_no_transcript()
        there = [path for paths in self._paths.values() for path in paths.values() if path.exists()]
        if there and existing == "refuse":
            listed = ", ".join(map(str, there[:LISTED])) + (", ..." if len(there) > LISTED else "")
            verb = "exists" if len(there) == 1 else "exist"
            raise ValueError(f"{listed} {verb} already; --overwrite writes anew, --skip_existing leaves out")

    def missing(self, given: Sequence[GivenRecording]) -> list[GivenRecording]:
        """Those that are yet to be written."""
        if self.existing != "skip":
            return list(given)
        return [one for one in given if not all(path.exists() for path in self._paths[one].values())]

    def write(self, given: GivenRecording, parts: Sequence[Transcript]) -> None:
        """Writes what is said in a recording."""
        for format, path in self._paths[given].items():
            content = rendered(format, given.file.called, parts, indent=1).encode("utf-8", "surrogateescape")
            try:
                write_atomically(path, lambda file, content=content: file.write(content))
            except OSError as error:
                raise BadInput(f"--output {path}: cannot be written: {error.strerror}") from error

    def _in_folder(self, folder: Path, place: Path) -> dict[str, Path]:
        return {format: folder / place.with_suffix(ENDINGS[format]) for format in self.formats}

    def _refuse_two_for_one(self) -> None:
        owners: dict[Path, GivenRecording] = {}
        for given, paths in self._paths.items():
            for path in paths.values():
                if path in owners:
                    names = f"{owners[path].file.called} and {given.file.called}"
                    raise ValueError(f"{names} would both be written to {path}; give them one after the other")
                owners[path] = given

    def _refuse_what_is_no_transcript(self) -> None:
        """Files to be overwritten may be recordings, or devices, which a file would take the place of."""
        recordings = {Path(one.file.path).resolve() for one in self._paths}
        for paths in self._paths.values():
            for path in (path for path in paths.values() if path.exists()):
                if not path.is_file():
                    raise ValueError(f"--output {path}: is no file; leave --output out and use > {path}")
                if path.resolve() in recordings:
                    raise ValueError(f"--output {path}: is a recording; choose another file")


def in_one_cell(name: str) -> str:
    """A name as it is or, where it would break a line of a table, as a JSON string.

    >>> in_one_cell("calls/a.wav"), in_one_cell("a\\tb.wav")
    ('calls/a.wav', '"a\\\\tb.wav"')
    """
    plain = "\t" not in name and name.splitlines() == [name] and not name.startswith('"')
    return name if plain else json.dumps(name)


def rendered(format: str, name: str, parts: Sequence[Transcript], indent: int | None) -> str:
    """A recording's transcript.

    Args:
        format: text, a stretch per line; json; srt.
        name: of the recording.
        parts: its stretches.
        indent: of JSON; None writes it in one line.
    """
    if format == "srt":
        return srt(parts)
    if format == "text":
        return "\n".join(part.text for part in parts if part.text) + "\n"
    whole = joined(parts)
    content = {
        "recording": name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
        "duration": round(whole.end, 3),
        "text": whole.text,
        "confidence": round(whole.confidence, 4),
        "stretches": [part.as_dict() for part in parts],
    }
    return json.dumps(content, ensure_ascii=False, indent=indent) + "\n"
