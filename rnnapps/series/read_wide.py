"""Plain series of any kind, one column each, from a table with a time column."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rnnapps.series.panel import Panel
from rnnapps.series.parse_times import parse_times
from rnnapps.series.read_bars import NO_FORMAT, joined, stacked, time_problem
from rnnapps.series.read_numbers import not_numbers, number_problem, to_numbers
from rnnapps.series.read_table import read_table
from rnnapps.series.reading import Reading
from rnnapps.series.table_format import TableFormat

COLUMNS = ("value",)


def read_wide(path: str | Path, target: tuple[str, ...] = (), how: TableFormat = NO_FORMAT) -> Reading:
    """Reads a wide table: a row for each time, a column for each series.

    Args:
        path: CSV (gzip allowed) or Parquet file.
        target: the columns to forecast; by default all but the time and the covariates, if half of their cells or
            more are numbers.
        how: names of columns and more; covariates belong to every series.
    Returns:
        a panel with the column "value" on the scale "linear", one series for each target.
    Raises:
        FileNotFoundError, ValueError: as `read_table`, or a column that is missing; one line naming the file.
    """
    table = read_table(path, how.find_time)
    frame, header = table.frame, table.header
    try:
        time_columns = how.find_time(header) or (how.need("time", header),)
        past, future = how.covariates("past", header), how.covariates("future", header)
        names = tuple(how.named(name, header, f"{how.option}target") for name in target)
        if both := [name for name in names if name in (*past, *future)]:
            raise ValueError(f"{both[0]!r} cannot be a target and a covariate; leave it out of one of them")
        times = parse_times(joined(frame, time_columns), how.time_format, how.time_zone, how.option)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None

    notes = []
    # A column without a name is the index that pandas writes.
    others = (name for name in header if name and not name.startswith("Unnamed"))
    asked = names or tuple(name for name in others if name not in (*time_columns, *past, *future))
    numbers = {name: to_numbers(frame[name]) for name in (*asked, *past, *future)}
    wrong = {name: not_numbers(table, name, found) for name, found in numbers.items()}
    if not names:
        names = tuple(name for name in asked if np.isfinite(numbers[name]).sum() > len(wrong[name]))
        if left := [name for name in asked if name not in names]:
            notes.append(f"columns without numbers are left out: {', '.join(left)}")
    if not names:
        cell = next((f"; {name} is {frame[name].iloc[rows[0]]!r}" for name, rows in wrong.items() if len(rows)), "")
        raise ValueError(f"{path}: no column of numbers beside the time; found {', '.join(header)}{cell}")
    series_column = how.find("ticker", header)
    if series_column and len(np.unique(times)) < len(times):
        raise ValueError(
            f"{path}: the column {series_column!r} names several series below each other; only bars are read so, "
            "other tables need a column for each series"
        )

    rows = len(frame)
    problems = [
        time_problem(table, time_columns, row, name, k * rows + int(row), how.option)
        for k, name in enumerate(names)
        for row in np.flatnonzero(np.isnat(times))
    ]
    problems += [
        number_problem(table, name, row, name, k * rows + int(row))
        for k, name in enumerate(names)
        for row in wrong[name]
    ]
    problems += [
        number_problem(table, name, row, names[0], int(row)) for name in (*past, *future) for row in wrong[name]
    ]
    panel = Panel(
        names=names,
        columns=COLUMNS,
        values=np.concatenate([numbers[name] for name in names])[:, None],
        times=np.tile(times, len(names)),
        starts=np.arange(len(names) + 1, dtype="int64") * rows,
        scale="linear",
        past=np.tile(stacked([numbers[name] for name in past], rows), (len(names), 1)),
        past_columns=past,
        future=np.tile(stacked([numbers[name] for name in future], rows), (len(names), 1)),
        future_columns=future,
    )
    files = (str(table.path),) * len(names)
    return Reading(panel, np.tile(table.lines, len(names)), files, table.unit, tuple(problems), tuple(notes))
