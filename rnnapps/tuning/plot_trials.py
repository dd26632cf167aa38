"""Trials as lines across one axis for each option: which values went with good results."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.inspection.drawing import drawn
from rnnapps.search_space import Choice, Values
from rnnapps.tuning.space import Space
from rnnapps.tuning.trial_rows import TrialRow, told
from rnnapps.tuning.tunable import Objective

BEST, START = "#c2410c", "#111111"
MOST_MARKS = 8  # along an axis


def plot_trials(
    rows: Sequence[TrialRow], space: Space, objective: Objective, path: str | Path, best: str, start: str | None
) -> Path:
    """Draws the trials that have a value in parallel coordinates (Inselberg 1985).

    Args:
        rows: of the search.
        space: of the search.
        objective: on the last axis, the better the higher.
        path: file to write.
        best: name of the trial to stress.
        start: name of the trial that the search started from; None where it could not be trained.
    Returns:
        `path`.
    """
    from matplotlib import colormaps

    rows = [row for row in rows if row.value is not None]
    scales = [_scale(space.values[name]) for name in space.values]
    values = np.array([row.value for row in rows])
    low, high = _spread(values)
    flip = objective.direction == "min"
    last = lambda value: (high - value) / (high - low) if flip else (value - low) / (high - low)
    heights = np.array(
        [
            [*(scale(row.values[name]) for name, scale in zip(space.values, scales, strict=True)), last(row.value)]
            for row in rows
        ]
    )
    # Its upper end is a yellow that white hardly shows.
    colours = lambda height: colormaps["viridis"](0.85 * height)
    width = max(6.5, 1.5 * (len(space.values) + 1) + 1)
    with drawn(path, (width, 5.0)) as axes:
        places = np.arange(heights.shape[1])
        for row, line in sorted(zip(rows, heights, strict=True), key=lambda both: both[1][-1]):
            style = {"color": colours(line[-1]), "lw": 1.6, "alpha": 0.85, "zorder": 2}
            if row.state in ("paused", "pruned"):
                style |= {"lw": 1.0, "alpha": 0.6, "ls": ":"}
            if row.name == start:
                style |= {"color": START, "lw": 2.2, "ls": "--", "alpha": 1, "zorder": 4, "label": "start"}
            if row.name == best:
                style |= {"color": BEST, "lw": 3.0, "ls": "-", "alpha": 1, "zorder": 5, "label": "best"}
                style["label"] = "best" if best != start else "best, which is the start"
            axes.plot(places, line, **style)
        if any(row.state in ("paused", "pruned") for row in rows):
            axes.plot([], [], color="0.4", lw=1.0, ls=":", label="ended early")
        for place, (name, options) in enumerate(space.values.items()):
            _draw_axis(axes, place, name.replace(".", ".\n"), _ticks(options, scales[place]))
        marks = [(last(value), f"{value:.4g}") for value in np.linspace(low, high, 5)]
        _draw_axis(axes, len(space.values), objective.told, marks, bold=True)
        axes.set_xlim(-0.25, len(space.values) + 0.55)
        axes.set_ylim(-0.07, 1.04)
        axes.set_axis_off()
        good = "lower" if flip else "higher"
        title = f"{len(rows)} configurations: up is better on the last axis ({good} values)"
        axes.set_title(title, fontsize=10, y=1.13)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0.02), ncols=3, frameon=False, fontsize=9)
    return Path(path)


def _draw_axis(axes, place: int, title: str, marks: Sequence[tuple[float, str]], bold: bool = False) -> None:
    axes.plot([place, place], [0, 1], color="0.25", lw=1.2, zorder=3)
    weight = "bold" if bold else "normal"
    axes.text(place, 1.04, title, ha="center", va="bottom", fontsize=8.5, weight=weight)
    for height, label in marks:
        axes.plot([place, place + 0.03], [height, height], color="0.25", lw=1.0, zorder=3)
        box = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.6}
        axes.text(place + 0.05, height, label, ha="left", va="center", fontsize=7.5, zorder=6, bbox=box)


def _scale(options: Values) -> Callable[[Any], float]:
    """From a value to its height on the axis, 0 to 1."""
    if isinstance(options, Choice):
        return lambda value: options.among.index(value) / (len(options.among) - 1)
    low, high = options.low, options.high
    if options.log:
        return lambda value: math.log(value / low) / math.log(high / low)
    return lambda value: (value - low) / (high - low)


def _ticks(options: Values, scale: Callable[[Any], float]) -> list[tuple[float, str]]:
    if isinstance(options, Choice):
        return [(scale(value), told(value)) for value in options.among]
    low, high = options.low, options.high
    if options.step is not None:
        count = math.log(high / low, options.step) if options.log else (high - low) / options.step
        count = int(count + 1e-6)
        steps = np.unique(np.linspace(0, count, count + 1 if count < MOST_MARKS else 5).round())
        spaced = low * options.step**steps if options.log else low + options.step * steps
    else:
        spaced = _round_numbers(low, high) if options.log else np.linspace(low, high, 5)
    if options.whole:
        spaced = sorted({round(value) for value in spaced})
    return [(scale(value), f"{value:.3g}") for value in spaced]


def _round_numbers(low: float, high: float) -> list[float]:
    """Both ends and what is round between them, as it is spaced on a logarithmic axis."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)))
    for factors in ((1, 2, 5), (1,)):
        between = [float(f"{factor}e{power}") for power in powers for factor in factors]
        # What is nearer to an end than its label is high would be written over it.
        apart = [value for value in between if value / low > (high / low) ** 0.06 < high / value]
        if len(apart) <= MOST_MARKS:
            break
    return [low, *apart, high]


def _spread(values: np.ndarray) -> tuple[float, float]:
    """The ends of the objective's axis."""
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)
