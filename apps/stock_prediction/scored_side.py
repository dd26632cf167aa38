"""Which rows a run may be judged on: none that its training or its choice of weights has seen."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnapps.series.panel import Panel
from rnnapps.series.reading import written
from rnnapps.series.windows import Windows, windows_between

from .config import StockConfig
from .data import read_for
from .earlier_rows import with_earlier_rows
from .export import load_trained
from .joined_rows import join_rows
from .model import Forecaster
from .run_folder import RunFolder
from .run_state import RunState


@dataclass(frozen=True)
class ScoredSide:
    """A run and the windows that it is judged on.

    Fields:
        folder: of the run.
        config: its options.
        state: names the weights that are judged.
        model: its network, as training left it.
        windows: what is judged; the rows of their panel before them are known.
        earlier: windows before whose outcomes training has not seen, for calibration to begin with.
        known: the same series with the run's training rows.
        training_end: end of these rows.
        name: of data and side, for reports.
        notes: what the reader must know, one sentence each.
    """

    folder: RunFolder
    config: StockConfig
    state: RunState
    model: Forecaster
    windows: Windows
    earlier: Windows
    known: Panel
    training_end: np.datetime64
    name: str
    notes: tuple[str, ...]

    def going_on(self):
        """A copy of the network that goes on training, a `GoingOn`."""
        from .going_on import GoingOn

        return GoingOn(self.folder, self.config, self.state, self.training_end)


def scored_side(
    run: str,
    data: str | None = None,
    tickers: Sequence[str] | None = None,
    side: str = "test",
    start: str | None = None,
    end: str | None = None,
) -> ScoredSide:
    """Reads a run and what it is judged on.

    Args:
        run: path or name.
        data: file or folder of other rows than the run's own; those after its validation side are judged.
        tickers: series to judge; by default all.
        side: "test" or "validation" of the run's own data.
        start: first date of an outcome that is judged, within the side.
        end: date that no outcome reaches.
    Raises:
        FileNotFoundError: no such run or file.
        ValueError: nothing to judge, or rows that the network was trained on.
    """
    folder = RunFolder.open(run)
    config = folder.config()
    if data is not None and side != "test":
        raise ValueError(f"--side {side} is a side of the run's own data; leave it out with --data")
    state = folder.state()
    # Rows that `update` trained on would be judged by a network that knows them, so its weights are not used.
    original = dataclasses.replace(state, weights=folder.weights.name)
    notes = ["The run was updated later; judged are the weights of its training."] if state.updates else []
    window, horizon = config.model.window, config.model.horizon
    own, own_name, limits = _own_rows(config, state, tickers, newer_given=data is not None)
    notes += limits
    if tickers and len(own) < len(state.panel):
        notes.append("The baselines and the calibration know these series alone; the network has learnt from all.")
    if side == "validation":
        notes.append("The network's best epoch was chosen on these rows, so they are kinder to it than the test side.")
    # As training divided the rows: shares of a file that has changed, or of some of its tickers, are other dates.
    validation_start, test_start = _division(folder)
    panel = known = own
    name = f"{side} side of {own_name}"
    if data is not None:
        other = read_for(config.data, state.panel.names, state.panel.columns, data, tickers)
        name, known = other.name, own.select([n for n in own.names if n in other.panel.names])
        panel, joined = _with_history(known, other.panel, validation_start, config)
        notes += joined
        notes.append(f"Judged are rows from {written(test_start)} on: the run has learnt from earlier ones.")
    first, last = (test_start, None) if side == "test" else (validation_start, test_start)
    begin, stop = _bounds(start, end, first, last, side)
    try:
        windows = windows_between(panel, window, horizon, begin, stop)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    if not len(windows):
        raise ValueError(
            f"{name}: no forecast of {horizon} rows has its outcomes from {written(begin)}"
            f"{' to ' + written(stop) if stop is not None else ' on'}; rows are from {written(panel.times.min())} to "
            f"{written(panel.times.max())}"
        )
    earlier = windows_between(panel, window, horizon, validation_start, begin)
    model = load_trained(folder, original)
    return ScoredSide(folder, config, original, model, windows, earlier, known, validation_start, name, tuple(notes))


def folder_for(side: ScoredSide, verb: str, data: str | None, which: str = "test") -> Path:
    """Where a verb's files go: run/verb/side, or run/verb/name of the other data."""
    return side.folder.path / verb / (which if data is None else Path(data).name.split(".")[0])


def _division(folder: RunFolder) -> list[np.datetime64]:
    """When validation and test of a run start."""
    try:
        dates = folder.read_metrics()["data"]
        return [np.datetime64(dates[name], "s") for name in ("validation_start", "test_start")]
    except (LookupError, TypeError):
        raise ValueError(
            f"{folder.metrics}: does not say when validation and test start, so nobody knows what the run has learnt "
            "from; start another run"
        ) from None


def _own_rows(
    config: StockConfig, state: RunState, tickers: Sequence[str] | None, newer_given: bool
) -> tuple[Panel, str, list[str]]:
    """The run's own rows, their name and what is missing of them.

    Where the run's files are gone and others are judged, they are the rows that it remembers.
    """
    panel = state.panel
    try:
        own = read_for(config.data, panel.names, panel.columns, tickers=tickers, window=config.model.window)
    except FileNotFoundError:
        # Plain series are counted in deviations of their training rows, which are not remembered.
        if not newer_given or panel.scale != "log":
            raise
    else:
        return own.panel, own.name, []
    missing = (
        f"The run's own rows are not there any more but for the last {int(np.diff(panel.starts).max()):,} of a series, "
        "so the baselines learn from less than the network did; a file with all rows is fairer to them."
    )
    return (panel.select(tickers) if tickers else panel), "the rows that the run remembers", [missing]


def _with_history(own: Panel, other: Panel, validation_start, config: StockConfig) -> tuple[Panel, list[str]]:
    """Other rows with the run's own before them: baselines may learn from what the network has learnt from."""
    if other.names != own.names:
        other = other.select(own.names)
    firsts = [other.times[other.rows(k)][:1] for k in range(len(other))]
    if all(len(first) and first[0] < validation_start for first in firsts):
        return with_earlier_rows(own, other)
    joined = join_rows(own, other, config.model.window, config.data.jump_limit)
    return joined.panel, ["The rows before the file's are the run's own.", *joined.notes]


def _bounds(start, end, first, last, side) -> tuple[np.datetime64, np.datetime64 | None]:
    begin, stop = (None if text is None else _date(option, text) for option, text in (("start", start), ("end", end)))
    if begin is not None and begin < first:
        raise ValueError(
            f"--start {start}: the {side} side begins on {written(first)}; choose that date or a later one"
        )
    if stop is not None and last is not None and stop > last:
        raise ValueError(
            f"--end {end}: the {side} side ends before {written(last)}; choose that date or an earlier one"
        )
    begin = first if begin is None else begin
    stop = last if stop is None else stop
    if stop is not None and stop <= begin:
        raise ValueError(f"--end {end}: must be later than the start, {written(begin)}")
    return begin, stop


def _date(option: str, text: str) -> np.datetime64:
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"--{option} {text}: is not a date such as 2012-05-31") from None
    if found.tzinfo is not None:
        raise ValueError(f"--{option} {text}: has a time zone; give the clock time of the rows")
    return np.datetime64(found, "s")
