"""Series as they stand in their files, before anything is known about them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from rnnapps.series.panel import Panel


@dataclass(frozen=True)
class Problem:
    """Something in the files that a model must not learn from.

    Fields:
        kind: in one word: ticker, date, number, missing, infinite, duplicate, order, price, bar, volume, jump,
            constant, history.
        series: name of the series; None where the row does not tell.
        file: path of the file.
        line: in the file, from 1; None for a whole series.
        row: of the panel; None for a whole series.
        message: one line that names file, line and value, and says what to do.
    """

    kind: str
    series: str | None
    file: str
    line: int | None
    row: int | None
    message: str


@dataclass(frozen=True)
class Reading:
    """A panel with the rows as they stand in the files: times may be missing, twice, or out of order.

    Fields:
        panel: the rows; a cell that could not be read is nan, a time NaT.
        lines: (R,) int64, where each row stands in its file, from 1.
        files: K paths, the file of each series.
        unit: what `lines` counts: "line", or "row" of a Parquet file.
        problems: cells that could not be read.
        notes: what a reader should know, one line each.
    """

    panel: Panel
    lines: np.ndarray
    files: tuple[str, ...]
    unit: str = "line"
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    def place(self, row: int) -> str:
        """File and line of a row, for messages."""
        series = int(np.searchsorted(self.panel.starts, row, side="right")) - 1
        return f"{self.files[series]}, {self.unit} {self.lines[row]}"

    def problem(self, kind: str, row: int, message: str) -> Problem:
        """A problem of one row; its message begins with file, line, series and time."""
        series = int(np.searchsorted(self.panel.starts, row, side="right")) - 1
        name, time = self.panel.names[series], self.panel.times[row]
        about = name if np.isnat(time) else f"{name} {written(time)}"
        text = f"{self.place(row)}: {about}: {message}"
        return Problem(kind, name, self.files[series], int(self.lines[row]), int(row), text)

    def series_problem(self, kind: str, series: int, message: str) -> Problem:
        """A problem of a whole series."""
        name, file = self.panel.names[series], self.files[series]
        return Problem(kind, name, file, None, None, f"{file}: {name}: {message}")

    def with_rows(self, rows: np.ndarray) -> Reading:
        """These rows of the panel, in this order; the rows of a series together, the series in their order."""
        new_row = {int(old): new for new, old in enumerate(rows)} if self.problems else {}
        problems = [
            dataclasses.replace(problem, row=new_row.get(problem.row))
            for problem in self.problems
            if problem.row is None or problem.row in new_row
        ]
        return dataclasses.replace(
            self, panel=self.panel.with_rows(rows), lines=self.lines[rows], problems=tuple(problems)
        )

    def without_lines(self, places: Collection[tuple[str, int]]) -> Reading:
        """Without what stands at these (file, line), in any series, and the problems that stand in no row."""
        files = np.array(self.files, object)[self.panel.series]
        left_out = np.zeros(len(self.lines), bool)
        for file in {file for file, _ in places}:
            left_out |= (files == file) & np.isin(self.lines, [line for at, line in places if at == file])
        kept = np.flatnonzero(~left_out)
        left = self.with_rows(kept)
        return dataclasses.replace(left, problems=tuple(p for p in left.problems if p.row is not None))

    def select(self, names: Sequence[str]) -> Reading:
        """These series only, in the order of the files; the problems of others go with them.

        Raises:
            ValueError: a name that the panel does not have.
        """
        chosen = set(self._known(names))
        among = np.array([name in chosen for name in self.panel.names], bool)
        left = self.with_rows(np.flatnonzero(among[self.panel.series]))
        kept = [name for name in self.panel.names if name in chosen]
        return dataclasses.replace(
            left,
            panel=dataclasses.replace(left.panel.select(kept), ids=None),
            files=tuple(file for file, name in zip(self.files, self.panel.names, strict=True) if name in chosen),
        )

    def in_order(self) -> Reading:
        """The rows of each series by time, those of one time in the order of the file."""
        return self.with_rows(np.lexsort((self.panel.times, self.panel.series)))

    def with_coming(self) -> Reading:
        """Rows at the end of a series that hold future covariates and nothing else, as `Panel.coming`."""
        panel = self.panel
        if not panel.future_columns:
            return self
        told = [problem.row for problem in self.problems if problem.row is not None]
        ahead = np.isnan(panel.values).all(axis=1) & np.isfinite(panel.future).all(axis=1)
        ahead[told] = False
        coming, kept = {}, np.ones(len(ahead), bool)
        for k, name in enumerate(panel.names):
            rows = panel.rows(k)
            count = int(np.logical_and.accumulate(ahead[rows][::-1]).sum())
            if count:
                coming[name] = panel.future[rows.stop - count : rows.stop]
                kept[rows.stop - count : rows.stop] = False
        left = self.with_rows(np.flatnonzero(kept))
        return dataclasses.replace(left, panel=dataclasses.replace(left.panel, coming=coming))

    def _known(self, names: Sequence[str]) -> Sequence[str]:
        known = set(self.panel.names)
        if unknown := [name for name in names if name not in known]:
            raise ValueError(f"{unknown[0]!r} is not among the series: {', '.join(self.panel.names)}")
        return names


def written(time: np.datetime64) -> str:
    """A time as text: the date alone at midnight."""
    text = str(time.astype("datetime64[s]"))
    return text.removesuffix("T00:00:00").replace("T", " ")
