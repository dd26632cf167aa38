"""One linear model on lagged changes: what a network on the same window has to beat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from rnnapps.series.baselines.past_errors import FEWEST_ERRORS
from rnnapps.series.panel import Panel
from rnnapps.series.season import infer_season
from rnnapps.series.windows import Windows

SEASONS = 14
AT_ONCE = 4_000_000  # numbers of a chunk of windows
RESIDUALS = 20_000  # windows whose residuals give the quantiles


class LinearLags:
    """Ridge regression of the next H changes on the last L one-row changes, one model for all series.

    (x_{t+h} - x_t) / s = b_h + sum_{l=1..L} w_{h,l} * (x_{t-l+1} - x_{t-l}) / s

    x are logarithms or values, by the panel's scale; s is the standard deviation of the series' one-row changes
    before `before`. The penalty pulls towards repeating the last value. Where an origin has fewer than L changes
    behind it, those before the first row are 0.

    Solved from sums over chunks of windows (X'X and X'Y), so that nothing of the size of all windows is held;
    quantiles are those of the residuals of up to 20,000 windows, per lead time, less their median, times s.

    Args:
        levels: Q rising numbers in (0, 1), the quantiles forecast.
        lags: L; None takes 14 seasons (`infer_season`), at most a third of the longest history.
        ridge: float >= 0, penalty per window on the squared weights.
    """

    name = "linear on lags"

    def __init__(self, levels: Sequence[float], lags: int | None = None, ridge: float = 1e-2):
        if lags is not None and lags < 1:
            raise ValueError(f"lags must be at least 1, is {lags}")
        if not ridge >= 0:
            raise ValueError(f"ridge must be at least 0, is {ridge}")
        self.levels = tuple(levels)
        self.lags, self.ridge = lags, ridge

    def fit(self, panel: Panel, horizon: int, before: np.datetime64) -> LinearLags:
        """Solves for the weights on all windows whose rows have time < before.

        Raises:
            ValueError: fewer than 20 windows.
        """
        past = panel.between(None, before)
        longest = int(np.diff(past.starts).max())
        self._lags = self.lags or max(1, min(SEASONS * infer_season(past), longest // 3))
        self._scales = self._spread_of_changes(past)
        origins = self._origins(past, horizon)
        if len(origins) < FEWEST_ERRORS:
            raise ValueError(
                f"{len(origins)} windows of {self._lags} changes and {horizon} rows after them before {before}, at "
                f"least {FEWEST_ERRORS} are needed: choose fewer lags, a shorter horizon, or give more history"
            )
        size = self._lags + 1
        squares, products = np.zeros((size, size)), np.zeros((size, horizon))
        for lagged, ahead in self._chunks(past, origins, horizon):
            squares += lagged.T @ lagged
            products += lagged.T @ ahead
        penalty = np.full(size, self.ridge * len(origins))
        penalty[-1] = 0.0  # the constant
        self._weights = np.linalg.lstsq(squares + np.diag(penalty), products, rcond=None)[0]
        chosen = origins[np.linspace(0, len(origins) - 1, min(len(origins), RESIDUALS)).astype("int64")]
        residuals = [ahead - lagged @ self._weights for lagged, ahead in self._chunks(past, chosen, horizon)]
        residuals = np.concatenate(residuals)
        self._spread = (np.quantile(residuals, self.levels, axis=0) - np.median(residuals, axis=0)).T
        return self

    def points(self, windows: Windows) -> np.ndarray:
        """(N, H) the model's means."""
        rows, scales = windows.rows, self._scales[windows.series][:, None]
        lagged = (self._lagged(windows.panel, rows[chunk]) for chunk in _slices(len(rows), self._lags))
        return np.concatenate([part @ self._weights for part in lagged] or [np.zeros((0, windows.horizon))]) * scales

    def changes(self, windows: Windows) -> np.ndarray:
        """(N, H, Q) quantiles of the changes, the model's means their median."""
        scales = self._scales[windows.series][:, None, None]
        return self.points(windows)[..., None] + self._spread * scales

    def _chunks(self, panel: Panel, rows: np.ndarray, horizon: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """(n, L + 1) lagged changes and a constant, and (n, H) changes ahead, both over s."""
        levels, series = _on_scale(panel), panel.series
        for chunk in _slices(len(rows), self._lags + horizon):
            origins = rows[chunk]
            ahead = levels[origins[:, None] + np.arange(1, horizon + 1)] - levels[origins, None]
            yield self._lagged(panel, origins), ahead / self._scales[series[origins]][:, None]

    def _lagged(self, panel: Panel, rows: np.ndarray) -> np.ndarray:
        levels, series = _on_scale(panel), panel.series[rows]
        back = np.maximum(rows[:, None] - np.arange(self._lags + 1), panel.starts[series][:, None])
        lagged = np.ones((len(rows), self._lags + 1))
        lagged[:, :-1] = -np.diff(levels[back], axis=1) / self._scales[series][:, None]
        return lagged

    def _origins(self, panel: Panel, horizon: int) -> np.ndarray:
        return np.concatenate(
            [np.arange(panel.starts[k] + self._lags, panel.starts[k + 1] - horizon) for k in range(len(panel))]
        )

    def _spread_of_changes(self, panel: Panel) -> np.ndarray:
        """(K,) standard deviations; a series that has none takes the median of the others."""
        levels = _on_scale(panel)
        found = np.array(
            [
                np.std(np.diff(levels[panel.rows(k)])) if panel.starts[k + 1] - panel.starts[k] > 2 else 0.0
                for k in range(len(panel))
            ]
        )
        usual = np.median(found[found > 0]) if (found > 0).any() else 1.0
        return np.where(found > 0, found, usual)


def _on_scale(panel: Panel) -> np.ndarray:
    if panel.scale == "linear":
        return panel.levels
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.log(panel.levels)


def _slices(count: int, width: int) -> list[slice]:
    step = max(1, AT_ONCE // width)
    return [slice(start, start + step) for start in range(0, count, step)]
