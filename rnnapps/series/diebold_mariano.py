"""Whether one forecast loses less than another, by more than chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class DieboldMariano:
    """What the test found about a second forecast against a first.

    Fields:
        difference: float, mean loss of the second less mean loss of the first: below 0, the second is better.
        statistic: float, the difference over its standard error, corrected for the sample's size.
        p_value: float, two-sided: how often so large a difference arises where there is none.
        p_better: float, one-sided: how often the second looks so much better where it is not.
        dates: int, number of dates that the losses were averaged to.
    """

    difference: float
    statistic: float
    p_value: float
    p_better: float
    dates: int


def diebold_mariano(
    first: np.ndarray, second: np.ndarray, times: np.ndarray, horizon: int, lags: int | None = None
) -> DieboldMariano:
    """Tests the mean difference of two forecasts' losses on the same outcomes.

    The series of a date move together, so losses are first averaged per date, over all series, and over whatever
    lead times and levels are given. Forecasts h rows ahead overlap, so the variance of the mean is that of a process
    with h - 1 autocovariances (rectangular window); where that is not positive, Newey and West's with the same lags.

    Args:
        first, second: (N, ...) losses, such as `pinball_loss`; row n of both belongs to the same origin.
        times: (N,) date of each origin.
        horizon: int >= 1, h, the longest lead time among the losses, counted in dates from one origin to the next.
        lags: autocovariances to count; None counts horizon - 1. With more, Newey and West's window: for differences
            that stay for longer than the forecasts overlap.
    Raises:
        ValueError: sizes that do not fit, a loss that is not finite, or no more than `horizon` dates.

    Diebold and Mariano 1995, Comparing predictive accuracy; Harvey, Leybourne and Newbold 1997, Testing the equality
    of prediction mean squared errors, eq. 8-9: the statistic is scaled by sqrt((n + 1 - 2h + h(h-1)/n) / n) and
    compared with Student's t of n - 1 degrees of freedom.
    """
    differences = mean_by_date(_differences(first, second), times)
    n = len(differences)
    if horizon < 1:
        raise ValueError(f"horizon must be at least 1, is {horizon}")
    if n <= max(horizon, 1):
        raise ValueError(f"a test of losses {horizon} dates ahead needs more dates than that, found {n}")
    mean = float(differences.mean())
    if np.ptp(differences) == 0:
        # A difference that never varies is certain, and none at all is no evidence.
        statistic = float(np.sign(mean) * np.inf) if mean else 0.0
    else:
        correction = np.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
        statistic = float(correction * mean / _standard_error(differences, horizon, lags))

    from scipy.stats import t

    return DieboldMariano(mean, statistic, float(2 * t.sf(abs(statistic), n - 1)), float(t.cdf(statistic, n - 1)), n)


def mean_by_date(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(D,) means of (N, ...) values over everything that belongs to the same time, in the order of time."""
    values = np.asarray(values, "float64")
    if len(values) != len(times):
        raise ValueError(f"{len(values)} rows of losses, but {len(times)} times")
    means = values.reshape(len(values), -1).mean(1) if values.ndim > 1 else values
    _, date, sizes = np.unique(times, return_inverse=True, return_counts=True)
    return np.bincount(date, means) / sizes


def _standard_error(differences: np.ndarray, horizon: int, lags: int | None) -> float:
    from statsmodels.regression.linear_model import OLS

    lags = horizon - 1 if lags is None else lags
    windows = ("uniform", "bartlett") if lags < horizon else ("bartlett",)
    for window in windows:
        options = {"maxlags": lags, "kernel": window, "use_correction": False}
        variance = OLS(differences, np.ones(len(differences))).fit(cov_type="HAC", cov_kwds=options).cov_params()
        if variance[0, 0] > 0:
            break
    return float(np.sqrt(variance[0, 0]))


def _differences(first, second) -> np.ndarray:
    first, second = np.asarray(first, "float64"), np.asarray(second, "float64")
    if first.shape != second.shape:
        raise ValueError(f"first has the shape {first.shape} and second {second.shape}: they must pair")
    differences = second - first
    if not np.isfinite(differences).all():
        raise ValueError("first or second has losses that are not finite: nothing to compare")
    return differences
