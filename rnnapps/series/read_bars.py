"""Bars (open, high, low, close, volume) of many tickers, from one file or one file each."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from rnnapps.series.panel import BARS, Panel, rows_of_all, starts_of
from rnnapps.series.parse_times import parse_times
from rnnapps.series.read_numbers import not_numbers, number_problem, to_numbers
from rnnapps.series.read_table import Table, read_table
from rnnapps.series.reading import Problem, Reading
from rnnapps.series.table_format import TableFormat

ENDINGS = (".csv", ".csv.gz", ".txt", ".txt.gz", ".parquet")
NO_FORMAT = TableFormat()


def read_bars(path: str | Path, how: TableFormat = NO_FORMAT) -> Reading:
    """Reads a long table, one row for each ticker and time.

    Tickers stand in the order in which they first occur; a table without a ticker column holds one, called after the
    file. With an adjusted closing price, open, high, low and close are multiplied, and volume is divided, by
    adjusted / close. No bars are added: the times of a ticker are those of its rows.

    Args:
        path: CSV (gzip allowed) or Parquet file.
        how: names of columns and more.
    Returns:
        a panel of `BARS` on the scale "log", whose target is the close.
    Raises:
        FileNotFoundError, ValueError: as `read_table`, or a column that is missing; one line naming the file.
    """
    table = read_table(path, lambda header: _text_columns(how, header))
    try:
        return parse_bars(table, how)
    except ValueError as error:
        raise ValueError(_in_file(path, error)) from None


def read_bars_folder(folder: str | Path, how: TableFormat = NO_FORMAT) -> Reading:
    """Reads one file of bars for each ticker, called after it; tickers stand in the order of their names.

    Args:
        folder: of files such as MSFT.csv or MSFT.csv.gz; others are passed over.
        how: names of columns and more, the same for all.
    Raises:
        FileNotFoundError: no such folder.
        ValueError: as `read_bars`, a folder without such files, or two files of one ticker.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder")
    paths = sorted(path for path in folder.iterdir() if ticker_of(path) and path.is_file())
    if not paths:
        raise ValueError(f"{folder}: holds no file that ends in {', '.join(ENDINGS)}; expected one for each ticker")
    names = [ticker_of(path) for path in paths]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"{folder}: holds two files of the ticker {twice[0]}; leave one of them")
    alone = dataclasses.replace(how, columns={**how.columns, "ticker": "none"})
    return _join([read_bars(path, alone) for path in paths], names)


def ticker_of(path: Path) -> str | None:
    """The ticker that a file is called after; None where its ending is not one of `ENDINGS`."""
    ending = next((ending for ending in ENDINGS if path.name.lower().endswith(ending)), None)
    return path.name[: -len(ending)] if ending and not path.name.startswith(".") else None


def _text_columns(how: TableFormat, header) -> list[str]:
    ticker = how.find("ticker", header)
    return [*([ticker] if ticker else []), *how.find_time(header)]


def parse_bars(table: Table, how: TableFormat = NO_FORMAT) -> Reading:
    """`read_bars` of a table that is already in memory."""
    frame, header = table.frame, table.header
    time_columns = how.find_time(header) or (how.need("time", header),)
    columns = _bar_columns(how, header)
    past, future = how.covariates("past", header), how.covariates("future", header)
    columns |= {f"past {name}": name for name in past} | {f"future {name}": name for name in future}
    ticker_column = how.find("ticker", header)
    codes, names = _tickers(table, ticker_column)
    times = parse_times(joined(frame, time_columns), how.time_format, how.time_zone, how.option)
    order = np.argsort(codes, kind="stable")
    order = order[codes[order] >= 0]
    numbers = {role: to_numbers(frame[column]) for role, column in columns.items()}

    panel_row = np.full(len(frame), -1)
    panel_row[order] = np.arange(len(order))
    problems = [_no_ticker(table, row, ticker_column) for row in np.flatnonzero(codes < 0)]
    problems += [
        time_problem(table, time_columns, row, names[codes[row]], int(panel_row[row]), how.option)
        for row in np.flatnonzero(np.isnat(times) & (codes >= 0))
    ]
    problems += [
        number_problem(table, columns[role], row, names[codes[row]], int(panel_row[row]))
        for role, found in numbers.items()
        for row in not_numbers(table, columns[role], found)
        if codes[row] >= 0
    ]
    notes = []
    if adjusted := columns.get("adjusted"):
        problems += [
            _no_adjusted(table, adjusted, row, names[codes[row]], int(panel_row[row]))
            for row in np.flatnonzero(np.isnan(numbers["adjusted"]) & ~np.isnan(numbers["close"]) & (codes >= 0))
            if not isinstance(frame[adjusted].iloc[row], str)  # such a cell is a problem already
        ]
        _adjust(numbers)
        notes.append(f"prices are scaled by {adjusted} / {columns['close']}")
    volume = numbers.get("volume", np.zeros(len(frame)))
    values = np.stack([*(numbers[role] for role in BARS if role != "volume"), volume], axis=1)
    panel = Panel(
        names=names,
        columns=BARS,
        values=values[order],
        times=times[order],
        starts=starts_of(np.bincount(codes[order], minlength=len(names))),
        scale="log",
        target=BARS.index("close"),
        past=stacked([numbers[f"past {name}"] for name in past], len(frame))[order],
        past_columns=past,
        future=stacked([numbers[f"future {name}"] for name in future], len(frame))[order],
        future_columns=future,
    )
    files = (str(table.path),) * len(names)
    return Reading(panel, table.lines[order], files, table.unit, tuple(problems), tuple(notes))


