"""Every figure that tells how good forecasts are, for each method beside the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rnnapps.series.diebold_mariano import diebold_mariano
from rnnapps.series.forecast_metrics import (
    correlation,
    coverage,
    crps_from_quantiles,
    direction_counts,
    interval_width,
    mase,
    pinball_loss,
    rank_moments,
    share_of_hits,
)
from rnnapps.significance import bootstrap_interval

from .truth import Truth

LOSSES = ("pinball", "absolute", "squared")
# Fewer stretches of independent dates than this give no interval worth showing.
FEWEST_BLOCKS = 10
POOLED = "all"


def score(
    forecasts: Mapping[str, np.ndarray],
    truth: Truth,
    model: str = "model",
    baselines: Sequence[str] | None = None,
    resamples: int = 1000,
) -> dict:
    """Scores methods side by side, and tests the model against each baseline.

    Args:
        forecasts: name -> (N, H, Q) quantiles of changes.
        truth: what came true.
        model: the one that is compared with the others.
        baselines: the names that it is compared with; by default all others.
        resamples: of the bootstrap over stretches of dates, for intervals.
    Returns:
        plain figures for JSON: "methods", name -> lead time ("1", ..., "all" for all together) -> figure -> number;
        "tests", baseline -> loss -> lead time -> {difference, p_value, statistic}; "direction", lead time -> the
        test of the model's directions against always naming the direction that came true more often; and what was
        scored.
    Raises:
        ValueError: forecasts with not-a-number, or sizes that do not fit each other.
    """
    baselines = [name for name in forecasts if name != model] if baselines is None else list(baselines)
    methods, losses = {}, {}
    for name, quantiles in forecasts.items():
        methods[name], losses[name] = _figures(name, quantiles, truth, resamples)
    steps = [*truth.shown, POOLED]
    tests = {
        name: {
            loss: {
                str(step): _test(losses[model][loss][:, i], losses[name][loss][:, i], _span(step, truth))
                for i, step in enumerate(steps)
            }
            for loss in LOSSES
        }
        for name in baselines
    }
    return {
        "model": model,
        "baselines": baselines,
        "unit": truth.unit_name,
        "levels": [float(level) for level in truth.levels],
        "origins": len(truth.outcomes),
        "dates": len(truth.dates),
        "series": len(np.unique(truth.series)),
        "start": str(truth.dates[0]),
        "end": str(truth.dates[-1]),
        "horizon": truth.horizon,
        "shown": truth.shown,
        "methods": methods,
        "tests": tests,
        "direction": _direction(forecasts[model], truth),
    }


def loss_by_date(quantiles: np.ndarray, truth: Truth) -> np.ndarray:
    """(D,) mean pinball loss of the forecasts of each date, in the truth's units."""
    lost = pinball_loss(quantiles, truth.outcomes, truth.levels).mean(-1) * truth.units[:, None]
    return truth.means_by_date(lost.mean(1))


def interval_shares(levels: Sequence[float]) -> list[float]:
    """The central intervals that are reported: the outermost, and the one of a half where the levels have it."""
    shares = [round(1 - 2 * levels[0], 6)] if levels[0] < 0.5 else []
    return shares + ([0.5] if len(shares) and shares[0] != 0.5 and np.isclose(levels, 0.25).any() else [])


def _figures(name: str, quantiles: np.ndarray, truth: Truth, resamples: int) -> tuple[dict, dict]:
    """All figures of one method, and its losses by date, (D, shown lead times + 1), for the tests."""
    if not np.isfinite(quantiles).all():
        raise ValueError(f"the forecasts of {name} hold values that are not numbers")
    point, unit = quantiles[..., _middle(truth.levels)], truth.units[:, None]
    error = np.abs(point - truth.outcomes) * unit
    lost = {
        "pinball": pinball_loss(quantiles, truth.outcomes, truth.levels).mean(-1) * unit,
        "absolute": error,
        "squared": error**2,
    }
    per_step = {
        "mae": error.mean(0),
        "mse": lost["squared"].mean(0),
        "mase": mase(truth.levels_after(point), truth.levels_after(truth.outcomes), truth.scales),
        "pinball": lost["pinball"].mean(0),
        "crps": (crps_from_quantiles(quantiles, truth.outcomes, truth.levels) * unit).mean(0),
    }
    for share in interval_shares(truth.levels):
        per_step[f"coverage_{100 * share:g}"] = coverage(quantiles, truth.outcomes, truth.levels, share)
        per_step[f"width_{100 * share:g}"] = (interval_width(quantiles, truth.levels, share) * unit).mean(0)
    found = {str(h + 1): {key: _number(value[h]) for key, value in per_step.items()} for h in range(truth.horizon)}
    found[POOLED] = {key: _number(value.mean()) for key, value in per_step.items()}
    for figures in found.values():
        figures["rmse"] = figures["mse"] ** 0.5
    _add_directions(found, point, truth, resamples)
    columns = np.array(truth.shown) - 1
    by_date = {
        loss: truth.means_by_date(np.column_stack([values[:, columns], values.mean(1)]))
        for loss, values in lost.items()
    }
    return found, by_date


