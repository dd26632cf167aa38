"""Lists of recordings with their texts: JSON lines, CSV and TSV."""

from __future__ import annotations

import csv
import gzip
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

AUDIO = ("audio_filepath", "audio", "path", "file", "filename", "file_name", "audio_path", "wav_filename", "wav")
TEXT = ("text", "sentence", "transcript", "transcription", "normalized_text")
SPEAKER = ("speaker", "speaker_id", "client_id", "spk")
SPLIT = ("split", "subset", "side")
SIDES = {"train": "training", "training": "training"}
SIDES |= dict.fromkeys(("validation", "valid", "val", "dev", "development"), "validation")
SIDES |= dict.fromkeys(("test", "testing", "eval"), "test")
JSON_ENDINGS = (".json", ".jsonl", ".ndjson", ".manifest")


@dataclass(frozen=True)
class Listed:
    """A row of such a list.

    Fields:
        path: of the recording, as written.
        text: what is said, as written.
        speaker: who says it.
        side: training, validation or test, where the list says so.
        place: of the row, for messages.
    """

    path: str
    text: str
    speaker: str | None = None
    side: str | None = None
    place: str = ""


@dataclass(frozen=True)
class Columns:
    """Names of the columns, or fields of a JSON line; None finds them by their usual names.

    Fields:
        audio: path of the recording.
        text: what is said.
        speaker: who says it.
        split: side that the row belongs to.
        option: what the names of the options begin with, for messages.
    """

    audio: str | None = None
    text: str | None = None
    speaker: str | None = None
    split: str | None = None
    option: str = "--data."

    def find(self, role: str, names: Sequence[str], where: str) -> str | None:
        """The name among `names` that has the role; None where there is none.

        Raises:
            ValueError: the one that was asked for is not there.
        """
        asked = getattr(self, role)
        lower = {name.strip().lower(): name for name in reversed(names)}
        if asked is not None:
            if asked.lower() not in lower:
                raise ValueError(f"{where}: no column {asked!r} ({self.option}{role}_column); found {_told(names)}")
            return lower[asked.lower()]
        usual = {"audio": AUDIO, "text": TEXT, "speaker": SPEAKER, "split": SPLIT}[role]
        return next((lower[name] for name in usual if name in lower), None)

    def need(self, role: str, names: Sequence[str], where: str) -> str:
        """As `find`, but there must be one."""
        found = self.find(role, names, where)
        if found is None:
            what = {"audio": "the path of the recording", "text": "what is said"}[role]
            advice = f"name the column of {what} with {self.option}{role}_column"
            raise ValueError(
                f"{where}: no column {role if role == 'text' else AUDIO[0]}; found {_told(names)}; {advice}"
            )
        return found


def read_manifest(path: str | Path, columns: Columns | None = None) -> list[Listed]:
    """Reads a list of recordings: JSON lines, or a table of columns.

    A JSON line is {"audio_filepath": ..., "text": ..., "speaker": ..., ...}; a table has a first row of column names,
    or is path<TAB>text. UTF-8, with or without a byte order mark, gzip allowed; blank lines are passed over.

    Args:
        path: the file; tables end in .csv, .tsv or .txt, or simply do not begin with "{".
        columns: where they are not called as usual.
    Raises:
        FileNotFoundError: no such file.
        ValueError: names file and line, and what was expected there.
    """
    path, columns = Path(path), columns or Columns()
    lines = _lines(path)
    first = next((line for line in lines if line.strip()), "")
    if not first:
        raise ValueError(f"{path}: the file is empty; a line for each recording was expected")
    if path.suffix.lower() in JSON_ENDINGS or first.lstrip().startswith("{"):
        rows = _of_json(lines, path, columns)
    else:
        rows = _of_table(lines, path, columns)
    if not rows:
        raise ValueError(f"{path}: lists no recording, only the names of columns")
    return rows


def _lines(path: Path) -> list[str]:
    if path.is_dir():
        raise ValueError(f"{path}: is a folder; a manifest or table was expected")
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file")
    data = path.read_bytes()
    if data.startswith(b"\x1f\x8b"):
        try:
            data = gzip.decompress(data)
        except (EOFError, OSError, zlib.error) as error:
            raise ValueError(f"{path}: the gzip file is damaged: {error}; get it again") from None
    data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")  # as spreadsheets on old Macintoshes ended lines
    lines = data.split(b"\n")  # str.splitlines would also split at U+2028 inside a sentence
    try:
        return [line.decode("utf-8") for line in lines]
    except UnicodeDecodeError:
        number, error = _not_utf8(lines)
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise ValueError(f"{path}: is UTF-16; convert the file: iconv -f utf-16 -t utf-8") from None
        if b"\0" in data[:4096]:
            raise ValueError(f"{path}: is not a text file; a manifest or table was expected") from None
        byte = f"byte {error.start + 1}: 0x{error.object[error.start]:02x} is not UTF-8"
        advice = "convert the file, for example with iconv -f latin1 -t utf-8"
        raise ValueError(f"{path}, line {number}, {byte}; {advice}") from None