def _bar_columns(how: TableFormat, header) -> dict[str, str]:
    """The column of each part of a bar; a volume or adjusted price only where it is wanted."""
    columns = {role: how.need(role, header) for role in BARS if role != "volume"}
    if (how.columns.get("volume") or "").lower() != "none":
        columns["volume"] = how.need("volume", header)
    if adjusted := how.find("adjusted", header):
        columns["adjusted"] = adjusted
    return columns


def _tickers(table: Table, column: str | None) -> tuple[np.ndarray, tuple[str, ...]]:
    """(R,) number of each row's ticker, -1 where its cell is empty, and the K names in the order of these numbers."""
    import pandas

    if column is None:
        return np.zeros(len(table.frame), int), (ticker_of(table.path) or table.path.stem,)
    tickers = table.frame[column].astype("string").str.strip()
    codes, names = pandas.factorize(tickers.mask(tickers == ""))
    if not len(names):
        raise ValueError(f"the column {column} names no ticker")
    return codes, tuple(str(name) for name in names)


def joined(frame, columns):
    """The cells of the time column, or of the date and the time of day with a space between."""
    if len(columns) == 1:
        return frame[columns[0]]
    return frame[columns[0]].astype(str).str.strip().str.cat(frame[columns[1]].astype(str).str.strip(), sep=" ")


def stacked(columns: list[np.ndarray], rows: int) -> np.ndarray:
    """(rows, len(columns)) float64."""
    return np.stack(columns, axis=1) if columns else np.zeros((rows, 0))


def time_problem(table: Table, columns, table_row: int, series: str, row: int, option: str) -> Problem:
    """A cell that is no date."""
    cells = " ".join(str(table.frame[column].iloc[table_row]) for column in columns)
    empty = cells.lower() in ("", "nan", "nat", "none", "<na>")
    found = "is empty" if empty else f"is {cells!r}, which is no date"
    message = f"{table.place(table_row)}: {series}: {' '.join(columns)} {found}; correct it or leave the row out"
    if not empty:
        message += f" ({option}time_format says how dates are written)"
    return Problem("date", series, str(table.path), int(table.lines[table_row]), row, message)


def _no_ticker(table: Table, row: int, column: str) -> Problem:
    message = f"{table.place(row)}: {column} is empty; name the ticker or leave the row out"
    return Problem("ticker", None, str(table.path), int(table.lines[row]), None, message)


def _no_adjusted(table: Table, column: str, table_row: int, series: str, row: int) -> Problem:
    message = f"{table.place(table_row)}: {series}: {column} is empty; correct it or leave the row out"
    return Problem("missing", series, str(table.path), int(table.lines[table_row]), row, message)


def _adjust(numbers: dict[str, np.ndarray]) -> None:
    close = numbers["close"]
    usable = close > 0
    factor = np.divide(numbers["adjusted"], close, out=np.ones_like(close), where=usable)
    for role in BARS:
        if role in numbers and role != "volume":
            numbers[role] = numbers[role] * factor
    if "volume" in numbers:
        numbers["volume"] = np.divide(numbers["volume"], factor, out=numbers["volume"].copy(), where=factor > 0)


def _join(readings: list[Reading], names: list[str]) -> Reading:
    panels = [reading.panel for reading in readings]
    starts = starts_of([len(panel.times) for panel in panels])
    first = panels[0]
    if differing := next((n for n, p in zip(names, panels, strict=True) if p.past_columns != first.past_columns), None):
        raise ValueError(f"{differing}: its past covariates are called otherwise than those of {names[0]}")
    panel = dataclasses.replace(first, names=tuple(names), **rows_of_all(panels), starts=starts, ids=None)
    problems = [
        dataclasses.replace(problem, series=name, row=None if problem.row is None else problem.row + int(start))
        for reading, name, start in zip(readings, names, starts[:-1], strict=True)
        for problem in reading.problems
    ]
    return Reading(
        panel,
        np.concatenate([reading.lines for reading in readings]),
        tuple(reading.files[0] for reading in readings),
        readings[0].unit,
        tuple(problems),
        tuple(dict.fromkeys(note for reading in readings for note in reading.notes)),
    )


def _in_file(path, error: ValueError) -> str:
    return str(error) if str(error).startswith(str(path)) else f"{path}: {error}"
