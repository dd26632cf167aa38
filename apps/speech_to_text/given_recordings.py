"""The recordings that somebody names on the command line: files, folders, patterns, standard input."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnapps.audio.read_audio import resampled
from rnnapps.audio.sound_file import SoundFile

ENDINGS = (".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".aac", ".aif", ".aiff", ".au", ".webm", ".mp4")
STANDARD_INPUT = "standard input"
LISTED = 5


@dataclass(frozen=True)
class GivenRecording:
    """A recording to transcribe.

    Fields:
        file: where its sound is, and what messages call it.
        place: its path below the folder that was given, or its name; what is written is called after it.
    """

    file: SoundFile
    place: Path

    def header(self):
        """Duration, rate and channels, as `SoundFile.header`."""
        return self.file.header()

    def blocks(self, rate: int) -> Iterator[np.ndarray]:
        """Its samples, mono, at `rate`, block after block.

        Raises:
            AudioFault, OSError: it cannot be read; that may show only after blocks that were good.
        """
        return resampled(self.file.blocks(), self.file.header().rate, rate)


def given_recordings(names: Sequence[str], files: ExitStack) -> list[GivenRecording]:
    """What names mean: a file; a folder, all sound in and below it; a pattern such as 'calls/**/*.wav'; -.

    Args:
        names: at least one.
        files: closes what standard input was copied to.
    Raises:
        FileNotFoundError: names that mean nothing, all of them listed.
        ValueError: no names, or - twice.
    """
    if not names:
        raise ValueError("name the recordings to transcribe: files, folders, patterns, or - for standard input")
    if list(names).count("-") > 1:
        raise ValueError("standard input (-) is named twice")
    found: dict[str, GivenRecording] = {}
    missing = []
    for name in names:
        meant = list(_meant(name, files))
        found.update((one.file.path, one) for one in meant if one.file.path not in found)
        if not meant:
            missing.append(name)
    if missing:
        listed = ", ".join(missing[:LISTED]) + (", ..." if len(missing) > LISTED else "")
        counted = f"{len(missing)} of {len(names)} recordings are not there" if len(names) > 1 else "no such recording"
        raise FileNotFoundError(f"{listed}: {counted}" + _advice(missing))
    return list(found.values())


def _meant(name: str, files: ExitStack) -> Iterator[GivenRecording]:
    path = Path(name)
    if name == "-":
        yield GivenRecording(SoundFile(_copied_input(files), name=STANDARD_INPUT), Path("standard_input"))
    elif path.is_dir():
        yield from _in_folder(path)
    elif path.exists():
        yield GivenRecording(SoundFile(name), Path(path.name))
    elif set(name) & set("*?["):
        for match in sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor)))):
            yield from _meant(str(match), files)


def _in_folder(folder: Path) -> Iterator[GivenRecording]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in ENDINGS and path.is_file() and not hidden:
            yield GivenRecording(SoundFile(str(path)), path.relative_to(folder))


def _copied_input(files: ExitStack) -> str:
    """Sound formats are read back and forth, which a pipe does not allow."""
    copy = Path(files.enter_context(tempfile.TemporaryDirectory())) / "standard_input"
    with copy.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return str(copy)


def _advice(missing: list[str]) -> str:
    folders = [name for name in missing if Path(name).is_dir()]
    return f"; {folders[0]} is a folder without {', '.join(ENDINGS[:4])}, ... files" if folders else ""
