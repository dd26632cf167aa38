"""What a path holds: a manifest, a table, or one of the layouts that public data sets have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rnnapps.audio.archive import Archive
from rnnapps.audio.read_manifest import SIDES, Columns, Listed, read_manifest

from .digits.connected_digits import WORDS

FSDD_NAME = re.compile(r"(?:.*/)?([0-9])_([^_/]+)_([0-9]+)\.wav")
FSDD_TESTED = 5  # recordings 0-4 of each digit and speaker are the official test side
LISTS = (".jsonl", ".json", ".ndjson", ".manifest", ".tsv", ".csv")
PART = re.compile("(train|dev|test)-(clean|other)(-[0-9]+)?")
SOUNDS = (".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".aiff")


@dataclass(frozen=True)
class Listing:
    """Rows, and where their files are.

    Fields:
        rows: of the list.
        folder: that their paths begin in.
        archive: the zip file that they are in.
        licence: where the layout belongs to one data set.
        note: how it was read, where that is not plain.
    """

    rows: list[Listed]
    folder: Path
    archive: Archive | None = None
    licence: str | None = None
    note: str | None = None


def read_listing(
    path: str | Path, format: str = "auto", columns: Columns | None = None, audio_folder: str | None = None
) -> Listing:
    """The recordings that a path holds.

    Args:
        path: a manifest, a table, a zip, or a folder.
        format: auto, manifest, table, ljspeech, librispeech or fsdd.
        columns: of a manifest or table.
        audio_folder: what its paths are relative to.
    Raises:
        FileNotFoundError: no such file or folder.
        ValueError: nothing that can be understood.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file or folder")
    if format == "fsdd":
        return read_fsdd(path)
    if format == "ljspeech":
        return read_ljspeech(path)
    if format == "librispeech":
        return read_librispeech(path)
    if path.is_dir():
        return _of_folder(path, format, columns, audio_folder)
    if path.suffix.lower() == ".zip":
        return read_fsdd(path)
    if path.suffix.lower() in SOUNDS:
        raise ValueError(f"{path}: is a recording; give a manifest with its text, or a folder, see data.path")
    return _of_lists({None: path}, columns, audio_folder)


def read_fsdd(path: Path) -> Listing:
    """Free Spoken Digit Dataset: 7_jackson_32.wav is the digit, the speaker, the number of the recording.

    Args:
        path: the folder of the recordings, one with recordings/ or recordings.zip in it, or the zip file.
    """
    inside = next((path / name for name in ("recordings", "recordings.zip") if (path / name).exists()), path)
    archive = None if inside.is_dir() else Archive(inside)
    names = archive.names if archive else sorted(file.name for file in inside.iterdir())
    found = sorted((match for name in names if (match := FSDD_NAME.fullmatch(name))), key=_digit_order)
    if not found:
        advice = "; unpack zip files of other data and give the folder" if archive else ""
        raise ValueError(f"{path}: no recording with a name such as 7_jackson_32.wav in it{advice}")
    rows = [
        Listed(
            match[0],
            WORDS[int(match[1])],
            match[2],
            "test" if int(match[3]) < FSDD_TESTED else None,
        )
        for match in found
    ]
    licence = "CC BY-SA 4.0, https://creativecommons.org/licenses/by-sa/4.0; Free Spoken Digit Dataset"
    note = "Free Spoken Digit Dataset: recordings 0-4 of each digit and speaker are the test side, as its authors say"
    return Listing(rows, inside, archive, licence, note)


def read_ljspeech(path: Path) -> Listing:
    """LJ Speech: metadata.csv of name|text|text with numbers written out, and wavs/name.wav."""
    file = path / "metadata.csv" if path.is_dir() else path
    if not file.is_file():
        raise FileNotFoundError(f"{file}: no such file; expected metadata.csv and wavs/ in {path}")
    rows = []
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        cells = line.rstrip("\r").split("|")
        if len(cells) not in (2, 3):
            raise ValueError(f"{file}, line {number}: expected name|text|text, found {len(cells)} columns")
        rows.append(Listed(f"wavs/{cells[0]}.wav", cells[-1], None, None, f"{file}, line {number}"))
    return Listing(rows, file.parent)


