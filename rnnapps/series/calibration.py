"""Conformal calibration: quantiles moved so that they cover what they say, learnt from the past alone.

Offsets are added to the quantiles, one per lead time and level, learnt over all series together. They are in units
of the quantiles: where volatility differs between series or years, give quantiles and outcomes in units of each
origin's own volatility.

Sides "both", the default: levels that mirror each other, .05 and .95, move apart or together by the same amount, so
that the interval between them covers what it should, and the median stays (conformalized quantile regression: Romano,
Patterson and Candes 2019, eq. 6-8). Sides "each": every level by itself. On daily prices that is worse: what a year
of prices says about the direction of the next is noise, and "each" follows it.

What is guaranteed. If past and future scores are exchangeable, the interval (the level) covers its share when share *
(n + 1) is a whole number, and within 1 / (n + 1) of it otherwise (Vovk, Gammerman and Shafer 2005). Prices are not
exchangeable: years differ, and series of one date move together, so that offsets are as sure as the number of dates,
not of scores, allows. The "adaptive" form needs no such assumption: over D dates the share covered differs from what
it should be by O((1 + horizon) / (gamma * D)), whatever the outcomes are, as long as they are bounded (Gibbs and
Candes 2021, proposition 4.1; late outcomes lengthen it by the horizon). It holds before quantiles that cross are
sorted, which leaves the number of quantiles below an outcome as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from rnnapps.series.forecast_metrics import checked_levels
from rnnapps.series.past_quantiles import FEWEST_DATES, past_quantiles

Method = Literal["none", "rolling", "adaptive"]
Sides = Literal["both", "each"]
METHODS = ("none", "rolling", "adaptive")
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


def conformal_offsets(
    quantiles: np.ndarray, outcomes: np.ndarray, levels: Sequence[float], sides: Sides = "both"
) -> np.ndarray:
    """(H, Q) offsets that make the quantiles cover what they say on these forecasts.

    With "each" side by itself: the level's quantile of the N scores y - q, at place level * (n + 1) among them,
    between two scores in proportion, and at the last one beyond it. With "both": the same of the scores
    max(low - y, y - high) of an interval.

    Args:
        quantiles: (N, H, Q).
        outcomes: (N, H), in the same units.
        levels: Q rising numbers in (0, 1).
        sides: "both" or "each", see above.
    Raises:
        ValueError: sizes that do not fit, no forecast, or unknown sides.

    >>> conformal_offsets(np.zeros((3, 1, 1)), np.array([[3.0], [1.0], [2.0]]), [0.25], "each")
    array([[1.]])
    """
    levels = checked_levels(quantiles, outcomes, levels)
    if not len(outcomes):
        raise ValueError("no forecast to learn offsets from")
    moves = _moves(levels, sides)
    scores = _scores(quantiles, outcomes, moves)
    columns = [np.quantile(scores[..., i], share, axis=0, method="weibull") for i, share in enumerate(moves.shares)]
    return moves.offsets(np.stack(columns, -1)) if columns else np.zeros(quantiles.shape[1:])


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
    sides: Sides = "both",
) -> np.ndarray:
    """(N, H, Q) quantiles calibrated by what was known when they were forecast, in rising order.

    Arguments and errors: those of `rolling_offsets`.

    Chernozhukov, Fernandez-Val and Galichon 2010, Quantile and probability curves without crossing: sorted
    quantiles are never further from the true ones.
    """
    found = rolling_offsets(
        quantiles, outcomes, origin_times, outcome_times, levels, window, history, method, gamma, sides
    )
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
    sides: Sides = "both",
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
            follow the misses: share_t+1 = share_t + gamma * (share - part covered), per date and lead time, as soon
            as the outcomes of that date are known. Beyond 0 and 1 the offset goes on in proportion, a whole share for
            the width of all scores.
        gamma: float > 0, how fast the shares follow.
        sides: "both" or "each", see above.
    Raises:
        ValueError: sizes that do not fit, an unknown method or sides, a window below 20 dates, or gamma <= 0.

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
    rows, horizon = len(origins), np.shape(outcomes)[1]
    moves = _moves(levels, sides)
    offsets = np.zeros((len(dates) + 1, horizon, len(levels)))
    if method != "none" and rows and len(moves.shares):
        at_once = max(1, AT_ONCE // (rows * len(moves.shares)))
        step = gamma if method == "adaptive" else 0.0
        for start in range(0, horizon, at_once):
            chosen = slice(start, start + at_once)
            scores = np.concatenate(
                [_scores(part.quantiles[:, chosen], part.outcomes[:, chosen], moves) for part in parts]
            )
            known = np.concatenate([part.outcome_times[:, chosen] for part in parts])
            offsets[:, chosen] = moves.offsets(past_quantiles(scores, dates, made, known, moves.shares, window, step))
    return RollingOffsets(dates, offsets[:-1], offsets[-1])


class _Moves(NamedTuple):
    """What moves together: quantile `low` down and `high` up, or, where low is -1, `high` alone."""

    low: np.ndarray
    high: np.ndarray
    shares: np.ndarray
    count: int

    def offsets(self, found: np.ndarray) -> np.ndarray:
        """(..., Q) from (..., P): what is added to each quantile."""
        offsets = np.zeros((*found.shape[:-1], self.count))
        pairs = self.low >= 0
        offsets[..., self.high] = found
        offsets[..., self.low[pairs]] = -found[..., pairs]
        return offsets


def _moves(levels: np.ndarray, sides: Sides) -> _Moves:
    if sides not in ("both", "each"):
        raise ValueError(f'sides must be "both" or "each", is {sides!r}')
    low, high = [], []
    for i, level in enumerate(levels):
        mirror = np.flatnonzero(np.isclose(levels, 1.0 - level, rtol=0.0, atol=1e-6)) if sides == "both" else []
        if not len(mirror):
            low.append(-1)
            high.append(i)
        elif mirror[0] < i:
            low.append(int(mirror[0]))
            high.append(i)
    low, high = np.array(low, "int64"), np.array(high, "int64")
    shares = levels[high] - np.where(low >= 0, levels[low], 0.0) if len(high) else np.zeros(0)
    return _Moves(low, high, shares, len(levels))


def _scores(quantiles, outcomes, moves: _Moves) -> np.ndarray:
    """(N, H, P) how far an outcome lies outside (above where a quantile moves alone), negative inside."""
    above = outcomes[..., None] - quantiles[..., moves.high]
    pairs = moves.low >= 0
    above[..., pairs] = np.maximum(above[..., pairs], quantiles[..., moves.low[pairs]] - outcomes[..., None])
    return above