def _add_directions(found: dict, point: np.ndarray, truth: Truth, resamples: int) -> None:
    """Directional accuracy and information coefficient with 95 % intervals, at the lead times shown and pooled."""
    columns = np.array(truth.shown) - 1
    for key, rows, ratio in (
        ("direction", direction_counts, share_of_hits),
        ("information_coefficient", rank_moments, correlation),
    ):
        parts = rows(point[:, columns], truth.outcomes[:, columns])
        for i, step in enumerate([*truth.shown, POOLED]):
            by_date = truth.sums_by_date(parts.mean(1) if step == POOLED else parts[:, i])
            figures = found[str(step)]
            figures[key] = _number(ratio(by_date.sum(0)))
            figures[f"{key}_interval"] = _interval(by_date, ratio, _span(step, truth), resamples)


def _interval(by_date: np.ndarray, ratio, span: int, resamples: int) -> list[float] | None:
    """95 % by drawing stretches of dates: neighbours share outcomes, so they are drawn together."""
    block = max(span, round(len(by_date) ** (1 / 3)))
    if len(by_date) < FEWEST_BLOCKS * block or _number(ratio(by_date.sum(0))) is None:
        return None
    sums = np.add.reduceat(by_date, np.arange(0, len(by_date), block), axis=0)
    low, high = bootstrap_interval(sums, lambda total: float(ratio(total)), resamples)
    return None if np.isnan(low + high) else [low, high]


def _direction(quantiles: np.ndarray, truth: Truth) -> dict:
    """The model's directions against the one direction that came true more often, known in hindsight: the hard bar."""
    columns = np.array(truth.shown) - 1
    outcomes = truth.outcomes[:, columns]
    mine = direction_counts(quantiles[:, columns, _middle(truth.levels)], outcomes)
    up = direction_counts(np.ones_like(outcomes), outcomes)
    found = {}
    for i, step in enumerate([*truth.shown, POOLED]):
        pick = (lambda rows: rows.mean(1)) if step == POOLED else (lambda rows, i=i: rows[:, i])
        hits, rises, moved = pick(mine[..., 0]), pick(up[..., 0]), pick(up[..., 1])
        share_up = _number(share_of_hits(np.array([rises.sum(), moved.sum()])))
        always = rises if share_up is None or share_up >= 0.5 else moved - rises
        # Misses are the loss; an outcome without a direction is nobody's.
        test = _test(truth.means_by_date(moved - hits), truth.means_by_date(moved - always), _span(step, truth))
        found[str(step)] = {"always_up": share_up, "always": "up" if always is rises else "down", **test}
    return found


def _test(model: np.ndarray, baseline: np.ndarray, span: int) -> dict:
    """Diebold-Mariano of (D,) losses; difference below 0 where the model loses less.

    Losses stay high or low together for longer than the outcomes overlap, when markets are turbulent for example. So
    the test is also made with autocovariances over the cube root of the dates, and the less certain of the two counts.
    """
    if len(model) <= span:
        return {"difference": float((model - baseline).mean()), "p_value": None, "statistic": None, "few": True}
    dates = np.arange(len(model))
    lags = round(len(model) ** (1 / 3))
    tests = [diebold_mariano(baseline, model, dates, span)]
    if lags >= span:
        tests.append(diebold_mariano(baseline, model, dates, span, lags))
    test = max(tests, key=lambda found: found.p_value)
    figures = {"difference": test.difference, "p_value": _number(test.p_value), "statistic": _number(test.statistic)}
    return {**figures, "few": len(model) < FEWEST_BLOCKS * span}


def _span(step: int | str, truth: Truth) -> int:
    """How many origins in a row share part of their outcomes."""
    return -(-(truth.horizon if step == POOLED else int(step)) // truth.stride)


def _middle(levels: Sequence[float]) -> int:
    return int(np.argmin(np.abs(np.asarray(levels) - 0.5)))


def _number(value) -> float | None:
    # JSON has no NaN.
    return float(value) if np.isfinite(value) else None
