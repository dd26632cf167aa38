"""Pictures of an evaluation: losses and coverage by lead time, and where in time the difference arose."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .evaluation import MODEL, RAW, Evaluation
from .verdict import title

# Distinct also where colours are not: the network is thick and black, the baselines differ in their marks.
COLOURS = ("#1f77b4", "#d95f02", "#2ca02c", "#9467bd", "#8c564b", "#17becf")
# Percent of the best baseline; what loses more would press the others together.
HIGHEST = 112
MARKS = ("o", "s", "^", "v", "D", "P")


def plot_evaluation(evaluation: Evaluation, folder: Path) -> list[Path]:
    """Writes pinball.png, coverage.png (where there are intervals) and loss_difference.png; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    plots = [_losses(evaluation, folder / "pinball.png")]
    if any(key.startswith("coverage_") for key in evaluation.figures["methods"][MODEL]["all"]):
        plots.append(_coverage(evaluation, folder / "coverage.png"))
    if evaluation.best_baseline is not None:
        plots.append(_difference(evaluation, folder / "loss_difference.png"))
    return plots


def _losses(evaluation: Evaluation, path: Path) -> Path:
    figure, axes = _figure()
    figures = evaluation.figures
    ahead = np.arange(1, figures["horizon"] + 1)

    def pinball(name):
        return np.array([figures["methods"][name][str(h)]["pinball"] for h in ahead])

    # Losses grow with the lead time by far more than methods differ, so they are shown beside a common measure.
    measure = evaluation.best_baseline or MODEL
    lines = {name: 100 * pinball(name) / pinball(measure) for name in figures["methods"]}
    top = max(HIGHEST, *(1.02 * lines[name].max() for name in (MODEL, measure)))
    dense = len(ahead) > 40
    for number, name in enumerate(figures["baselines"]):
        hidden = " (above)" if lines[name].min() > top else " (partly above)" if lines[name].max() > top else ""
        axes.plot(
            ahead,
            lines[name],
            color=COLOURS[number % len(COLOURS)],
            marker=None if dense else MARKS[number % len(MARKS)],
            markersize=4,
            linewidth=1,
            label=title(name) + hidden,
        )
    for name, style in ((RAW, {"color": "0.55", "linestyle": "--"}), (MODEL, {"color": "black", "linewidth": 2.2})):
        if name in lines:
            axes.plot(ahead, lines[name], marker=None if dense else ".", label=name, **style)
    axes.set_ylim(min(line.min() for line in lines.values()) - 1, min(top, max(x.max() for x in lines.values()) + 1))
    axes.set_ylabel(f"pinball loss, percent of {title(measure)}")
    axes.set_title("Loss by lead time: lower is better", fontsize=10)
    return _saved(figure, axes, path, ahead)


def _coverage(evaluation: Evaluation, path: Path) -> Path:
    figure, axes = _figure()
    figures = evaluation.figures
    ahead = np.arange(1, figures["horizon"] + 1)
    shares = [key.partition("_")[2] for key in figures["methods"][MODEL]["all"] if key.startswith("coverage_")]
    style = {"marker": "o", "markersize": 4} if len(ahead) <= 40 else {}
    lowest = 100.0
    for number, share in enumerate(shares):
        colour = COLOURS[number]
        axes.axhline(float(share), color=colour, linewidth=0.8, linestyle=":")
        for name, line in ((MODEL, "-"), (RAW, "--")):
            if name in figures["methods"]:
                covered = [100 * figures["methods"][name][str(h)][f"coverage_{share}"] for h in ahead]
                kind = "calibrated" if name == MODEL and RAW in figures["methods"] else "uncalibrated"
                lowest = min(lowest, *covered)
                axes.plot(ahead, covered, color=colour, linestyle=line, label=f"{share} % interval, {kind}", **style)
    axes.set_ylim(max(0, lowest - 8), 100)
    axes.set_ylabel("outcomes inside, percent")
    axes.set_title("Coverage by lead time: each line should lie on its dotted one", fontsize=10)
    return _saved(figure, axes, path, ahead)


def _difference(evaluation: Evaluation, path: Path) -> Path:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    figure, axes = _figure()
    best = evaluation.best_baseline
    lost = np.cumsum(evaluation.loss_by_date(MODEL) - evaluation.loss_by_date(best))
    dates = evaluation.truth.dates
    axes.axhline(0, color="0.6", linewidth=0.8)
    axes.plot(dates, lost, color="black", linewidth=1.4)
    axes.fill_between(dates, 0, lost, where=lost <= 0, color=COLOURS[2], alpha=0.25, linewidth=0)
    axes.fill_between(dates, 0, lost, where=lost > 0, color=COLOURS[1], alpha=0.25, linewidth=0)
    locator = AutoDateLocator(minticks=4, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.set_ylabel(f"sum of pinball losses, {evaluation.figures['unit'].partition(' of ')[0]}")
    axes.set_title(
        f"Model less {title(best)}, added up over the dates: falling, the model is better; rising, worse", fontsize=10
    )
    return _saved(figure, axes, path, None)


def _figure():
    # Figure rather than pyplot: nothing global, no window.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 4.8), layout="constrained")
    return figure, figure.subplots()


def _saved(figure, axes, path: Path, ahead) -> Path:
    axes.margins(x=0.02)
    axes.grid(color="0.92", linewidth=0.7)
    axes.set_axisbelow(True)
    if ahead is not None:
        axes.set_xlabel("rows ahead")
        if len(ahead) <= 12:
            axes.set_xticks(ahead)
        figure.legend(frameon=False, fontsize=8, ncols=4, loc="outside lower center")
    figure.savefig(path, dpi=130)
    return path
