"""Intervals of scores over dates, drawn in blocks because neighbouring forecasts share outcomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

RESAMPLES, SEED = 1000, 12345
FEWEST_RESAMPLES = 40  # an interval of 95 % leaves out one of 40 on either side
AT_ONCE = 4_000_000  # numbers of a chunk of draws


class Intervals(NamedTuple):
    """The 95 % between two arrays of values; NaN where the score itself has no value."""

    low: np.ndarray
    high: np.ndarray


def interval_over_dates(
    counts: np.ndarray,
    times: np.ndarray,
    score: Callable[[np.ndarray], np.ndarray],
    horizon: int,
    block: int | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Intervals:
    """The 95 % intervals of scores that are functions of sums, by drawing blocks of dates with replacement.

    All series of a date are drawn together, and with them the dates that follow, around the end to the beginning
    (circular blocks). So neither the markets' common moves nor the overlap of forecasts makes an interval too short.

    Args:
        counts: (N, ..., K) what adds up over origins: `direction_counts`, `rank_moments`, or losses beside ones.
        times: (N,) date of each origin.
        score: (R, ..., K) sums -> (R, ...) scores, such as `share_of_hits` or `correlation`.
        horizon: int >= 1, the longest lead time, counted in dates from one origin to the next.
        block: dates drawn together, at least `horizon`; None takes the greater of it and the cube root of the number
            of dates.
        resamples: draws, at least 40.
        seed: of the draws.
    Raises:
        ValueError: a block shorter than the horizon or longer than all dates, sizes that do not fit, or too few
            resamples.

    For a rank correlation, ranks stay those of the whole sample; near 0, where it matters, that changes nothing.

    >>> hits = np.array([[1.0, 1.0], [0.0, 1.0], [1.0, 1.0]])
    >>> float(interval_over_dates(hits, np.arange(3), lambda sums: sums[..., 0] / sums[..., 1], horizon=1).high)
    1.0

    Politis and Romano 1992, A circular block-resampling procedure for stationary data.
    """
    by_date = sums_by_date(counts, times)
    dates = len(by_date)
    if resamples < FEWEST_RESAMPLES:
        raise ValueError(f"resamples must be at least {FEWEST_RESAMPLES} for an interval of 95 %, is {resamples}")
    if block is None:
        block = min(dates, max(horizon, round(dates ** (1 / 3))))
    if not horizon <= block <= dates:
        raise ValueError(f"block must be between the horizon, {horizon}, and the number of dates, {dates}, is {block}")
    flat = by_date.reshape(dates, -1)
    rng = np.random.default_rng(seed)
    at_once = max(1, AT_ONCE // max(dates, flat.shape[1]))
    scores = []
    for start in range(0, resamples, at_once):
        draws = min(at_once, resamples - start)
        begins = rng.integers(dates, size=(draws, -(-dates // block)))
        drawn = (begins[..., None] + np.arange(block)).reshape(draws, -1)[:, :dates] % dates
        # How often each date was drawn, times its counts: no draw is ever written out.
        often = np.bincount((drawn + np.arange(draws)[:, None] * dates).ravel(), minlength=draws * dates)
        sums = often.reshape(draws, dates).astype("float64") @ flat
        scores.append(score(sums.reshape(draws, *by_date.shape[1:])))
    ordered = np.sort(np.concatenate(scores), axis=0)
    left_out = resamples // 40
    return Intervals(ordered[left_out], ordered[-left_out - 1])


def sums_by_date(values: np.ndarray, times: np.ndarray) -> np.ndarray:
    """(D, ...) sums of (N, ...) values over everything that belongs to the same time, in the order of time."""
    values = np.asarray(values, "float64")
    if len(values) != len(times) or not len(values):
        raise ValueError(f"{len(values)} rows of counts, but {len(times)} times: a row for each of one or more")
    order = np.argsort(times, kind="stable")
    ordered = np.asarray(times)[order]
    return np.add.reduceat(values[order], np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]), axis=0)
