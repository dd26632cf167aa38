"""One CSV or Parquet file as a table that knows the line of each row."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas

MAGIC = {b"PAR1": "parquet", b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip"}
DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error)
# What stands for an empty cell; not so among tickers, where NA is a bank.
EMPTY = ("", "NA", "N/A", "n/a", "NaN", "nan", "-nan", "NULL", "null", "None", "<NA>", "#N/A")


@dataclass(frozen=True)
class Table:
    """A file's rows.

    Fields:
        frame: pandas.DataFrame of the cells.
        lines: (R,) int64, the line of each row in the file, or its number in a Parquet file; both from 1.
        path: of the file.
        unit: "line" or "row", what `lines` counts.
    """

    frame: pandas.DataFrame
    lines: np.ndarray
    path: Path
    unit: str = "line"

    @property
    def header(self) -> list[str]:
        """Names of the columns."""
        return [str(name) for name in self.frame.columns]

    def place(self, row: int) -> str:
        """Where a row stands, for messages."""
        return f"{self.path}, {self.unit} {self.lines[row]}"


def read_table(path: str | Path, as_text: Callable[[Sequence[str]], Sequence[str]] = lambda header: ()) -> Table:
    """Reads a CSV (also gzip, told by content) or Parquet file with pandas.

    Commas, semicolons or tabs between cells are told by the first line, which names the columns. Empty lines count as
    lines and are left out.

    Args:
        path: the file.
        as_text: given the header, which columns stay text, such as dates and tickers.
    Raises:
        FileNotFoundError: no such file.
        ValueError: a folder, an empty file or one without rows, damaged compression, bytes that are not UTF-8, a row
            with too many cells, a column name that occurs twice; one line naming file and line.
    """
    path = Path(path)
    kind = _kind(path)
    table = _read_parquet(path) if kind == "parquet" else _read_csv(path, kind == "gzip", as_text)
    if table.frame.empty:
        raise ValueError(f"{path}: has column names but no rows; expected rows of data below them")
    return table


def read_header(path: str | Path) -> list[str]:
    """The names of a file's columns.

    Raises:
        FileNotFoundError, ValueError: as `read_table`.
    """
    path = Path(path)
    kind = _kind(path)
    if kind == "parquet":
        return _read_parquet(path).header
    try:
        return _header(path, kind == "gzip")[0]
    except UnicodeDecodeError:
        raise ValueError(f"{path}, line 1: not UTF-8; save the file as UTF-8") from None
    except DAMAGED as error:
        raise ValueError(f"{path}: the gzip file is damaged: {error}") from None


def _kind(path: Path) -> str:
    if path.is_dir():
        raise ValueError(f"{path}: is a folder, expected a CSV or Parquet file")
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file")
    with path.open("rb") as file:
        start = file.read(4)
    kind = next((kind for magic, kind in MAGIC.items() if start.startswith(magic)), "text")
    if not start:
        raise ValueError(f"{path}: is empty; expected a CSV file whose first line names the columns")
    if kind == "zip":
        raise ValueError(f"{path}: is a zip or Excel file; unpack it, or save the sheet as CSV")
    return kind


def _read_parquet(path: Path) -> Table:
    import pandas

    try:
        frame = pandas.read_parquet(path)
    except ImportError:
        raise ValueError(f"{path}: Parquet needs pyarrow; pip install pyarrow, or save the table as CSV") from None
    except Exception as error:  # pyarrow's own error types, known only where it is installed
        raise ValueError(f"{path}: is no readable Parquet file: {_first_line(error)}") from None
    if not isinstance(frame.index, pandas.RangeIndex):
        frame = frame.reset_index()
    frame.columns = [str(name) for name in frame.columns]
    return Table(frame, np.arange(1, len(frame) + 1), path, "row")


def _read_csv(path: Path, zipped: bool, as_text) -> Table:
    import pandas

    try:
        header, separator = _header(path, zipped)
        text = set(as_text(header))
        frame = pandas.read_csv(
            path,
            sep=separator,
            names=header,
            header=0,
            skipinitialspace=True,
            compression="gzip" if zipped else None,
            encoding="utf-8-sig",
            dtype=dict.fromkeys(text, str),
            keep_default_na=False,
            na_values={name: list(EMPTY) for name in header if name not in text},
            skip_blank_lines=False,
            low_memory=False,
        )
    except UnicodeDecodeError:
        raise ValueError(f"{path}, line {_undecodable(path, zipped)}: not UTF-8; save the file as UTF-8") from None
    except DAMAGED as error:
        raise ValueError(f"{path}: the gzip file is damaged: {error}") from None
    except pandas.errors.ParserError as error:
        if found := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error)):
            expected, line, saw = found.groups()
            raise ValueError(f"{path}, line {line}: {saw} cells, but the first line names {expected} columns") from None
        raise ValueError(f"{path}: not a CSV file: {_first_line(error)}") from None
    if not isinstance(frame.index, pandas.RangeIndex):
        raise ValueError(f"{path}, line 2: has more cells than the first line names columns, {len(header)}")
    lines = np.arange(2, len(frame) + 2)
    blank = np.ones(len(frame), bool)
    for name in header:
        if not blank.any():
            break
        cells = frame[name]
        blank &= (cells.isna() | (cells == "") if name in text else cells.isna()).to_numpy()
    return Table(frame[~blank].reset_index(drop=True) if blank.any() else frame, lines[~blank], path)


def _header(path: Path, zipped: bool) -> tuple[list[str], str]:
    with gzip.open(path) if zipped else path.open("rb") as file:
        line = re.split("[\r\n]", file.readline().decode("utf-8-sig"), maxsplit=1)[0]
    if not line.strip():
        raise ValueError(f"{path}, line 1: is empty; expected the names of the columns")
    separator = max(",;\t", key=line.count)
    try:
        names = [name.strip() for name in next(csv.reader(io.StringIO(line), delimiter=separator))]
    except csv.Error as error:
        raise ValueError(f"{path}, line 1: {error}; expected the names of the columns") from None
    name, count = Counter(names).most_common(1)[0]
    if count > 1:
        raise ValueError(f"{path}, line 1: the column {name!r} occurs {count} times")
    if all(re.fullmatch(r"[-+.:/ \dTZe]+", name) for name in names):
        raise ValueError(f"{path}, line 1: found {line!r}; add a first line with the names of the columns")
    return names, separator


def _undecodable(path: Path, zipped: bool) -> int:
    with gzip.open(path) if zipped else path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 1


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
