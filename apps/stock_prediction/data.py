"""From files to a panel without faults, and from a panel to the three sides in time."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnapps.series.check_panel import ROW_KINDS, check_panel
from rnnapps.series.describe_panel import counted
from rnnapps.series.panel import BARS, Panel
from rnnapps.series.read_bars import read_bars, read_bars_folder
from rnnapps.series.read_table import read_header
from rnnapps.series.read_wide import read_wide
from rnnapps.series.reading import Problem, Reading, written
from rnnapps.series.table_format import TableFormat

from .config.data import DataConfig
from .datasets import LICENCE, NAME, read_embedded
from .split_in_time import Sides, date_of, split, split_dates

__all__ = ["Data", "Sides", "advised", "find_problems", "read_data", "read_files", "read_for", "split", "split_dates"]

OWN_LICENCE = "as the user's files have"
ADVICE = {
    "order": "--data.sort does it",
    "jump": "--data.adjusted_column names them, --data.jump_limit 0 allows any step",
    "constant": "--data.faulty drop_tickers does it",
    "history": "--data.faulty drop_tickers leaves it out",
} | dict.fromkeys(ROW_KINDS, "--data.faulty drop_rows leaves such rows out")


@dataclass(frozen=True)
class Data:
    """Series that can be learnt from.

    Fields:
        panel: rows in order, finite, without faults.
        name: where they come from.
        licence: of the data, as far as known.
        report: what was read and left out, one line each.
    """

    panel: Panel
    name: str
    licence: str
    report: tuple[str, ...]


def read_data(config: DataConfig, window: int | None = None, horizon: int | None = None) -> Data:
    """Reads and checks what `config` says.

    Args:
        config: where, how, and what happens to faulty rows.
        window: rows that a forecast sees; with it, a series with too few rows before validation is a fault.
        horizon: rows that are forecast.
    Raises:
        FileNotFoundError: no such file or folder.
        ValueError: a file that cannot be read, or a fault of its rows: the first one, and how many more there are.
    """
    reading = read_files(config)
    name = NAME if config.embedded else str(config.path)
    licence = LICENCE if config.embedded else OWN_LICENCE
    return _without_faults(reading, lambda r: find_problems(r, config, window, horizon), config, name, licence)


def read_for(
    config: DataConfig,
    known: Sequence[str],
    columns: Sequence[str],
    path: str | None = None,
    tickers: Sequence[str] | None = None,
    window: int | None = None,
) -> Data:
    """Reads data for a model that exists.

    Args:
        config: of the model's run.
        known: names of the model's series, in the order of their numbers.
        columns: the columns of the model's panel.
        path: another file, or folder, than the run's; all of its rows are read, whatever `config.start` and `end`.
        tickers: which series; by default those that `config.tickers` names, or all.
        window: rows that a forecast sees, which every series must have.
    Returns:
        Data whose `panel.ids` are the model's numbers of the series.
    Raises:
        FileNotFoundError: no such file or folder.
        ValueError: as `read_data`, a series that the model does not know, or other columns than the model's.
    """
    bars = tuple(columns) == BARS
    if path is not None:
        folder = Path(path).is_dir()
        shape = ("folder" if folder else "long") if bars else "wide"
        config = dataclasses.replace(config, path=path, dataset=None, format=shape, start=None, end=None)
    if unknown := [name for name in tickers or () if name not in known]:
        raise ValueError(f"{unknown[0]!r} is unknown to the model, which knows {', '.join(known)}")
    # Its own file may hold tickers that the run was told to leave out.
    wanted = tuple(tickers or config.listed("tickers") or (known if path is None else ()))
    try:
        reading = read_files(dataclasses.replace(config, tickers=None), () if bars else wanted or tuple(known))
    except ValueError as error:
        if "no column" not in str(error):
            raise
        raise ValueError(f"{error}; the model was trained on {', '.join(columns if bars else known)}") from None
    if reading.panel.columns != tuple(columns):
        raise ValueError(f"{config.path}: has {reading.panel.columns}, but the model was trained on {tuple(columns)}")
    if tickers is None and wanted:  # the run's own choice, as far as the file has it
        wanted = tuple(name for name in reading.panel.names if name in wanted)
    if wanted:
        reading = reading.select(wanted)
    if unknown := [name for name in reading.panel.names if name not in known]:
        raise ValueError(
            f"{config.path}: {unknown[0]!r} is unknown to the model, which knows {', '.join(known)}; "
            "choose among them with --tickers"
        )
    name = NAME if config.embedded else str(config.path)
    licence = LICENCE if config.embedded else OWN_LICENCE

    def find(reading: Reading) -> list[Problem]:
        # Levels that stay the same can be forecast, they only teach nothing.
        return [p for p in check_panel(reading, config.jump_limit, window, 0) if p.kind != "constant"]

    # The options are the run's own, so no advice on them.
    data = _without_faults(reading, find, config, name, licence, lambda problem: problem.message)
    ids = np.array([list(known).index(name) for name in data.panel.names], "int32")
    return dataclasses.replace(data, panel=dataclasses.replace(data.panel, ids=ids))


def read_files(config: DataConfig, target: tuple[str, ...] = ()) -> Reading:
    """The rows as they stand in the files: the series and the period that `config` asks for, faults and all.

    Args:
        config: where and how.
        target: of a wide file, instead of `config.target`.
    Raises:
        FileNotFoundError, ValueError: a file that cannot be read.
    """
    how = table_format(config)
    if config.embedded:
        reading = read_embedded(how)
    else:
        kind = _kind(config, how)
        if kind == "wide":
            reading = read_wide(config.path, target or config.listed("target"), how)
        else:
            reading = (read_bars_folder if kind == "folder" else read_bars)(config.path, how)
    try:
        reading = reading.select(config.listed("tickers") or reading.panel.names)
    except ValueError as error:
        raise ValueError(f"data.tickers: {error}") from None
    if config.scale != "auto":
        reading = dataclasses.replace(reading, panel=dataclasses.replace(reading.panel, scale=config.scale))
    reading = _cut(reading, config)
    return (reading.in_order() if config.sort else reading).with_coming()


def find_problems(
    reading: Reading, config: DataConfig, window: int | None = None, horizon: int | None = None
) -> list[Problem]:
    """All faults that training would refuse; see `check_panel`."""
    before = None
    if window is not None:
        with contextlib.suppress(ValueError):  # of dates that leave a side empty, which `split` tells
            before = split_dates(reading.panel, config)[0]
    return check_panel(reading, config.jump_limit, window, horizon, before)


def advised(problem: Problem) -> str:
    """The problem's message, and the option that deals with it."""
    message, advice = problem.message, ADVICE[problem.kind]
    return f"{message[:-1]}, {advice})" if message.endswith(")") else f"{message} ({advice})"