def _not_utf8(lines: list[bytes]) -> tuple[int, UnicodeDecodeError]:
    for number, line in enumerate(lines, start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            return number, error
    raise AssertionError("only called where a line is not UTF-8")


def _of_json(lines: list[str], path: Path, columns: Columns) -> list[Listed]:
    rows = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"{where}, column {error.colno}: not a JSON line: {error.msg}") from None
        except (ValueError, RecursionError) as error:  # a number of thousands of figures; brackets in brackets
            raise ValueError(f"{where}: not a JSON line: {error}") from None
        if not isinstance(row, dict):
            raise ValueError(f'{where}: expected {{"audio_filepath": ..., "text": ...}}, found {line.strip()[:40]!r}')
        if row.get("offset"):
            raise ValueError(
                f"{where}: offset {row['offset']}: parts of files are not read; cut the recording into files"
            )
        rows.append(_listed(row, list(row), where, columns))
    return rows


def _of_table(lines: list[str], path: Path, columns: Columns) -> list[Listed]:
    first = next(line for line in lines if line.strip())
    mark = "\t" if "\t" in first else max(",;|", key=first.count)
    # Sentences in TSV files hold quotation marks that quote nothing.
    quoting = csv.QUOTE_NONE if mark == "\t" else csv.QUOTE_MINIMAL
    reader = csv.reader((line + "\n" for line in lines), delimiter=mark, quoting=quoting, strict=True)
    try:
        cells = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise ValueError(f"{path}, line {reader.line_num}: not a table: {error}") from None
    header = [cell.strip() for cell in cells[0][1]]
    if _has_names(header, columns):
        names, cells, where = header, cells[1:], f"{path}, line {cells[0][0]}"
        for role in ("audio", "text"):
            columns.need(role, names, where)
        for role in ("speaker", "split"):
            columns.find(role, names, where)
    elif len(header) == 2:
        names = ["audio_filepath", "text"]
    else:
        columns.need("audio", header, f"{path}, line {cells[0][0]}")
        columns.need("text", header, f"{path}, line {cells[0][0]}")
    rows = []
    for number, row in cells:
        where = f"{path}, line {number}"
        if len(row) != len(names):
            found = "1 column" if len(row) == 1 else f"{len(row)} columns"
            advice = "; put texts with commas into quotation marks" if mark == "," else ""
            raise ValueError(f"{where}: expected {len(names)} columns, found {found}{advice}")
        rows.append(_listed(dict(zip(names, row, strict=True)), names, where, columns))
    return rows


def _has_names(header: list[str], columns: Columns) -> bool:
    if any(getattr(columns, role) for role in ("audio", "text", "speaker", "split")):
        return True
    return any(name.lower() in AUDIO for name in header) and any(name.lower() in TEXT for name in header)


def _listed(row: dict[str, Any], names: list[str], where: str, columns: Columns) -> Listed:
    values = {}
    for role in ("audio", "text"):
        name = columns.need(role, names, where)
        if not isinstance(row[name], str):
            raise ValueError(f"{where}: {name} must be a text, found {row[name]!r}")
        values[role] = row[name].strip()
        if re.search("[\ud800-\udfff]", values[role]):
            raise ValueError(f"{where}: {name} holds half a letter, {values[role]!r}; write it as UTF-8")
    if not values["audio"]:
        raise ValueError(f"{where}: the path of the recording is empty")
    name = columns.find("speaker", names, where)
    speaker = None if name is None or row[name] in (None, "") else str(row[name]).strip()
    return Listed(values["audio"], values["text"], speaker, _side(row, names, where, columns), where)


def _side(row: dict[str, Any], names: list[str], where: str, columns: Columns) -> str | None:
    name = columns.find("split", names, where)
    if name is None:
        return None
    side = SIDES.get(str(row[name]).strip().lower())
    if side is None and columns.split is not None:
        raise ValueError(f"{where}: {name} is {row[name]!r}, expected train, validation (dev, valid) or test")
    return side


def _told(names: Sequence[str], shown: int = 10) -> str:
    return (", ".join(map(repr, names[:shown])) or "none") + (", ..." if len(names) > shown else "")
