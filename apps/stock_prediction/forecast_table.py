"""Forecasts past the last row, each with its date: as a table, as pictures, as a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnapps.series.calendar import next_times
from rnnapps.series.panel import Panel
from rnnapps.series.reading import written
from rnnapps.training import write_atomically

from .fan_chart import plot_fan
from .file_name import file_name
from .load import LoadedForecaster
from .newest_windows import newest_windows

# Rows of history beside the fan: as many again as are forecast, and enough to see what is usual.
SHOWN_ROWS, SHOWN_HORIZONS = 60, 2


@dataclass(frozen=True)
class DatedForecast:
    """What is to come of one series.

    Fields:
        ticker: its name.
        origin: datetime64 of its last row.
        last: the level there.
        times: (H,) datetime64 of the rows to come.
        quantiles: (H, Q) of the levels to come.
        levels: Q quantile levels.
    """

    ticker: str
    origin: np.datetime64
    last: float
    times: np.ndarray
    quantiles: np.ndarray
    levels: tuple[float, ...]


def dated_forecasts(forecaster: LoadedForecaster, panel: Panel, batch_size: int = 1024) -> list[DatedForecast]:
    """Forecasts the rows after each series' last one.

    Args:
        forecaster: the SavedModel.
        panel: the series, `ids` being the model's numbers of them.
        batch_size: windows forecast together.
    Raises:
        ValueError: a series shorter than the window, or covariates to come that are not known.
    """
    inputs = newest_windows(panel, forecaster.window, forecaster.horizon)
    return dated(forecaster, panel, forecaster.quantiles(inputs, batch_size))


def dated(forecaster: LoadedForecaster, panel: Panel, quantiles: np.ndarray) -> list[DatedForecast]:
    """Quantiles (K, H, Q) that were forecast of a panel's K series, with their dates."""
    found = []
    for k, name in enumerate(panel.names):
        times = panel.times[panel.rows(k)]
        level = float(panel.levels[panel.rows(k)][-1])
        coming = next_times(times, forecaster.horizon)
        found.append(DatedForecast(name, times[-1], level, coming, quantiles[k], forecaster.quantile_levels))
    return found


def write_table(forecasts: Iterable[DatedForecast], path: str | Path) -> Path:
    """Writes the CSV: ticker, origin, date, horizon and one column for each level, such as q0.05."""
    return write_atomically(path, lambda file: file.write(table(forecasts).encode()))


def table(forecasts: Iterable[DatedForecast]) -> str:
    """The CSV as text; numbers with the nine digits that float32 takes to be read back unchanged."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for number, found in enumerate(forecasts):
        if number == 0:
            writer.writerow(["ticker", "origin", "date", "horizon", *(f"q{level:g}" for level in found.levels)])
        for step, (time, quantiles) in enumerate(zip(found.times, found.quantiles, strict=True), 1):
            row = [found.ticker, written(found.origin), written(time), step]
            writer.writerow(row + [f"{value:.9g}" for value in quantiles])
    return text.getvalue()


def plot_fans(forecasts: Sequence[DatedForecast], panel: Panel, folder: Path) -> list[Path]:
    """Draws a fan chart of each forecast into `folder`, forecast_TICKER.png."""
    unit = "closing price" if panel.is_bars else "value"
    paths = []
    for found in forecasts:
        rows = panel.rows(panel.names.index(found.ticker))
        shown = slice(max(rows.start, rows.stop - SHOWN_ROWS - SHOWN_HORIZONS * len(found.times)), rows.stop)
        ahead = f"{len(found.times)} rows after {written(found.origin)}"
        paths.append(
            plot_fan(
                panel.times[shown],
                panel.levels[shown],
                found.times,
                found.quantiles,
                found.levels,
                folder / f"forecast_{file_name(found.ticker)}.png",
                f"{found.ticker}: forecast of the {ahead}",
                unit,
            )
        )
    return paths


def example_lines(forecasts: Sequence[DatedForecast], count: int = 3) -> list[str]:
    """A line each for the last row that is forecast: its median and its widest interval."""
    lines = []
    for found in forecasts[:count]:
        low, median, high = found.quantiles[-1, [0, len(found.levels) // 2, -1]]
        share = round(100 * (found.levels[-1] - found.levels[0]), 1)
        lines.append(
            f"  {found.ticker} {number(found.last)} on {written(found.origin)}; {written(found.times[-1])}: median "
            f"{number(median)}, {share:g} % between {number(low)} and {number(high)}"
        )
    return lines


def number(value: float) -> str:
    """As prices are written, small values with four digits that count."""
    return f"{value:,.2f}" if abs(value) >= 10 else f"{value:.4g}"
