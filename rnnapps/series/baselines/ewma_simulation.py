"""Volatility that remembers, with the series' own shocks: the bar for daily prices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnapps.series.baselines.past_errors import FEWEST_ERRORS, filled_from_the_others
from rnnapps.series.panel import Panel
from rnnapps.series.windows import Windows

WARM_UP = 20  # rows whose mean square starts the variance


class EwmaSimulation:
    """Exponentially weighted volatility with filtered historical simulation.

    v_{t+1} = decay * v_t + (1 - decay) * r_t^2               variance of the next one-row change r
    z_t = r_t / sqrt(v_t)                                     shocks, each series its own, those before `before`
    Paths of H rows draw shocks with replacement and move the variance by the same rule. As every path scales with
    sqrt(v_{t+1}), one simulation per series serves all its origins.

    The variance starts as the mean square of the changes so far and follows the rule after 20. Shocks keep their
    mean, and with it the drift that the series had.

    Args:
        levels: Q rising numbers in (0, 1), the quantiles forecast.
        decay: float in (0, 1); RiskMetrics for daily prices, .94.
        paths: number of simulated paths.
        seed: of the draws.

    J. P. Morgan 1996, RiskMetrics technical document, section 5.2; Barone-Adesi, Giannopoulos and Vosper 1999,
    VaR without correlations for portfolios of derivative securities.
    """

    name = "EWMA volatility"

    def __init__(self, levels: Sequence[float], decay: float = 0.94, paths: int = 10_000, seed: int = 0):
        if not 0 < decay < 1:
            raise ValueError(f"decay must be between 0 and 1, is {decay}")
        self.levels = tuple(levels)
        self.decay, self.paths, self.seed = decay, paths, seed

    def fit(self, panel: Panel, horizon: int, before: np.datetime64) -> EwmaSimulation:
        """Collects each series' shocks from the rows with time < before and simulates from them.

        Raises:
            ValueError: no series has 20 shocks.
        """
        past = panel.between(None, before)
        steps, variance = self._filtered(past)
        series = past.series
        found = np.full((len(panel), horizon, len(self.levels)), np.nan)
        middle = np.full((len(panel), horizon), np.nan)
        for k in range(len(panel)):
            own = np.flatnonzero(series == k)[WARM_UP + 1 :]
            with np.errstate(divide="ignore", invalid="ignore"):
                shocks = steps[own] / np.sqrt(variance[own - 1])
            shocks = shocks[np.isfinite(shocks)]
            if len(shocks) >= FEWEST_ERRORS:
                found[k], middle[k] = self._simulated(shocks, horizon)
        both = filled_from_the_others(np.concatenate([found, middle[..., None]], -1), before)
        self._quantiles, self._means = both[..., :-1], both[..., -1]
        return self

    def points(self, windows: Windows) -> np.ndarray:
        """(N, H) mean changes of the simulated paths."""
        return self.volatility(windows)[:, None] * self._means[windows.series]

    def changes(self, windows: Windows) -> np.ndarray:
        """(N, H, Q) quantiles of the changes."""
        return self.volatility(windows)[:, None, None] * self._quantiles[windows.series]

    def volatility(self, windows: Windows) -> np.ndarray:
        """(N,) standard deviation of the next row's change, as known at each origin; 0 at a series' first row."""
        return np.sqrt(self._filtered(windows.panel)[1][windows.rows])

    def _filtered(self, panel: Panel) -> tuple[np.ndarray, np.ndarray]:
        """(R,) one-row changes, and the variance of the next one after each row."""
        from scipy.signal import lfilter

        steps, variance = np.zeros(len(panel.times)), np.zeros(len(panel.times))
        for k in range(len(panel)):
            rows = panel.rows(k)
            levels = panel.levels[rows]
            if len(levels) < 2:
                continue
            with np.errstate(invalid="ignore", divide="ignore"):
                steps[rows][1:] = panel.changes(levels[:-1], levels[1:])
            squares = np.square(steps[rows][1:])
            start = np.cumsum(squares[:WARM_UP]) / np.arange(1, len(squares[:WARM_UP]) + 1)
            later, _ = lfilter([1 - self.decay], [1, -self.decay], squares[WARM_UP:], zi=[self.decay * start[-1]])
            variance[rows][1:] = np.concatenate([start, later])
        return steps, variance

    def _simulated(self, shocks: np.ndarray, horizon: int) -> tuple[np.ndarray, np.ndarray]:
        """(H, Q) quantiles and (H,) means of the cumulated changes where the next volatility is 1."""
        rng = np.random.default_rng(self.seed)
        total, variance = np.zeros(self.paths), np.ones(self.paths)
        quantiles, means = np.empty((horizon, len(self.levels))), np.empty(horizon)
        for h in range(horizon):
            step = np.sqrt(variance) * shocks[rng.integers(len(shocks), size=self.paths)]
            total += step
            variance = self.decay * variance + (1 - self.decay) * np.square(step)
            quantiles[h], means[h] = np.quantile(total, self.levels), total.mean()
        return quantiles, means
