"""What must not be learnt from: faults of the rows of a panel, each with its file and line."""

from __future__ import annotations

import numpy as np

from rnnapps.series.reading import Problem, Reading, written

ROW_KINDS = ("ticker", "date", "number", "missing", "infinite", "duplicate", "price", "bar", "volume")
TIME_KINDS = ("date", "duplicate", "order")


def check_panel(
    reading: Reading,
    jump_limit: float = 9.0,
    window: int | None = None,
    horizon: int | None = None,
    before: np.datetime64 | None = None,
) -> list[Problem]:
    """Every fault of the rows and of the series, in the order of the series and their rows.

    Of rows (`ROW_KINDS`, which can be left out): cells that were not readable, missing or infinite values, a time twice
    in a series, prices that are not positive (scale "log"), high below low, negative volume. Of series: rows that are
    not in the order of their times (the first is named), a step between two levels in a row by `jump_limit` or more
    (scale "log"), levels that are all the same, fewer rows than a window and the horizon after it take.

    Args:
        reading: the rows as they stand in the files.
        jump_limit: factor above 1; 0 allows any step.
        window: int, rows that a forecast sees; None does not ask for any history.
        horizon: int, rows that are forecast.
        before: the rows that count as history lie before this time; None takes all.
    """
    problems = [
        *reading.problems,
        *_missing(reading),
        *_duplicates(reading),
        *_order(reading),
        *_prices(reading),
        *_jumps(reading, jump_limit),
        *_constant(reading),
    ]
    if window is not None and horizon is not None:
        problems += _history(reading, window, horizon, before)
    place = {name: number for number, name in enumerate(reading.panel.names)}
    problems.sort(key=lambda p: (place.get(p.series, -1), -1 if p.row is None else p.row))
    # The times of a wide table are those of all its series: a fault of them is told once.
    once: dict[tuple, Problem] = {}
    for p in problems:
        once.setdefault((p.kind, p.file, p.line, p.kind in TIME_KINDS or p.message), p)
    return list(once.values())


def _missing(reading: Reading) -> list[Problem]:
    panel = reading.panel
    columns = (*panel.columns, *panel.past_columns, *panel.future_columns)
    values = np.concatenate([panel.values, panel.past, panel.future], axis=1)
    told = {problem.row for problem in reading.problems}
    found = []
    for row in np.flatnonzero(~np.isfinite(values).all(axis=1)):
        column = int(np.flatnonzero(~np.isfinite(values[row]))[0])
        if row in told:
            continue
        kind, what = ("missing", "is empty or nan") if np.isnan(values[row, column]) else ("infinite", "is infinite")
        found.append(reading.problem(kind, row, f"{columns[column]} {what}; correct it or leave the row out"))
    return found


def _duplicates(reading: Reading) -> list[Problem]:
    panel = reading.panel
    series, times = panel.series, panel.times
    order = np.lexsort((np.arange(len(times)), times, series))
    same = (series[order][1:] == series[order][:-1]) & (times[order][1:] == times[order][:-1])
    return [
        reading.problem(
            "duplicate",
            order[i + 1],
            f"the same time as in {reading.unit} {reading.lines[order[i]]}; leave one of the two rows out",
        )
        for i in np.flatnonzero(same)
    ]


def _order(reading: Reading) -> list[Problem]:
    found = []
    for k in range(len(reading.panel)):
        rows = reading.panel.rows(k)
        known = np.flatnonzero(~np.isnat(reading.panel.times[rows])) + rows.start
        times = reading.panel.times[known]
        back = np.flatnonzero(times[1:] < times[:-1])
        if len(back):
            more = f" ({len(back)} such rows)" if len(back) > 1 else ""
            before = written(times[back[0]])
            found.append(
                reading.problem("order", known[back[0] + 1], f"stands after {before}{more}; sort the rows by time")
            )
    return found


def _prices(reading: Reading) -> list[Problem]:
    panel = reading.panel
    found = []
    if panel.scale == "log":
        prices = panel.values[:, :4] if panel.is_bars else panel.values[:, [panel.target]]
        names = panel.columns if panel.is_bars else (panel.columns[panel.target],)
        wrong = (prices <= 0) & np.isfinite(prices)
        for row in np.flatnonzero(wrong.any(axis=1)):
            column = int(np.flatnonzero(wrong[row])[0])
            what = f"{names[column]} is {prices[row, column]:g}, expected more than 0"
            found.append(reading.problem("price", row, f"{what}; correct it or leave the row out"))
    if panel.is_bars:
        high, low, volume = panel.values[:, 1], panel.values[:, 2], panel.values[:, 4]
        for row in np.flatnonzero((high < low) & (high > 0)):
            message = f"high {high[row]:g} is below low {low[row]:g}; correct it or leave the row out"
            found.append(reading.problem("bar", row, message))
        for row in np.flatnonzero(volume < 0):
            message = f"volume is {volume[row]:g}, expected 0 or more; correct it or leave the row out"
            found.append(reading.problem("volume", row, message))
    return found


def _jumps(reading: Reading, limit: float) -> list[Problem]:
    panel = reading.panel
    if not limit or panel.scale != "log":
        return []
    usable = np.flatnonzero(np.isfinite(panel.levels) & (panel.levels > 0))
    before, after = usable[:-1], usable[1:]
    with np.errstate(over="ignore"):  # an infinite factor is a jump too
        factor = panel.levels[after] / panel.levels[before]
    rises = panel.times[after] > panel.times[before]  # out of order, the steps mean nothing
    same = panel.series[after] == panel.series[before]
    large = np.flatnonzero(same & rises & ((factor >= limit) | (factor <= 1 / limit)))
    return [
        reading.problem(
            "jump",
            after[i],
            f"{panel.levels[after[i]]:g} after {panel.levels[before[i]]:g}, a factor of {factor[i]:.4g}, looks like a "
            "split that the prices are not adjusted for; use adjusted prices",
        )
        for i in large
    ]


def _constant(reading: Reading) -> list[Problem]:
    panel = reading.panel
    found = []
    for k in range(len(panel)):
        levels = panel.levels[panel.rows(k)]
        levels = levels[np.isfinite(levels)]
        if len(levels) > 1 and levels.min() == levels.max():
            message = f"is {levels[0]:g} in all of its {len(levels)} rows; there is nothing to learn, leave it out"
            found.append(reading.series_problem("constant", k, message))
    return found


def _history(reading: Reading, window: int, horizon: int, before: np.datetime64 | None) -> list[Problem]:
    panel = reading.panel
    found = []
    for k in range(len(panel)):
        times = panel.times[panel.rows(k)]
        rows = len(times) if before is None else int((times < before).sum())
        if rows < window + horizon:
            where = "" if before is None else f" before {written(before)}"
            need = f"a window of {window} and a horizon of {horizon} need {window + horizon}"
            if not horizon:
                need = f"a window of {window} rows needs as many"
            message = f"has {rows} rows{where}, but {need}; choose a shorter window, give more history or leave it out"
            found.append(reading.series_problem("history", k, message))
    return found
