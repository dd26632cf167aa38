"""How a training went, as a picture."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from rnnapps.inspection.drawing import figure_and_axes, fonts, save


def plot_history(history: str | Path, path: str | Path) -> Path:
    """Draws the columns of a history CSV over epochs: one panel per metric, training and validation together.

    Args:
        history: CSV with an `epoch` column and columns `name` and `val_name`, such as `loss` and `val_loss`.
        path: file to write.

    Returns:
        `path`.
    """
    with Path(history).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise ValueError(f"{history} holds no epoch")
    names = [name for name in rows[0] if name not in ("epoch", "seconds")]
    panels = list(dict.fromkeys(name.removeprefix("val_") for name in names))
    panels.sort(key="learning_rate".__eq__)  # last: what it did is of more interest
    width = 2 if len(panels) in (2, 4) else min(3, len(panels))
    height = -(-len(panels) // width)
    with fonts():
        figure, grid = figure_and_axes((4.2 * width, 3.0 * height), height, width)
        for axes in np.ravel(grid)[len(panels) :]:
            axes.set_axis_off()
        for axes, panel in zip(np.ravel(grid), panels, strict=False):
            _draw_curves(axes, rows, panel)
        return save(figure, path)


def _draw_curves(axes, rows: list[dict[str, str]], panel: str) -> None:
    for name, label, colour in ((panel, "training", "C0"), (f"val_{panel}", "validation", "C1")):
        points = [(float(row["epoch"]), float(row[name])) for row in rows if row.get(name)]
        if points:
            axes.plot(*zip(*points, strict=True), marker=".", label=label, color=colour)
    axes.set_title(panel.replace("_", " "), fontsize=10)
    axes.set_xlabel("epoch")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(color="0.9")
    if any(f"val_{panel}" in row for row in rows):
        axes.legend(frameon=False, fontsize=8)
