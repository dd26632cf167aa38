"""What there is to say of a forecaster's run: for its report, and beside other runs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from rnnapps.digest import digest
from rnnapps.report import Contents, Example, Result, Table, save_examples
from rnnapps.series.forecast_metrics import pinball_loss
from rnnapps.series.reading import written

from .evaluation import MODEL, Evaluation
from .evaluation_report import methods_table
from .fan_chart import plot_fan
from .run_folder import RunFolder
from .verdict import headline, number, title

SHOWN, DRAWN_ROWS = 3, 60
CAPTIONS = {
    "forecast_*": "Forecast of what comes after the last row that the run saw.",
    "pinball": "Loss by lead time, in percent of the best baseline.",
    "coverage": "How often the outcome fell into each interval, by lead time.",
    "loss_difference": "The model's loss less the best baseline's, added up over the dates.",
    "equity*": "What the trading rule would have made of the forecasts.",
}


def run_contents(folder: RunFolder) -> Contents:
    """Of a run that has ended."""
    metrics = folder.read_metrics()
    test, data = metrics["test"], metrics["data"]
    header, rows = methods_table(test)
    pooled = test["methods"][test["model"]]["all"]
    begun = [str(data[name]).removesuffix("T00:00:00") for name in ("validation_start", "test_start")]
    sides, updates = data["windows"], metrics.get("updates", [])
    return Contents(
        kind="Forecaster",
        verdict=[*_verdict(test), *test["notes"]],
        scores=[
            Table(
                f"{test['origins']:,} forecasts of {test['series']:,} series, all lead times together",
                header,
                rows,
                note=f"Errors in {test['unit']}; lower is better. Shares should be those of their column.",
                strong=title(test["model"]),
            ),
            *_updates(updates, test["unit"]),
        ],
        data=[Table("Windows", ("", *sides), [["windows", *(f"{count:,}" for count in sides.values())]])],
        sources=[
            f"{data['name']}: {data['series']:,} series.",
            f"Validation forecasts rows from {begun[0]} on, the test from {begun[1]} on.",
            f"Licence: {data['licence']}",
        ],
        results={
            "pinball loss": Result(pooled["pinball"], "lower", digits=4),
            "MAE": Result(pooled["mae"], "lower", digits=4),
            **_outperformed(test),
            "parameters": Result(metrics["parameters"], "neither", digits=0),
        },
        scored_on=f"{test['origins']:,} forecasts, {test['horizon']} rows ahead, of {data['name']}",
        scored_data=metrics.get("scored_data"),
        later={
            one["version"]: f"went on training on rows up to {one['last']}; the report has how it did on them before"
            for one in updates
        },
        captions=CAPTIONS,
    )


def _verdict(test: dict) -> list[str]:
    if math.isnan(test["methods"][test["model"]]["all"]["pinball"]):
        return ["The pinball loss is not a number, so it cannot be compared with anything."]
    return headline(test, test["verdict"])


def _updates(updates: Sequence[dict], unit: str) -> list[Table]:
    """What forecasts of new rows were worth before an update learnt from them."""
    if not updates:
        return []
    shares = list(dict.fromkeys(name for one in updates for name in one if name.startswith("coverage_")))
    header = ["", "new rows", "up to", "forecasts", "pinball", "repeat last"]
    rows = []
    for one in updates:
        losses = [number(one[name]) if name in one else "-" for name in ("pinball", "repeat_last_pinball")]
        inside = [f"{100 * one[name]:.1f} %" if name in one else "-" for name in shares]
        row = [f"version {one['version']}", f"{one['rows']:,}", one["last"], f"{one.get('scored', 0):,}"]
        rows.append([*row, *losses, *inside])
    return [
        Table(
            "Updates: forecasts of the new rows, before they were learnt from",
            [*header, *(f"in {name.removeprefix('coverage_')} %" for name in shares)],
            rows,
            note=f"Losses in {unit if unit == 'percent' else 'units of the series'}; lower is better.",
        )
    ]


def scored_data(test: Evaluation) -> str:
    """The same for the same outcomes on the same dates, counted in the same unit and forecast at the same levels."""
    windows, truth = test.windows, test.truth
    return digest(
        [
            [windows.panel.names[k] for k in truth.series],
            windows.origin_times.astype("datetime64[s]").astype("int64"),
            windows.outcome_times.astype("datetime64[s]").astype("int64"),
            windows.last,
            windows.levels,
            [f"{unit:.6g} {truth.unit_name}" for unit in truth.units],  # to the digits that every machine computes
            truth.log,
            truth.levels,
        ]
    )


def save_example_forecasts(folder: RunFolder, evaluation: Evaluation) -> None:
    """Keeps the test forecasts that gained and lost most against the best baseline for the report, two as pictures."""
    truth, baseline = evaluation.truth, evaluation.best_baseline
    losses = {
        name: pinball_loss(evaluation.forecasts[name], truth.outcomes, truth.levels).mean(axis=(1, 2)) * truth.units
        for name in (MODEL, baseline)
        if name is not None
    }
    gains = losses.get(baseline, 0.0) - losses[MODEL]
    order = np.argsort(gains, kind="stable")
    groups = {}
    for group, rows in (("worst", order), ("best", order[::-1])):
        chosen = _of_different_dates(rows, truth.origin_times)
        groups[group] = [_example(evaluation, row, losses, baseline) for row in chosen]
        picture = f"plots/example_{group}.png"
        _draw(evaluation, chosen[0], folder.path / picture)
        groups[group][0] = Example(groups[group][0].score, groups[group][0].texts, picture=picture)
    save_examples(folder, **groups)


def _example(evaluation: Evaluation, row: int, losses: dict, baseline: str | None) -> Example:
    truth, windows = evaluation.truth, evaluation.windows
    low, middle, high = _levels(evaluation, row)[-1, [0, len(truth.levels) // 2, -1]]
    share = round(100 * (truth.levels[-1] - truth.levels[0]), 1)
    interval = f", {share:g} % between {number(low)} and {number(high)}" if share else ""
    score = f"pinball loss {losses[MODEL][row]:.3f}"
    if baseline is not None:
        score += f" against {losses[baseline][row]:.3f} of {title(baseline)}"
    return Example(
        score,
        {
            "series": windows.panel.names[truth.series[row]],
            "forecast on": written(truth.origin_times[row]),
            f"after {truth.horizon} rows": f"median {number(middle)}{interval}, from {number(truth.last[row])}",
            "came true": number(windows.levels[row, -1]),
        },
    )


def _levels(evaluation: Evaluation, row: int) -> np.ndarray:
    """(H, Q) what the model forecasts at one origin, as levels."""
    return evaluation.truth.levels_after(evaluation.forecasts[MODEL][[row]], [row])[0]


def _draw(evaluation: Evaluation, row: int, path) -> None:
    windows, truth = evaluation.windows, evaluation.truth
    origin = int(windows.rows[row])
    first = max(int(windows.panel.starts[truth.series[row]]), origin - DRAWN_ROWS)
    shown = slice(first, origin + 1)
    plot_fan(
        windows.panel.times[shown],
        windows.panel.levels[shown],
        windows.outcome_times[row],
        _levels(evaluation, row),
        truth.levels,
        path,
        f"{windows.panel.names[truth.series[row]]}: forecast on {written(truth.origin_times[row])}",
        "closing price" if windows.panel.is_bars else "value",
        outcomes=windows.levels[row],
    )


def _of_different_dates(rows: np.ndarray, times: np.ndarray) -> list[int]:
    """The first rows whose origins lie on different dates: one event moves many series."""
    chosen: dict = {}
    for row in rows:
        chosen.setdefault(times[row], int(row))
        if len(chosen) == SHOWN:
            break
    return list(chosen.values())


def _outperformed(test: dict) -> dict[str, Result]:
    found = test["verdict"]["distribution"]["all"]
    return (
        {}
        if found.get("change") is None
        else {"pinball against the best baseline": Result(found["change"], "lower", 1, " %")}
    )
