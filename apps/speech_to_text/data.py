"""From files to recordings on three sides."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rnnapps.audio.read_manifest import Columns
from rnnapps.audio.recording import Recording

from .config.data import DataConfig
from .datasets import find_dataset
from .digits.connected_digits import LICENCE, NAME, connected_digits
from .layouts import Listing, read_listing
from .split_recordings import drawn, split_recordings
from .text_form import FORMS

OWN_LICENCE = "as the user's recordings have"
READERS = 16  # threads that read headers; most of the time they wait for the disk


@dataclass(frozen=True)
class Corpus:
    """Recordings to learn from and to be judged by.

    Fields:
        training: recordings to learn from.
        validation: recordings that choose the best epoch and tune the decoder.
        test: recordings for the last word; may be empty, and validation figures are then all there is.
        name: where they come from.
        licence: of the recordings, as far as known.
        report: what was read and left out, one line each.
    """

    training: list[Recording]
    validation: list[Recording]
    test: list[Recording]
    name: str
    licence: str
    report: tuple[str, ...]

    @property
    def sides(self) -> dict[str, list[Recording]]:
        """The three sides by name."""
        return {"training": self.training, "validation": self.validation, "test": self.test}


class MissingRecordings(FileNotFoundError):
    """Files that a list names and that are not there.

    Args:
        names: all of them, as written.
        count: recordings that the list names.
        folder: where they were looked for.
    """

    def __init__(self, names: Sequence[str], count: int, folder: Path):
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5:,} more, which `check` lists" if names[5:] else "")
        are = "is" if len(names) == 1 else "are"
        super().__init__(f"{len(names):,} of {count:,} recordings {are} not in {folder}: {shown}")
        self.names = tuple(names)


def read_corpus(config: DataConfig) -> Corpus:
    """Finds the recordings that `config` names, with their texts, and divides them. No sound is decoded.

    Raises:
        FileNotFoundError: no such file or folder; recordings that are missing, in one error.
        ValueError: a file that cannot be understood, or a side that would be empty.
        ConnectionError: a data set that cannot be downloaded.
    """
    corpus = list_corpus(config)
    everything = [recording for side in corpus.sides.values() for recording in side]
    refuse_missing(everything, _folder(config))
    return corpus


def list_corpus(config: DataConfig) -> Corpus:
    """As `read_corpus`, but recordings may be missing, for `check` to tell them with all other faults."""
    if config.embedded:
        sides = connected_digits(config.strings)
        return Corpus(*sides.values(), NAME, LICENCE, (_counts(NAME, sides),))
    main = find_dataset(config.dataset).listing(config.path) if config.dataset else _listing(config, config.path)
    listings = [(main, None)] + [
        (_listing(config, path), side) for side in ("validation", "test") if (path := getattr(config, side)) is not None
    ]
    replaced = {side for _, side in listings if side}
    recordings, given, report = [], [], []
    if main.note and not (config.test or config.test_speakers):
        report.append(main.note)
    for listing, side in listings:
        rows = [row for row in listing.rows if side or row.side not in replaced]
        if left := len(listing.rows) - len(rows):
            report.append(f"left out: {left:,} recordings, whose sides are read from other files")
        recordings += _recordings(rows, listing, config)
        given += [side or row.side for row in rows]
    split = split_recordings(recordings, given, config)
    sides = dict(split.sides)
    sides["training"], left_out = _fitting(sides["training"], config)
    name = config.dataset or str(config.path)
    report += [*split.report, *left_out, *_doubts(main, config)]
    return Corpus(*sides.values(), name, main.licence or OWN_LICENCE, (_counts(name, sides), *report))


def read_recordings(config: DataConfig, path: str | Path) -> list[Recording]:
    """All recordings of another list or folder than the run's, whatever sides it has; to evaluate on them.

    Args:
        config: of the run: how columns are called, where they are not called as usual, and what becomes of texts.
        path: as `config.path`.
    Raises:
        FileNotFoundError, ValueError: as `read_corpus`.
    """
    own = dataclasses.replace(config, path=str(path), dataset=None, audio_folder=None, format="auto")
    try:
        listing = _listing(own, path)
    except ValueError:  # its columns may have other names than those of the run's list
        listing = read_listing(path)
    recordings = _recordings(listing.rows, listing, config)
    refuse_missing(recordings, listing.folder)
    return recordings


def refuse_missing(recordings: Sequence[Recording], folder: Path) -> None:
    """Raises `MissingRecordings` where files are not there.

    Args:
        recordings: to look at.
        folder: for the message.
    """
    if names := sorted(recording.name for recording in recordings if not recording.exists):
        raise MissingRecordings(names, len(recordings), folder)


def _listing(config: DataConfig, path: str | Path) -> Listing:
    columns = Columns(config.audio_column, config.text_column, config.speaker_column, config.split_column)
    return read_listing(path, config.format, columns, config.audio_folder)


def _folder(config: DataConfig) -> Path:
    if config.audio_folder or config.path is None:
        return Path(config.audio_folder or config.dataset or "")
    path = Path(config.path)
    return path if path.is_dir() else path.parent


def _recordings(rows: Iterable, listing: Listing, config: DataConfig) -> list[Recording]:
    form = FORMS[config.text_form]

    def recording(row) -> Recording:
        path = row.path if listing.archive else str(listing.folder / row.path)
        return Recording.from_file(path, form(row.text), row.speaker, row.path, listing.archive)

    with ThreadPoolExecutor(READERS) as readers:
        return list(readers.map(recording, rows))


def _fitting(training: list[Recording], config: DataConfig) -> tuple[list[Recording], list[str]]:
    report = []
    kept = [recording for recording in training if not recording.duration > config.max_seconds]
    if left := len(training) - len(kept):
        report.append(f"left out: {left:,} training recordings above {config.max_seconds:g} seconds (data.max_seconds)")
    if not kept:
        raise ValueError(
            f"data.max_seconds: all {len(training):,} training recordings are above {config.max_seconds:g}"
        )
    if config.max_recordings is not None and config.max_recordings < len(kept):
        report.append(f"drawn: {config.max_recordings:,} of {len(kept):,} training recordings (data.max_recordings)")
        kept = drawn(kept, config.max_recordings, config.split_seed)
    return kept, report


def _doubts(listing: Listing, config: DataConfig) -> list[str]:
    """Texts whose figures and symbols do not say how they are spoken."""
    doubtful = [row for row in listing.rows if any(unicodedata.category(letter)[0] in "NS" for letter in row.text)]
    if not doubtful or config.text_form == "as_is":
        return []
    first = doubtful[0].text[:60]
    return [
        f"{len(doubtful):,} texts hold figures or symbols, the first {first!r}; symbols are left out, and figures "
        "are learnt better as the words that are spoken"
    ]


def _counts(name: str, sides: dict[str, list[Recording]]) -> str:
    def told(side: str, recordings: list[Recording]) -> str:
        minutes = sum(r.duration for r in recordings if r.duration == r.duration) / 60
        return f"{len(recordings):,} {side} ({minutes:.1f} min)"

    return f"{name}: " + ", ".join(told(side, recordings) for side, recordings in sides.items())
