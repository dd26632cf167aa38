"""Scoring a run beside baselines: figures, pictures, and a verdict in words."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from rnnapps.command_line import BadInput, reading_input
from rnnapps.config_checks import names_listed

from .run_folder import RunFolder

if TYPE_CHECKING:
    from .scored_side import ScoredSide

SPREAD = ("pinball", "crps", "mae", "rmse", "mase", "direction", "information_coefficient")


def evaluate(
    run: str,
    /,
    *,
    data: str | None = None,
    tickers: str | None = None,
    side: Literal["test", "validation"] = "test",
    start: str | None = None,
    end: str | None = None,
    methods: str | None = None,
    refit_every: int | None = None,
    seeds: str | None = None,
    output: str | None = None,
    plots: str | None = None,
) -> dict:
    """Scores a run's calibrated forecasts beside baselines on rows it has not learnt from; ends with a verdict.

    The first lines say whether the run is better than the best baseline, no better, or worse. Written are a table, all
    figures as JSON, and plots of loss and coverage by lead time and of the difference over time.

    Args:
        run: path or name of a run.
        data: file or folder of other rows than the run's own, such as newer years; only rows after the run's
            validation side are scored.
        tickers: series to score, with commas between. Default: all.
        side: which side of the run's own data.
        start: first date of an outcome that is scored.
        end: date that no outcome reaches.
        methods: baselines, with commas between: repeat_last, drift, seasonal_naive, linear, ewma_simulation, and garch
            where arch is installed, which is slow. Default: all but garch.
        refit_every: dates after which the baselines are fitted again and the network goes on training, on what is
            known by then. Default: everything is fitted once, before the first forecast.
        seeds: other runs that differ from this one in their seed, with commas between, or a number of further seeds to
            train now; adds mean and standard deviation of each figure.
        output: JSON file to write. Default: figures.json in the folder `evaluation` of the run.
        plots: folder for the plots; none draws none. Default: the folder `evaluation` of the run.
    """
    with reading_input():
        _check(refit_every, output)
        # Only now, so that a mistake on the command line is told without waiting for TensorFlow.
        from .evaluation import METHODS, evaluate_forecaster
        from .evaluation_report import full_report, seeds_report
        from .rolling_origins import baselines
        from .scored_side import folder_for, scored_side

        chosen = names_listed("--methods", methods) or METHODS
        baselines(chosen, (0.5,), 1)
        others = _other_seeds(run, seeds)
        wanted = names_listed("--tickers", tickers) or None
        scored = [scored_side(name, data, wanted, side, start, end) for name in (run, *others)]
        judged = scored[0]
        _check_alike(judged, scored[1:])
        evaluations = [
            evaluate_forecaster(
                one.model,
                one.config.forecast,
                one.windows,
                one.earlier,
                one.known,
                one.training_end,
                chosen,
                refit_every,
                None if refit_every is None else one.going_on(),
            )
            for one in scored
        ]
    figures = {"run": str(judged.folder.path), "data": judged.name} | evaluations[0].figures
    figures["notes"] = [*judged.notes, *figures["notes"]]
    print(f"{judged.folder.path.name}: {judged.name}\n{full_report(figures)}")
    if others:
        figures["seeds"] = spread_over([run, *others], [found.figures for found in evaluations])
        print(f"\n{seeds_report(figures['seeds'])}")
    place = folder_for(judged, "evaluation", data, side)
    _write(Path(output) if output else place / "figures.json", figures)
    if plots != "none":
        _plot(evaluations[0], Path(plots) if plots else place)
    return figures


def spread_over(runs: list[str], figures: list[dict]) -> dict:
    """Mean and standard deviation (n - 1) of the model's figures over runs, and each run's verdict."""
    found = {}
    pooled = [one["methods"][one["model"]]["all"] for one in figures]
    for name in (*SPREAD, *(key for key in pooled[0] if key.startswith(("coverage", "width")))):
        values = [one[name] for one in pooled]
        if None not in values:
            found[name] = {"mean": float(np.mean(values)), "deviation": float(np.std(values, ddof=1))}
    each = [
        {
            "run": Path(run).name,
            "pinball": one["pinball"],
            "mae": one["mae"],
            "distribution": full["verdict"]["distribution"]["all"]["verdict"],
            "point": full["verdict"]["point"]["all"]["verdict"],
        }
        for run, one, full in zip(runs, pooled, figures, strict=True)
    ]
    return {"figures": found, "runs": each}


def _check(refit_every: int | None, output: str | None) -> None:
    if refit_every is not None and refit_every < 1:
        raise ValueError(f"--refit_every must be at least 1, is {refit_every}")
    if output is not None and Path(output).is_dir():
        raise ValueError(f"--output {output}: is a directory; give the name of a file")


def _other_seeds(run: str, seeds: str | None) -> list[str]:
    """Names of the runs of other seeds; trains those that a number asks for and that are not there yet."""
    names = names_listed("--seeds", seeds)
    if len(names) != 1 or not names[0].isdigit():
        paths = [RunFolder.locate(name).resolve() for name in (run, *names)]
        if len(set(paths)) < len(paths):
            raise ValueError(f"--seeds {seeds}: names {run} or another run twice")
        return list(names)
    from .further_seeds import train_further_seeds

    return train_further_seeds(run, int(names[0]))


def _check_alike(judged: ScoredSide, others: Sequence[ScoredSide]) -> None:
    """Runs whose figures have a common mean: the same forecasts, by networks that differ in their seed alone."""
    for other in others:
        if (
            other.config.forecast != judged.config.forecast
            or other.config.model != judged.config.model
            or not np.array_equal(other.windows.outcomes, judged.windows.outcomes)
        ):
            raise ValueError(
                f"--seeds: {other.folder.path} differs from {judged.folder.path} in more than its seed; give runs "
                "of the same data, model and forecast options"
            )


def _write(path: Path, figures: dict) -> None:
    from rnnapps.training import write_atomically

    text = json.dumps(figures, indent=2, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, lambda file: file.write(text.encode("utf-8")))
    except OSError as error:
        raise BadInput(str(error)) from error
    print(f"\nfigures: {path}")


def _plot(evaluation, folder: Path) -> None:
    from .evaluation_plots import plot_evaluation

    try:
        paths = plot_evaluation(evaluation, folder)
    except OSError as error:
        raise BadInput(str(error)) from error
    print(f"plots:   {', '.join(str(path) for path in paths)}", file=sys.stderr)
