"""Volatility that returns to its mean: GARCH(1,1), where the arch package is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

import numpy as np

from rnnapps.series.baselines.past_errors import filled_from_the_others
from rnnapps.series.panel import Panel
from rnnapps.series.windows import Windows

FEWEST_CHANGES = 250  # with fewer, the three parameters of a variance are guesses
STEADIEST = 0.999  # alpha + beta above which long horizons would run away


class Garch:
    """GARCH(1,1) with filtered historical simulation, fitted to each series by itself.

    r_t = mu + e_t                                            one-row changes
    v_{t+1} = omega + alpha * e_t^2 + beta * v_t              variance of e
    z_t = e_t / sqrt(v_t)                                     shocks, those before `before`
    Parameters by maximum likelihood with Student-t shocks, on the rows before `before`; from there on the variance is
    only filtered. Simulated paths draw the series' own shocks; as they depend on the variance they start from, they
    are simulated from 16 variances and their quantiles interpolated in its logarithm.

    A series with fewer than 250 changes takes the mean of the others, in units of its standard deviation.

    Args:
        levels: Q rising numbers in (0, 1), the quantiles forecast.
        paths: number of simulated paths per starting variance.
        seed: of the draws.

    Bollerslev 1986, Generalized autoregressive conditional heteroskedasticity; Barone-Adesi, Giannopoulos and Vosper
    1999, VaR without correlations for portfolios of derivative securities.
    """

    name = "GARCH(1,1)"
    STARTS = np.geomspace(0.05, 50.0, 16)  # in units of the series' variance

    def __init__(self, levels: Sequence[float], paths: int = 10_000, seed: int = 0):
        self.levels = tuple(levels)
        self.paths, self.seed = paths, seed

    @staticmethod
    def is_available() -> bool:
        """Whether the arch package is installed."""
        return importlib.util.find_spec("arch") is not None

    def fit(self, panel: Panel, horizon: int, before: np.datetime64) -> Garch:
        """Fits each series to its rows with time < before and simulates from its shocks.

        Raises:
            ValueError: arch is not installed, or no series has 250 changes.
        """
        if not self.is_available():
            raise ValueError("GARCH needs the package arch, which is not installed; pip install arch")
        count, starts = len(panel), len(self.STARTS)
        self._parameters = np.full((count, 4), np.nan)  # mu, omega, alpha, beta in units of the series' deviation
        self._deviations = np.zeros(count)
        found = np.full((count, horizon, starts * (len(self.levels) + 1)), np.nan)
        for k in range(count):
            past = panel.levels_before(k, before)
            steps = panel.changes(past[:-1], past[1:])
            self._deviations[k] = steps.std() if len(steps) > 1 else 0.0
            if len(steps) < FEWEST_CHANGES or not self._deviations[k] > 0:
                continue
            steps = steps / self._deviations[k]
            self._parameters[k] = _fitted(steps)
            errors = steps - self._parameters[k, 0]
            shocks = errors / np.sqrt(_variances(errors, self._parameters[k])[:-1])
            found[k] = self._simulated(shocks, self._parameters[k], horizon).reshape(horizon, -1)
        if np.isnan(self._parameters).all():
            raise ValueError(
                f"GARCH needs a series of {FEWEST_CHANGES} changes before {before}, and there is none: "
                f"choose a later start of the test or give more history"
            )
        found = filled_from_the_others(found, before)
        self._tables = found.reshape(count, horizon, starts, len(self.levels) + 1)
        known = np.isfinite(self._parameters).all(1)
        self._parameters = np.where(known[:, None], self._parameters, self._parameters[known].mean(0))
        usual = np.median(self._deviations[known])
        self._deviations = np.where(self._deviations > 0, self._deviations, usual)
        return self

    def points(self, windows: Windows) -> np.ndarray:
        """(N, H) mean changes of the simulated paths."""
        return self._interpolated(windows)[..., -1]

    def changes(self, windows: Windows) -> np.ndarray:
        """(N, H, Q) quantiles of the changes."""
        return self._interpolated(windows)[..., :-1]

    def _interpolated(self, windows: Windows) -> np.ndarray:
        """(N, H, Q + 1) quantiles and mean at each origin's variance."""
        series = windows.series
        grid = np.log(self.STARTS)
        place = np.log(np.maximum(self._filtered(windows.panel)[windows.rows], 1e-12))
        place = np.interp(place, grid, np.arange(len(grid)))
        low = np.minimum(np.nan_to_num(place).astype("int64"), len(grid) - 2)
        share = (place - low)[:, None, None]
        tables = self._tables.swapaxes(1, 2)  # K, G, H, Q + 1
        mixed = (1 - share) * tables[series, low] + share * tables[series, low + 1]
        return mixed * self._deviations[series][:, None, None]

    def _filtered(self, panel: Panel) -> np.ndarray:
        """(R,) variance of the next row's change after each row, in units of the series' variance."""
        variances = np.ones(len(panel.times))
        for k in range(len(panel)):
            levels = panel.levels[panel.rows(k)]
            with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
                errors = panel.changes(levels[:-1], levels[1:]) / self._deviations[k] - self._parameters[k, 0]
                variances[panel.rows(k)] = _variances(errors, self._parameters[k])[: len(levels)]
        return variances

    def _simulated(self, shocks: np.ndarray, parameters: np.ndarray, horizon: int) -> np.ndarray:
        """(H, G, Q + 1) quantiles and means of the cumulated changes from each starting variance."""
        mean, omega, alpha, beta = parameters
        rng = np.random.default_rng(self.seed)
        variance = np.tile(self.STARTS[:, None], (1, self.paths))
        total = np.zeros_like(variance)
        found = np.empty((horizon, len(self.STARTS), len(self.levels) + 1))
        for h in range(horizon):
            # The same draws from every start: what differs between starts is the start alone.
            error = np.sqrt(variance) * shocks[rng.integers(len(shocks), size=self.paths)]
            total += mean + error
            variance = omega + alpha * np.square(error) + beta * variance
            found[h, :, :-1] = np.quantile(total, self.levels, axis=1).T
            found[h, :, -1] = total.mean(1)
        return found


def _fitted(steps: np.ndarray) -> np.ndarray:
    """mu, omega, alpha, beta of changes with standard deviation 1."""
    from arch import arch_model

    model = arch_model(steps, mean="Constant", vol="GARCH", p=1, q=1, dist="t", rescale=False)
    found = model.fit(disp="off", show_warning=False).params
    mean, omega, alpha, beta = (float(found[name]) for name in ("mu", "omega", "alpha[1]", "beta[1]"))
    if not np.isfinite([mean, omega, alpha, beta]).all():
        return np.array([0.0, 0.01, 0.05, 0.94])
    if alpha + beta > STEADIEST:
        shrunk = STEADIEST / (alpha + beta)
        alpha, beta = alpha * shrunk, beta * shrunk
        omega = max(omega, 1.0 - STEADIEST)
    return np.array([mean, omega, alpha, beta])


def _variances(errors: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    """(n + 1,) variance before the first error and after each; it starts at the series' own, which is 1."""
    from scipy.signal import lfilter

    _, omega, alpha, beta = parameters
    later, _ = lfilter([1.0], [1.0, -beta], omega + alpha * np.square(errors), zi=[beta])
    return np.concatenate([[1.0], later])
