"""Conformal calibration: quantiles moved so that they cover what they say, learnt from the past alone.

Every quantile gets an additive offset per lead time and level: the level's quantile of the past scores y - q, over
all series together. Offsets are in units of the quantiles; where volatility differs between series or years, give
quantiles and outcomes in units of each origin's own volatility.

What is guaranteed. If scores of past and future are exchangeable, P(y <= q + offset) = level when level * (n + 1)
is a whole number, and within 1 / (n + 1) of it otherwise (Vovk, Gammerman and Shafer 2005). Prices are not
exchangeable: years differ, and series of one date move together, so that the offsets are as sure as the number of
dates, not of scores, allows. The "adaptive" form needs no such assumption: over D dates the part of outcomes at or
below each quantile differs from its level by O(1 / (gamma * D)), whatever the outcomes are, as long as they are
bounded (Gibbs and Candes 2021, proposition 4.1; late outcomes add their delay to the bound). It holds for
the quantiles before they are sorted; sorting leaves the number of quantiles below an outcome as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from rnnapps.series.forecast_metrics import checked_levels
from rnnapps.series.sliding_order import SlidingOrder

Method = Literal["none", "rolling", "adaptive"]
METHODS = ("none", "rolling", "adaptive")
FEWEST_DATES = 20  # with fewer, offsets would be noise
AT_ONCE = 4_000_000  # scores that are ordered at a time


class History(NamedTuple):
    """Earlier forecasts of the same kind: the quantiles, (N, H, Q), outcomes, origin and outcome times of them."""

    quantiles: np.ndarray
    outcomes: np.ndarray
    origin_times: np.ndarray
    outcome_times: np.ndarray


@dataclass(frozen=True)
class RollingOffsets:
    """The offsets as they stood at every date.

    Fields:
        dates: (D,) rising, the distinct origin times.
        offsets: (D, H, Q) what is added to quantiles forecast on that date.
        last: (H, Q) the offsets once every given outcome is known, for forecasts to come.
    """

    dates: np.ndarray
    offsets: np.ndarray
    last: np.ndarray

    def at(self, origin_times: np.ndarray) -> np.ndarray:
        """(N, H, Q) the offsets for forecasts made at these dates, which must be among `dates`."""
        return self.offsets[np.searchsorted(self.dates, origin_times)]


def conformal_offsets(quantiles: np.ndarray, outcomes: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """(H, Q) offsets d that make P(y <= q + d) the level on these forecasts.

    The level's quantile of the N scores y - q, at place level * (n + 1) among them, between two scores in
    proportion, and at the last one beyond it.

    Args:
        quantiles: (N, H, Q).
        outcomes: (N, H), in the same units.
        levels: Q rising numbers in (0, 1).
    Raises:
        ValueError: sizes that do not fit, or no forecast.

    >>> conformal_offsets(np.zeros((3, 1, 1)), np.array([[3.0], [1.0], [2.0]]), [0.5])
    array([[2.]])

    Vovk, Gammerman and Shafer 2005, Algorithmic learning in a random world, chapter 2.
    """
    levels = checked_levels(quantiles, outcomes, levels)
    if not len(outcomes):
        raise ValueError("no forecast to learn offsets from")
    scores = outcomes[..., None] - quantiles
    columns = [np.quantile(scores[..., i], level, axis=0, method="weibull") for i, level in enumerate(levels)]
    return np.stack(columns, -1)


def rolling_calibration(
    quantiles: np.ndarray,
    outcomes: np.ndarray,
    origin_times: np.ndarray,
    outcome_times: np.ndarray,
    levels: Sequence[float],
    window: int = 250,
    history: History | None = None,
    method: Method = "rolling",
    gamma: float = 0.005,
) -> np.ndarray:
    """(N, H, Q) quantiles calibrated by what was known when they were forecast, in rising order.

    Arguments and errors: those of `rolling_offsets`.

    Chernozhukov, Fernandez-Val and Galichon 2010, Quantile and probability curves without crossing: sorted
    quantiles are never further from the true ones.
    """
    found = rolling_offsets(quantiles, outcomes, origin_times, outcome_times, levels, window, history, method, gamma)
    return np.sort(quantiles + found.at(origin_times), axis=-1)


def rolling_offsets(
    quantiles: np.ndarray,
    outcomes: np.ndarray,
    origin_times: np.ndarray,
    outcome_times: np.ndarray,
    levels: Sequence[float],
    window: int = 250,
    history: History | None = None,
    method: Method = "rolling",
    gamma: float = 0.005,
) -> RollingOffsets:
    """The offsets at every date, learnt from outcomes known by then: those with outcome time <= that date.

    Until the outcomes of 20 dates are known, offsets are 0.

    Args:
        quantiles: (N, H, Q).
        outcomes: (N, H), in the same units.
        origin_times: (N,) when each forecast was made.
        outcome_times: (N, H) when each outcome was known.
        levels: Q rising numbers in (0, 1).
        window: the scores of how many past dates count, per lead time.
        history: earlier forecasts to learn from beside these.
        method: "none", all offsets 0; "rolling", conformal over the window; "adaptive", the same, with levels that
            follow the misses: level_t+1 = level_t + gamma * (level - part at or below), per date and lead time, as
            soon as the outcomes of that date are known. Beyond the outermost score of the window the offset goes on
            by the width of all scores for every tenth of a level.
        gamma: float > 0, how fast the levels follow.
    Raises:
        ValueError: sizes that do not fit, an unknown method, a window below 20 dates, or gamma <= 0.

    Gibbs and Candes 2021, Adaptive conformal inference under distribution shift, eq. 2.
    """
    levels = checked_levels(quantiles, outcomes, levels)
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, is {method!r}")
    if window < FEWEST_DATES:
        raise ValueError(f"window must be at least {FEWEST_DATES} dates, is {window}")
    if not gamma > 0:
        raise ValueError(f"gamma must be above 0, is {gamma}")
    parts = [History(quantiles, outcomes, origin_times, outcome_times)]
    if history is not None:
        checked_levels(history.quantiles, history.outcomes, levels)
        parts.insert(0, history)
    for part in parts:
        if np.shape(part.outcome_times) != np.shape(part.outcomes) or len(part.origin_times) != len(part.outcomes):
            raise ValueError(
                f"outcomes has the shape {np.shape(part.outcomes)}, but there are {len(part.origin_times)} origin "
                f"times and outcome times of {np.shape(part.outcome_times)}"
            )
    origins = np.concatenate([part.origin_times for part in parts])
    dates, made = np.unique(origins, return_inverse=True)
    rows, horizon, count = len(origins), outcomes.shape[1], len(levels)
    offsets = np.zeros((len(dates) + 1, horizon, count))
    if method != "none":
        at_once = max(1, AT_ONCE // max(1, rows * count))
        for start in range(0, horizon, at_once):
            chosen = slice(start, start + at_once)
            scores = np.concatenate([part.outcomes[:, chosen, None] - part.quantiles[:, chosen] for part in parts])
            known = np.concatenate([part.outcome_times[:, chosen] for part in parts])
            step = gamma if method == "adaptive" else 0.0
            offsets[:, chosen] = _offsets_by_date(scores, dates, made, known, levels, window, step)
    return RollingOffsets(dates, offsets[:-1], offsets[-1])


def _offsets_by_date(scores, dates, made, outcome_times, levels, window, gamma) -> np.ndarray:
    """(D + 1, H, Q) offsets at every date, and after the last outcome.

    scores (N, H, Q); dates (D,); made (N,), the number of each origin's date; outcome_times (N, H).
    """
    rows, horizon, count = scores.shape
    enters, leaves, weights, known_dates = _schedule(dates, outcome_times, window)
    entering, leaving = _by_step(enters, len(dates)), _by_step(leaves, len(dates))
    order = SlidingOrder(scores.reshape(rows, -1))
    present = np.zeros(horizon, "int64")
    steered = np.tile(levels, (horizon, 1))
    offsets, used = np.zeros((len(dates) + 1, horizon, count)), np.zeros((len(dates) + 1, horizon), bool)
    for now in range(len(dates) + 1):
        row, ahead = np.divmod(entering(now), horizon)
        if gamma:
            # Only forecasts that an offset was given to say whether the offset was right.
            counts = used[made[row], ahead]
            answered, lead = row[counts], ahead[counts]
            below = scores[answered, lead] <= offsets[made[answered], lead]
            np.add.at(steered, lead, gamma * weights[answered, lead, None] * (levels - below))
        order.count(row[:, None], ahead[:, None] * count + np.arange(count), 1)
        present += np.bincount(ahead, minlength=horizon)
        row, ahead = np.divmod(leaving(now), horizon)
        order.count(row[:, None], ahead[:, None] * count + np.arange(count), -1)
        present -= np.bincount(ahead, minlength=horizon)
        ready = np.flatnonzero(known_dates[now] >= FEWEST_DATES)
        if len(ready):
            used[now, ready] = True
            offsets[now, ready] = _quantiles_present(order, ready, present[ready], steered[ready])
    return offsets


def _quantiles_present(order: SlidingOrder, ahead, present, levels) -> np.ndarray:
    """(H', Q) the levels' quantiles of the present scores of these lead times; levels may leave (0, 1)."""
    count = levels.shape[1]
    columns = (ahead[:, None] * count + np.arange(count)).ravel()
    size = np.repeat(present, count)
    place = levels.ravel() * (size + 1)
    inside = np.clip(place, 1, size)
    lower = np.floor(inside)
    found = order.smallest(
        np.concatenate([lower, np.minimum(lower + 1, size), np.ones_like(size), size]), np.tile(columns, 4)
    ).reshape(4, -1)
    between = found[0] + (inside - lower) * (found[1] - found[0])
    # A steered level beyond all scores must still move the quantile, or misses would go on without end.
    beyond = np.where((levels.ravel() > 0) & (levels.ravel() < 1), 0.0, place - inside) / (size + 1)
    return (between + 10.0 * beyond * (found[3] - found[2])).reshape(-1, count)


def _schedule(dates, outcome_times, window):
    """When each score counts: (N, H) number of the date it enters and leaves, (N, H) its share in its outcome date,
    and (D + 1, H) outcome dates in the window."""
    enters = np.searchsorted(dates, outcome_times)
    leaves, weights = np.empty_like(enters), np.empty(enters.shape)
    known_dates = np.empty((len(dates) + 1, enters.shape[1]), "int64")
    for h in range(enters.shape[1]):
        days, group, sizes = np.unique(outcome_times[:, h], return_inverse=True, return_counts=True)
        known = np.searchsorted(dates, days)
        # A day leaves when the day that is `window` days later comes; the last ones stay.
        gone = np.concatenate([known[window:], np.full(min(window, len(days)), len(dates) + 1)])
        leaves[:, h], weights[:, h] = gone[group], 1.0 / sizes[group]
        known_dates[:, h] = np.minimum(np.searchsorted(known, np.arange(len(dates) + 1), side="right"), window)
    return enters, leaves, weights, known_dates


def _by_step(steps: np.ndarray, last: int):
    """A function from a number of a date to the flat (N, H) positions that have it."""
    order = np.argsort(steps, axis=None, kind="stable")
    starts = np.searchsorted(steps.ravel()[order], np.arange(last + 2))
    return lambda now: order[starts[now] : starts[now + 1]]