def table_format(config: DataConfig) -> TableFormat:
    """How the files are written, as `config` says."""
    roles = ("ticker", "time", "open", "high", "low", "close", "volume", "adjusted")
    return TableFormat(
        columns={role: getattr(config, f"{role}_column") for role in roles},
        time_format=config.time_format,
        time_zone=config.time_zone,
        past=config.listed("past_covariates"),
        future=config.listed("future_covariates"),
        option="--data.",
    )


def _kind(config: DataConfig, how: TableFormat) -> str:
    """The format of the files, told by what is there where the option says auto."""
    path = Path(config.path)
    if config.format != "auto":
        if config.format == "folder" and not path.is_dir():
            raise ValueError(f"data.format: {path} is no folder; use long for one file of bars, or auto")
        return config.format
    if path.is_dir():
        return "folder"
    header = read_header(path)
    try:
        found = [role for role in ("ticker", *BARS) if how.find(role, header)]
    except ValueError:
        return "long"  # an option names a column of bars that is not there, which reading will say
    # Three of them are bars, of which a column may be missing; a wide table may have a "high".
    return "long" if len(found) >= 3 else "wide"


def _cut(reading: Reading, config: DataConfig) -> Reading:
    """The rows of the period, and those without a time, which are faults."""
    start, end = date_of(config, "start"), date_of(config, "end")
    if start is None and end is None:
        return reading
    times = reading.panel.times
    kept = np.isnat(times)
    inside = np.ones(len(times), bool)
    if start is not None:
        inside &= times >= start
    if end is not None:
        inside &= times < end
    if not inside.any():
        known = times[~kept]
        there = f"from {written(known.min())} to {written(known.max())}" if len(known) else "without dates"
        raise ValueError(f"data.start, data.end: no row from {config.start} to {config.end}; rows are {there}")
    return reading.with_rows(np.flatnonzero(kept | inside))


def _without_faults(
    reading: Reading,
    find: Callable[[Reading], list[Problem]],
    config: DataConfig,
    name: str,
    licence: str,
    tell: Callable[[Problem], str] = advised,
) -> Data:
    """Stops at faults, or leaves out what `config.faulty` says and reports it."""
    report = list(reading.notes)
    problems = find(reading)
    if problems and config.faulty == "drop_rows":
        rows = [p for p in problems if p.kind in ROW_KINDS]
        report += [f"left out: {p.message}" for p in rows]
        reading = reading.without_lines({(p.file, p.line) for p in rows})
        problems = find(reading)
    while problems and config.faulty == "drop_tickers":
        faulty = {p.series for p in problems if p.series is not None}
        first = {p.series: p for p in reversed(problems)}
        report += [f"left out with its ticker: {p.message}" for p in reversed(first.values())]
        left = [name for name in reading.panel.names if name not in faulty]
        if not left:
            raise ValueError(f"{tell(problems[0])}; data.faulty drop_tickers leaves no ticker over")
        reading = dataclasses.replace(reading.select(left), problems=())
        problems = find(reading)
    if problems:
        more = f"; and {len(problems) - 1:,} more, which the command check lists" if problems[1:] else ""
        raise ValueError(tell(problems[0]) + more)
    return Data(reading.panel, name, licence, (_counts(reading.panel, name), *report))


def _counts(panel: Panel, name: str) -> str:
    period = f"{written(panel.times.min())} to {written(panel.times.max())}"
    return f"{name}: {counted(panel)}, {len(panel.times):,} rows, {period}"
