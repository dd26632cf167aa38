"""How surprising each value of a series was to the forecasts that were made of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

# How many exceedances the tail that is assumed to begin with counts for.
TAIL_PRIOR = 20
SMALLEST = 1e-300  # probability: its logarithm is finite
# What one outcome may say about a stretch: alone it is an event of its own, however far out it is.
LEAST_IN_A_STRETCH = 1e-3


@dataclass(frozen=True)
class Surprises:
    """One series at one lead time, in the order in which its outcomes became known.

    With u the place of an outcome in its forecast distribution and p = 2 min(u, 1 - u), the probability of an outcome
    as far out on either side. If the forecasts are right, p is uniform, -log p is exponential, and the sum S of the
    last w of them has a gamma distribution with shape w; so p, `wild` and `quiet` are each as likely as they say.

    Fields:
        place: (N,) u in (0, 1).
        tail: (N,) p.
        wild: (N,) P(gamma >= S): small where the last w outcomes together were too far out.
        quiet: (N,) P(gamma <= S): small where they were too near the middle, as when a price does not move.

    Fisher 1932, Statistical methods for research workers, section 21.1, for the sum. That a moving window of scores is
    judged, and not each alone, is after Ahmad et al. 2017, Unsupervised real-time anomaly detection for streaming data.
    """

    place: np.ndarray
    tail: np.ndarray
    wild: np.ndarray
    quiet: np.ndarray


def surprises(quantiles: np.ndarray, outcomes: np.ndarray, levels: np.ndarray, span: int) -> Surprises:
    """How far out each outcome was, alone and together with those before it; nothing later is used.

    Args:
        quantiles: (N, Q) forecasts, rising along Q, in the order in which their outcomes became known.
        outcomes: (N,) what happened.
        levels: (Q,) rising, in (0, 1).
        span: w >= 1, outcomes that are judged together; the first w - 1 have fewer before them.
    Raises:
        ValueError: a span below 1, or sizes that do not fit each other.
    """
    if span < 1:
        raise ValueError(f"span must be at least 1, is {span}")
    place = places(quantiles, outcomes, levels)
    tail = np.clip(2 * np.minimum(place, 1 - place), SMALLEST, 1.0)
    log_score = -np.log(np.maximum(tail, LEAST_IN_A_STRETCH))
    counts = np.minimum(np.arange(1, len(tail) + 1), span)
    # Window by window and not as a difference of running sums, in which an earlier huge score would leave its rounding.
    padded = np.concatenate([np.zeros(span - 1), log_score])
    sums = np.lib.stride_tricks.sliding_window_view(padded, span).sum(axis=-1) if len(tail) else log_score
    wild, quiet = gamma_tails(counts, sums)
    return Surprises(place, tail, wild, quiet)


def places(quantiles: np.ndarray, outcomes: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Where each outcome lies in its forecast distribution: the probability integral transform.

    Straight lines between the quantiles; beyond the outermost ones an exponential tail,
    P(Y > y) = (1 - levels[-1]) exp(-(y - q[-1]) / (b (q[-1] - q[0]))), in units of the forecast's own width. b is the
    mean excess of the series' exceedances before this one, on either side, begun with what it is for a normal
    distribution.

    Args:
        quantiles: (N, Q), rising along Q, in the order in which their outcomes became known.
        outcomes: (N,).
        levels: (Q,) rising, in (0, 1), at least two.
    Returns:
        (N,) in (0, 1). Where several quantiles are equal to the outcome, the middle of their levels.
    Raises:
        ValueError: sizes that do not fit each other, or fewer than two levels.

    Dawid 1984, Statistical theory: the prequential approach.
    """
    quantiles, outcomes, levels = (np.asarray(x, "float64") for x in (quantiles, outcomes, levels))
    if len(levels) < 2:
        raise ValueError(f"levels needs at least two quantiles to place an outcome between, found {len(levels)}")
    if quantiles.shape != (len(outcomes), len(levels)):
        raise ValueError(
            f"quantiles has shape {quantiles.shape}, expected {(len(outcomes), len(levels))}: "
            "one row per outcome, one column per level"
        )
    width = np.maximum(quantiles[:, -1] - quantiles[:, 0], np.finfo("float64").tiny)
    above, below = (outcomes - quantiles[:, -1]) / width, (quantiles[:, 0] - outcomes) / width
    scale = tail_scales(np.maximum(above, below), levels)
    inside = _between(quantiles, outcomes, levels)
    upper = 1 - (1 - levels[-1]) * np.exp(-np.maximum(above, 0) / scale)
    lower = levels[0] * np.exp(-np.maximum(below, 0) / scale)
    return np.where(above > 0, upper, np.where(below > 0, lower, inside))


