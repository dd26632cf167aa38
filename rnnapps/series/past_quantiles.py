"""The quantiles of scores over a window of past dates, as they stood on every date."""

from __future__ import annotations

import numpy as np

from rnnapps.series.sliding_order import SlidingOrder

FEWEST_DATES = 20  # with fewer, a quantile would be noise


def past_quantiles(
    scores: np.ndarray,
    dates: np.ndarray,
    made: np.ndarray,
    outcome_times: np.ndarray,
    shares: np.ndarray,
    window: int,
    gamma: float = 0.0,
) -> np.ndarray:
    """(D + 1, H, P) quantiles at every date, of the scores known by then, and of those known in the end.

    On dates with fewer than 20 dates of known scores, 0.

    Args:
        scores: (N, H, P).
        dates: (D,) rising, the distinct origin times.
        made: (N,) which of them each row belongs to.
        outcome_times: (N, H) when each score is known.
        shares: (P,) which quantiles.
        window: how many dates of scores count, the latest known ones of each lead time.
        gamma: how far a share moves per date for each part of that date's scores by which it was wrong.
    """
    rows, horizon, count = scores.shape
    enters, leaves, weights, known_dates = _schedule(dates, outcome_times, window)
    entering, leaving = _by_step(enters, len(dates)), _by_step(leaves, len(dates))
    order = SlidingOrder(scores.reshape(rows, -1))
    present = np.zeros(horizon, "int64")
    steered = np.tile(shares, (horizon, 1))
    offsets, used = np.zeros((len(dates) + 1, horizon, count)), np.zeros((len(dates) + 1, horizon), bool)
    for now in range(len(dates) + 1):
        row, ahead = np.divmod(entering(now), horizon)
        if gamma:
            # Only forecasts that an offset was given to say whether the offset was right.
            counts = used[made[row], ahead]
            answered, lead = row[counts], ahead[counts]
            below = scores[answered, lead] <= offsets[made[answered], lead]
            np.add.at(steered, lead, gamma * weights[answered, lead, None] * (shares - below))
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


def _quantiles_present(order: SlidingOrder, ahead, present, shares) -> np.ndarray:
    """(H', P) quantiles of the present scores of these lead times; steered shares may leave (0, 1)."""
    count = shares.shape[1]
    columns = (ahead[:, None] * count + np.arange(count)).ravel()
    size, share = np.repeat(present, count), shares.ravel()
    place = np.clip(share * (size + 1), 1, size)
    lower = place.astype("int64")
    neighbours = np.concatenate([lower, np.minimum(lower + 1, size)])
    low, high = order.smallest(neighbours, np.tile(columns, 2)).reshape(2, -1)
    found = low + (place - lower) * (high - low)
    if (out := (share < 0) | (share > 1)).any():
        # Without a last quantile, or misses could go on without end.
        ends = np.concatenate([np.ones_like(size[out]), size[out]])
        least, most = order.smallest(ends, np.tile(columns[out], 2)).reshape(2, -1)
        found[out] += (share[out] - np.clip(share[out], 0, 1)) * (most - least)
    return found.reshape(-1, count)


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