def read_librispeech(path: Path) -> Listing:
    """LibriSpeech: SPEAKER-CHAPTER.trans.txt beside the recordings, lines of SPEAKER-CHAPTER-NUMBER TEXT.

    Folders called train-..., dev-... and test-... are the sides, where there is one to learn from.
    """
    files = sorted(path.rglob("*.trans.txt")) if path.is_dir() else []
    if not files:
        raise ValueError(f"{path}: no folder with *.trans.txt in it, as LibriSpeech has")
    rows = [row for file in files for row in _of_chapter(file, path)]
    if not any(row.side == "training" for row in rows):
        rows = [Listed(row.path, row.text, row.speaker, None, row.place) for row in rows]
    return Listing(rows, path, note=f"{path}: LibriSpeech, {len(files):,} chapters")


def _of_chapter(file: Path, base: Path) -> Iterator[Listed]:
    inside = file.parent.relative_to(base)
    part = next((part for part in inside.parts if PART.fullmatch(part)), "")
    side = SIDES.get(part.partition("-")[0])
    ending = next((e for e in SOUNDS if next(file.parent.glob(f"*{e}"), None)), ".flac")
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
        name, _, text = line.strip().partition(" ")
        if name:
            yield Listed(
                (inside / f"{name}{ending}").as_posix(), text, name.partition("-")[0], side, f"{file}, line {number}"
            )


def _of_folder(path: Path, format: str, columns: Columns | None, audio_folder: str | None) -> Listing:
    lists = sorted(file for file in path.iterdir() if file.suffix.lower() in LISTS and file.is_file())
    if format == "auto":
        if (path / "recordings.zip").is_file() or _has_fsdd_names(path) or _has_fsdd_names(path / "recordings"):
            return read_fsdd(path)
        if (path / "metadata.csv").is_file() and (path / "wavs").is_dir() and _piped(path / "metadata.csv"):
            return read_ljspeech(path)
    sides = {SIDES[file.stem.lower()]: file for file in reversed(lists) if file.stem.lower() in SIDES}
    if "training" in sides:
        return _of_lists(sides, columns, audio_folder)
    named = [file for file in lists if file.stem.lower() == "metadata"] or lists
    if len(named) == 1:
        return _of_lists({None: named[0]}, columns, audio_folder)
    if not named and format == "auto" and next(path.rglob("*.trans.txt"), None):
        return read_librispeech(path)
    there = ", ".join(file.name for file in named[:6]) or "none"
    raise ValueError(f"{path}: expected one manifest or table in this folder, found {there}; give the file itself")


def _of_lists(files: dict[str | None, Path], columns: Columns | None, audio_folder: str | None) -> Listing:
    folder = Path(audio_folder) if audio_folder else next(iter(files.values())).parent
    if not folder.is_dir():
        raise FileNotFoundError(f"data.audio_folder: {folder}: no such folder")
    rows = []
    for side, file in files.items():
        listed = read_manifest(file, columns)
        if side is not None:
            listed = [Listed(row.path, row.text, row.speaker, side, row.place) for row in listed]
        rows += listed
    if audio_folder is None and not (folder / rows[0].path).exists() and (folder / "clips" / rows[0].path).exists():
        folder = folder / "clips"  # Common Voice
    return Listing(rows, folder)


def _has_fsdd_names(path: Path) -> bool:
    return path.is_dir() and any(FSDD_NAME.fullmatch(file.name) for file in path.iterdir())


def _piped(file: Path) -> bool:
    with file.open(encoding="utf-8", errors="replace") as lines:
        return "|" in next(iter(lines), "")


def _digit_order(match: re.Match) -> tuple:
    return match[1], match[2], int(match[3])