def tail_scales(excess: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """(N,) mean excess over the outermost quantiles of the exceedances before each row, as far as known.

    Args:
        excess: (N,) distance beyond the outermost quantiles, in widths of the forecast; not positive inside of them.
        levels: (Q,).
    """
    normal = NormalDist()
    outer = normal.inv_cdf(float(levels[-1]))
    # E[Z - z | Z > z] of a normal variable, in units of the distance between its outermost quantiles.
    usual = (normal.pdf(outer) / (1 - float(levels[-1])) - outer) / (outer - normal.inv_cdf(float(levels[0])))
    beyond = np.maximum(excess, 0)
    before = lambda x: np.concatenate([[0.0], np.cumsum(x)[:-1]]) if len(x) else x
    return (TAIL_PRIOR * usual + before(beyond)) / (TAIL_PRIOR + before(excess > 0))


def gamma_tails(counts: np.ndarray, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """P(S >= sums) and P(S <= sums), (N,) each, of a sum S of `counts` independent standard exponentials.

    >>> high, low = gamma_tails(np.array([1]), np.array([2.0]))
    >>> bool(np.isclose(high[0], np.exp(-2.0)))
    True
    """
    from scipy.special import gammainc, gammaincc

    return gammaincc(counts, sums), gammainc(counts, sums)


def past_threshold(scores: np.ndarray, rate: float, window: int, start: float) -> np.ndarray:
    """What each score has to exceed to be among the `rate` highest, judged by those before it alone.

    The k-th highest of the n <= `window` scores before it, k = floor(rate (n + 1)): if scores are exchangeable, a new
    one exceeds it with probability k / (n + 1) <= rate, whatever their distribution.

    Args:
        scores: (N,) in order.
        rate: in (0, 1), share of scores that exceed their threshold.
        window: how many scores are looked back on.
        start: threshold while there are too few of them, n + 1 < 1 / rate.
    Returns:
        (N,).
    Raises:
        ValueError: a rate outside (0, 1), or a window too short for it.

    Vovk et al. 2005, Algorithmic learning in a random world, proposition 2.4.
    """
    if not 0 < rate < 1:
        raise ValueError(f"rate must lie in (0, 1), is {rate}")
    if math.floor(rate * (window + 1)) < 1:
        raise ValueError(
            f"a window of {window} scores cannot tell the highest {rate:g} of them; it needs {math.ceil(1 / rate) - 1}"
        )
    found = np.full(len(scores), float(start))
    for i in range(math.ceil(1 / rate) - 1, len(scores)):
        past = scores[max(0, i - window) : i]
        rank = math.floor(rate * (len(past) + 1))
        if rank:
            found[i] = np.partition(past, len(past) - rank)[len(past) - rank]
    return found


def _between(quantiles, outcomes, levels) -> np.ndarray:
    """(N,) levels at the outcomes, by straight lines; anything where an outcome is beyond the outermost quantiles."""
    left = (quantiles < outcomes[:, None]).sum(axis=1)
    right = (quantiles <= outcomes[:, None]).sum(axis=1)
    low, high = np.maximum(left - 1, 0), np.minimum(left, len(levels) - 1)
    rows = np.arange(len(outcomes))
    start, end = quantiles[rows, low], quantiles[rows, high]
    share = (outcomes - start) / np.where(end > start, end - start, 1.0)
    line = levels[low] + share * (levels[high] - levels[low])
    on_a_quantile = (levels[np.minimum(left, len(levels) - 1)] + levels[np.maximum(right - 1, 0)]) / 2
    return np.where(left == right, line, on_a_quantile)
