"""Scores of forecasts: of quantiles, of points, of directions.

Losses are kept per origin, lead time and level, (N, H, Q) or (N, H), because tests and intervals need them by date;
what is called after a score (`mae`, `coverage`, ...) is the mean over origins, (H,), one figure per lead time.
Quantiles are (N, H, Q), outcomes (N, H), both changes or both levels; levels Q rising numbers in (0, 1).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnapps.series.panel import Panel


def pinball_loss(quantiles: np.ndarray, outcomes: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """(N, H, Q) what each quantile lost: level * (y - q) where the outcome y is above q, (1 - level) * (q - y) below.

    In units of the outcomes; its expectation is least where q is the true quantile.

    >>> pinball_loss(np.zeros((1, 1, 2)), np.array([[2.0]]), [0.1, 0.9])
    array([[[0.2, 1.8]]])

    Koenker and Bassett 1978, Regression quantiles.
    """
    levels = checked_levels(quantiles, outcomes, levels)
    error = outcomes[..., None] - quantiles
    return np.maximum(levels * error, (levels - 1.0) * error)


def crps_from_quantiles(quantiles: np.ndarray, outcomes: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """(N, H) continuous ranked probability score, from the quantiles there are.

    CRPS = 2 * integral of the pinball loss over all levels from 0 to 1 (Gneiting and Ranjan 2011, eq. 12). Every
    given level stands for the levels nearest to it: its weight is the distance between the midpoints to its
    neighbours, with 0 and 1 as the outer ends. Over levels 1/2Q, 3/2Q, ... that is twice the mean pinball loss; for
    the median alone it is the absolute error.
    """
    levels = checked_levels(quantiles, outcomes, levels)
    borders = np.concatenate([[0.0], (levels[1:] + levels[:-1]) / 2, [1.0]])
    return 2.0 * pinball_loss(quantiles, outcomes, levels) @ np.diff(borders)


def covered(quantiles: np.ndarray, outcomes: np.ndarray, levels: Sequence[float], share: float = 0.9) -> np.ndarray:
    """(N, H) bool, whether the outcome lies in the central interval that should hold `share` of them, ends included.

    Raises:
        ValueError: levels without the two ends of that interval.
    """
    low, high = interval_ends(checked_levels(quantiles, outcomes, levels), share)
    return (quantiles[..., low] <= outcomes) & (outcomes <= quantiles[..., high])


def coverage(quantiles: np.ndarray, outcomes: np.ndarray, levels: Sequence[float], share: float = 0.9) -> np.ndarray:
    """(H,) the part of the outcomes inside the central interval of `share`."""
    return covered(quantiles, outcomes, levels, share).mean(0)


def coverage_of_levels(quantiles: np.ndarray, outcomes: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """(H, Q) the part of the outcomes at or below each quantile; well calibrated, it is the level."""
    checked_levels(quantiles, outcomes, levels)
    return (outcomes[..., None] <= quantiles).mean(0)


def interval_width(quantiles: np.ndarray, levels: Sequence[float], share: float = 0.9) -> np.ndarray:
    """(N, H) width of the central interval of `share`, in units of the quantiles."""
    low, high = interval_ends(levels, share)
    return quantiles[..., high] - quantiles[..., low]


def interval_ends(levels: Sequence[float], share: float) -> tuple[int, int]:
    """Which two of the levels bound the central interval of `share`: (1 - share) / 2 and (1 + share) / 2.

    Raises:
        ValueError: either is not among them.
    """
    levels = np.asarray(levels, "float64")
    ends = [np.flatnonzero(np.isclose(levels, end, atol=1e-6)) for end in ((1 - share) / 2, (1 + share) / 2)]
    if not (len(ends[0]) and len(ends[1])):
        raise ValueError(
            f"the central interval of {share:g} needs the levels {(1 - share) / 2:g} and {(1 + share) / 2:g}, "
            f"but the levels are {', '.join(f'{level:g}' for level in levels)}"
        )
    return int(ends[0][0]), int(ends[1][0])


def mae(forecasts: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """(H,) mean absolute error of (N, H) point forecasts."""
    return np.abs(_errors(forecasts, outcomes)).mean(0)


def mse(forecasts: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """(H,) mean squared error of (N, H) point forecasts."""
    return np.square(_errors(forecasts, outcomes)).mean(0)


def rmse(forecasts: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """(H,) root of the mean squared error of (N, H) point forecasts."""
    return np.sqrt(mse(forecasts, outcomes))


def smape(forecasts: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """(H,) symmetric mean absolute percentage error of (N, H) forecast levels, 0 to 200 percent.

    200 * |y - f| / (|y| + |f|), and 0 where both are 0. Of levels, not of changes: it depends on where zero lies.

    Makridakis, Spiliotis and Assimakopoulos 2020, The M4 competition, section 2.
    """
    size = np.abs(outcomes) + np.abs(forecasts)
    return 200.0 * (np.abs(_errors(forecasts, outcomes)) / np.where(size > 0, size, 1.0)).mean(0)


def naive_scale(panel: Panel, before: np.datetime64, season: int = 1) -> np.ndarray:
    """(K,) per series, the mean absolute error of repeating the value of `season` rows ago, over rows before a time.

    NaN for a series that has no `season + 1` rows before that time or never changes there: nothing to measure it by.

    Hyndman and Koehler 2006, Another look at measures of forecast accuracy, eq. for q_t in section 3.
    """
    scales = np.full(len(panel), np.nan)
    for k in range(len(panel)):
        levels = panel.levels_before(k, before)
        if len(levels) > season:
            scales[k] = np.abs(levels[season:] - levels[:-season]).mean() or np.nan
    return scales


def mase(forecasts: np.ndarray, outcomes: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """(H,) mean absolute scaled error: below 1, better than the naive forecast was one step ahead in training.

    Args:
        forecasts, outcomes: (N, H) levels, not changes.
        scales: (N,) `naive_scale` of each origin's series, `naive_scale(...)[windows.series]`. Origins without a
            scale (NaN) do not count; where none has one, the result is NaN.

    Hyndman and Koehler 2006, Another look at measures of forecast accuracy, section 3.
    """
    known = np.isfinite(scales)
    if not known.any():
        return np.full(outcomes.shape[1], np.nan)
    return (np.abs(_errors(forecasts, outcomes))[known] / scales[known, None]).mean(0)


def directional_accuracy(forecasts: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """(H,) how often the sign of the change was forecast.

    Outcomes of exactly 0 have no direction and are left out; a forecast of exactly 0 names none and counts half,
    so that repeating the last value scores .5. NaN where every outcome is 0.

    Args:
        forecasts, outcomes: (N, H) changes.
    """
    return share_of_hits(direction_counts(forecasts, outcomes).sum(0))


def direction_counts(forecasts: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """(N, H, 2) hits and changes, what `directional_accuracy` adds up."""
    _errors(forecasts, outcomes)
    moved = outcomes != 0
    agreement = np.sign(forecasts) * np.sign(outcomes)
    return np.stack([np.where(moved, (1.0 + agreement) / 2, 0.0), moved.astype("float64")], -1)


def share_of_hits(counts: np.ndarray) -> np.ndarray:
    """(...,) from sums (..., 2) of hits and changes."""
    return _ratio(counts[..., 0], counts[..., 1])


def information_coefficient(forecasts: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """(H,) Spearman's rank correlation of forecast and realised changes over all origins together; ties share a rank.

    NaN where the forecasts or the outcomes are all the same: repeating the last value ranks nothing.

    Args:
        forecasts, outcomes: (N, H) changes.

    Grinold and Kahn 1999, Active portfolio management, chapter 6.
    """
    return correlation(rank_moments(forecasts, outcomes).sum(0))


def rank_moments(forecasts: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """(N, H, 6) what the rank correlation adds up: 1, a, b, a*a, b*b, a*b of the ranks a and b, centred, over N."""
    _errors(forecasts, outcomes)
    size = len(outcomes)
    a, b = ((_ranks(np.asarray(values)) - (size + 1) / 2) / size for values in (forecasts, outcomes))
    return np.stack([np.ones_like(a), a, b, a * a, b * b, a * b], -1)


def correlation(moments: np.ndarray) -> np.ndarray:
    """(...,) Pearson's correlation from sums (..., 6) of 1, a, b, a*a, b*b, a*b; NaN where one of them is constant."""
    n, a, b, aa, bb, ab = np.moveaxis(moments, -1, 0)
    spread = np.maximum(n * aa - a * a, 0.0) * np.maximum(n * bb - b * b, 0.0)
    # Sums of equal ranks cancel to about 1e-16, not to zero.
    constant = spread <= 1e-24 * np.square(n * n)
    return np.where(constant, np.nan, (n * ab - a * b) / np.sqrt(np.where(constant, 1.0, spread)))


