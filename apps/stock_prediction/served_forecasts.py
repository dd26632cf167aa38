"""What a forecaster is asked over HTTP, and what it answers."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, Field

from rnnapps.config_checks import names_listed
from rnnapps.series.panel import Panel
from rnnapps.series.read_table import read_header
from rnnapps.series.reading import written
from rnnapps.serving import Endpoint, Job, Work

from .config.data import DataConfig
from .data import read_for
from .forecast_table import SHOWN_HORIZONS, SHOWN_ROWS, dated
from .load import LoadedForecaster
from .newest_windows import newest_windows
from .run_folder import RunFolder
from .verdict import headline, verdicts

MEDIA = ("text/csv", "text/plain", "application/csv", "application/octet-stream")
NAME = "table.csv"
BATCH_WINDOWS, MOST_COLUMNS = 1024, 10_000
COMPRESSED = {b"\x1f\x8b": "gzip", b"PAR1": "Parquet", b"PK": "zip or Excel"}


class ForecastQuery(BaseModel, extra="forbid"):
    """Which series."""

    tickers: str | None = Field(None, max_length=10_000, description="series, with commas between; default: all")


class TickerForecast(BaseModel):
    """What is to come of one series."""

    ticker: str
    origin: str = Field(description="time of its last row")
    history_times: list[str] = Field(description="of the last rows, the origin last")
    history: list[float] = Field(description="the levels there, such as closing prices")
    times: list[str] = Field(description="of the rows to come")
    levels: list[float] = Field(description="quantile levels, rising")
    quantiles: list[list[float]] = Field(description="a row for each row to come, a column for each level")


class ForecastResponse(BaseModel):
    """Forecasts, and how far forecasts of this model can be trusted."""

    forecasts: list[TickerForecast]
    verdict: list[str] = Field(description="how the model fared on its test side beside the best baseline")
    notes: list[str] = Field(description="what was noticed in the table")


class Asked(NamedTuple):
    """Rows to forecast from."""

    panel: Panel
    inputs: dict[str, np.ndarray]
    notes: list[str]


class ServedForecasts:
    """A loaded forecaster as routes and works.

    Args:
        forecaster: the SavedModel.
        folder: its run; None for a SavedModel on its own, which has no rows and no verdict.
    """

    def __init__(self, forecaster: LoadedForecaster, folder: RunFolder | None):
        self._forecaster = forecaster
        self._config = DataConfig() if folder is None else folder.config().data
        self._newest = None if folder is None else folder.state().panel
        figures = {} if folder is None else folder.read_metrics().get("test", {})
        self._verdict = headline(figures, verdicts(figures)) if figures else []

    def about(self) -> dict:
        """For clients: what a table must hold."""
        forecaster = self._forecaster
        names = ("tickers", "columns", "past_columns", "future_columns", "quantile_levels")
        found = {name: list(getattr(forecaster, name)) for name in names}
        found |= {
            "application": "stock_prediction",
            "window": forecaster.window,
            "horizon": forecaster.horizon,
            "verdict": self._verdict,
        }
        return found | {"own_rows": self._newest is not None}

    def endpoints(self) -> tuple[Endpoint, ...]:
        """GET /v1/forecast, of the run's own rows, and POST /v1/forecast, of a table."""
        how = {"response": ForecastResponse, "write": self.response, "query": ForecastQuery}
        own = Endpoint("GET", "/v1/forecast", "Forecast what follows the rows of the run", read=self.own_jobs, **how)
        table = Endpoint(
            "POST",
            "/v1/forecast",
            "Forecast what follows the rows of a table: a CSV file as the body",
            read=self.table_jobs,
            media=MEDIA,
            **how,
        )
        return own, table

    def works(self) -> dict[str, Work]:
        """Windows of any number of tables, at once."""
        try:
            example = self.own_jobs(None, ForecastQuery())[0].item
        except ValueError:  # no rows, or covariates to come that only a client knows
            example = None
        return {"forecast": Work(self._forecasts, lambda asked: len(asked.panel), BATCH_WINDOWS, example=example)}

    def own_jobs(self, body: None, query: ForecastQuery) -> list[Job]:
        """The rows that the run saw last."""
        if self._newest is None:
            raise ValueError("the model is served without its run, which has its rows; send a table")
        panel, wanted = self._newest, names_listed("tickers", query.tickers)
        return [self._job(panel.select(self._known(wanted)) if wanted else panel, [])]

    def table_jobs(self, content: bytes, query: ForecastQuery) -> list[Job]:
        """The rows of a CSV file."""
        wanted = names_listed("tickers", query.tickers) or None
        for magic, kind in COMPRESSED.items():
            if content.startswith(magic):  # it may be any size once it is unpacked
                raise ValueError(f"{NAME} is a {kind} file; send CSV as it is")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / NAME
            path.write_bytes(content)
            try:
                _check_columns(read_header(path))
                data = read_for(
                    self._config,
                    self._forecaster.tickers,
                    self._forecaster.columns,
                    str(path),
                    wanted,
                    self._forecaster.window,
                )
            except (ValueError, OSError) as error:
                raise ValueError(str(error).replace(f"{folder}/", "")) from None
            notes = [note.replace(f"{folder}/", "") for note in data.report[1:]]
        return [self._job(data.panel, notes)]

    def response(self, body, query: ForecastQuery, answers: list) -> ForecastResponse:
        """The forecasts with the rows before them, as many as a chart shows."""
        ((panel, notes, quantiles),) = answers
        forecasts = []
        for k, found in enumerate(dated(self._forecaster, panel, quantiles)):
            rows = panel.rows(k)
            shown = slice(max(rows.start, rows.stop - SHOWN_ROWS - SHOWN_HORIZONS * len(found.times)), rows.stop)
            forecasts.append(
                TickerForecast(
                    ticker=found.ticker,
                    origin=written(found.origin),
                    history_times=[written(time) for time in panel.times[shown]],
                    history=[_digits(level) for level in panel.levels[shown]],
                    times=[written(time) for time in found.times],
                    levels=list(found.levels),
                    quantiles=[[_digits(value) for value in row] for row in found.quantiles],
                )
            )
        return ForecastResponse(forecasts=forecasts, verdict=self._verdict, notes=notes)

    def _job(self, panel: Panel, notes: list[str]) -> Job:
        inputs = newest_windows(panel, self._forecaster.window, self._forecaster.horizon)
        return Job("forecast", Asked(panel, inputs, notes))

    def _known(self, wanted: Sequence[str]) -> Sequence[str]:
        if unknown := [name for name in wanted if name not in self._newest.names]:
            known = ", ".join(self._newest.names[:20])
            raise ValueError(f"tickers: {unknown[0]!r} is not among the rows of the run, which are of {known}")
        return wanted

    def _forecasts(self, asked: Sequence[Asked]) -> list[tuple]:
        together = {name: np.concatenate([one.inputs[name] for one in asked]) for name in asked[0].inputs}
        quantiles = self._forecaster.quantiles(together, BATCH_WINDOWS)
        ends = np.cumsum([len(one.panel) for one in asked])
        parts = np.split(quantiles, ends[:-1])
        return [(one.panel, one.notes, part) for one, part in zip(asked, parts, strict=True)]


def _check_columns(header: Sequence[str]) -> None:
    """pandas takes a second for ten thousand of them, and a request may hold millions."""
    if len(header) > MOST_COLUMNS:
        raise ValueError(f"{NAME}, line 1: names {len(header):,} columns, at most {MOST_COLUMNS:,} are read")


def _digits(value: float) -> float:
    """With the nine digits that float32 takes to be read back unchanged."""
    return float(f"{value:.9g}")
