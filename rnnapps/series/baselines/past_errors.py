"""The past errors of a simple forecast, as quantiles around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rnnapps.series.panel import Panel

FEWEST_ERRORS = 20


def past_error_quantiles(
    panel: Panel,
    horizon: int,
    before: np.datetime64,
    levels: Sequence[float],
    errors: Callable[[np.ndarray, int, int], np.ndarray],
) -> np.ndarray:
    """(K, H, Q) quantiles of the errors that a forecast made before a time, less their median.

    A series with fewer than 20 errors at a lead time takes the mean of the quantiles of the others: a new listing
    must not stop the comparison.

    Args:
        panel: the series.
        horizon: int >= 1, H.
        before: only rows of earlier times are used.
        levels: Q numbers in (0, 1).
        errors: (levels of a series, its number, lead time) -> realised less forecast changes, one per origin.
    Raises:
        ValueError: no series has enough rows.
    """
    found = np.full((len(panel), horizon, len(levels)), np.nan)
    for k in range(len(panel)):
        past = panel.levels_before(k, before)
        for h in range(1, horizon + 1):
            if len(past) < h + FEWEST_ERRORS:
                break
            if len(missed := errors(past, k, h)) >= FEWEST_ERRORS:
                found[k, h - 1] = np.quantile(missed, levels) - np.median(missed)
    return filled_from_the_others(found, before)


def filled_from_the_others(found: np.ndarray, before: np.datetime64) -> np.ndarray:
    """(K, H, Q) with the mean over series where a series has NaN.

    Raises:
        ValueError: a lead time at which no series has anything.
    """
    known = np.isfinite(found).all(-1)
    if not known.any(0).all():
        ahead = int(np.argmin(known.any(0))) + 1
        raise ValueError(
            f"no series has rows enough before {before} to learn the errors {ahead} rows ahead (at least "
            f"{FEWEST_ERRORS} forecasts): choose a later start of the test, a shorter horizon, or give more history"
        )
    usual = np.stack([found[known[:, h], h].mean(0) for h in range(found.shape[1])])
    return np.where(known[..., None], found, usual)