def checked_levels(quantiles: np.ndarray, outcomes: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """The levels as an array.

    Raises:
        ValueError: levels outside (0, 1) or not rising, or sizes that do not fit each other.
    """
    levels = np.asarray(levels, "float64")
    if levels.ndim != 1 or not np.all((levels > 0) & (levels < 1)) or not np.all(np.diff(levels) > 0):
        raise ValueError(f"levels must rise within (0, 1), are {levels.tolist()}")
    if np.shape(quantiles) != (*np.shape(outcomes), len(levels)):
        raise ValueError(
            f"quantiles has the shape {np.shape(quantiles)}: outcomes of {np.shape(outcomes)} and "
            f"{len(levels)} levels need {(*np.shape(outcomes), len(levels))}"
        )
    return levels


def _errors(forecasts, outcomes) -> np.ndarray:
    if np.shape(forecasts) != np.shape(outcomes) or np.ndim(outcomes) != 2:
        raise ValueError(
            f"forecasts has the shape {np.shape(forecasts)} and outcomes {np.shape(outcomes)}: both must be (N, H)"
        )
    return np.asarray(outcomes) - np.asarray(forecasts)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), np.nan)


def _ranks(values: np.ndarray) -> np.ndarray:
    """(N, H) ranks from 1 within each column, the mean rank where values are equal."""
    ranks = np.empty(values.shape)
    for column in range(values.shape[1]):
        _, group, sizes = np.unique(values[:, column], return_inverse=True, return_counts=True)
        ranks[:, column] = (np.cumsum(sizes) - (sizes - 1) / 2)[group]
    return ranks
