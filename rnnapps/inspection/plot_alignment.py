"""Attention between two short texts as a picture."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rnnapps.inspection.drawing import figure_and_axes, fonts, literal, save

CELL_INCHES = 0.34
LONGEST_SIDE_INCHES = 40.0


def plot_alignment(
    alignment,
    source_tokens: Sequence[str],
    target_tokens: Sequence[str],
    path: str | Path,
    title: str = "",
    source_name: str = "source",
    target_name: str = "target",
    caption: str = "",
) -> Path:
    """Draws attention as a heat map: one row per target token, one column per source token.

    Args:
        alignment: (T, S) weights in [0, 1].
        source_tokens: S labels, along the top, in reading order.
        target_tokens: T labels, down the side.
        path: PNG, PDF or SVG file to write.
        title: text above the map; its lines stay lines.
        source_name: what the columns are.
        target_name: what the rows are.
        caption: text below the map: how to read it.

    Returns:
        `path`.
    Raises:
        ValueError: the labels do not fit the alignment.
    """
    alignment = np.asarray(alignment, np.float32)
    expected = (len(target_tokens), len(source_tokens))
    if alignment.shape != expected:
        raise ValueError(f"alignment is {alignment.shape}, but there are (target, source) = {expected} tokens")
    rows, columns = (max(size, 1) for size in expected)
    # Every token keeps a cell wide enough for its label; beyond the longest side the picture would not open.
    cell = min(CELL_INCHES, LONGEST_SIDE_INCHES / max(rows, columns))
    width = columns * cell + 2.4
    with fonts():
        figure, axes = figure_and_axes((width, rows * cell + 2.0))
        _draw_alignment(figure, axes, alignment, source_tokens, target_tokens, 10 * cell / CELL_INCHES)
        axes.set_xlabel(f"{source_name} →", fontsize=9, color="0.35")
        axes.xaxis.set_label_position("top")
        axes.set_ylabel(f"← {target_name}", fontsize=9, color="0.35")
        fill = lambda text, width: "\n".join(textwrap.fill(literal(line), int(width)) for line in text.split("\n"))
        if title:
            figure.suptitle(fill(title, width * 12), fontsize=10)
        if caption:
            figure.supxlabel(fill(caption, width * 14), fontsize=8, color="0.35")
        return save(figure, path)


def _draw_alignment(figure, axes, alignment, source_tokens, target_tokens, label_size: float) -> None:
    image = axes.imshow(alignment, cmap="Blues", vmin=0.0, vmax=1.0, aspect="equal", interpolation="nearest")
    slanted = {"rotation": 60, "ha": "left", "rotation_mode": "anchor"}
    axes.set_xticks(range(len(source_tokens)), map(literal, source_tokens), fontsize=label_size, **slanted)
    axes.set_yticks(range(len(target_tokens)), map(literal, target_tokens), fontsize=label_size)
    axes.xaxis.tick_top()
    axes.set_xticks(np.arange(-0.5, len(source_tokens)), minor=True)
    axes.set_yticks(np.arange(-0.5, len(target_tokens)), minor=True)
    axes.grid(which="minor", color="0.88", linewidth=0.5)
    axes.tick_params(which="both", length=0)
    bar = figure.colorbar(image, ax=axes, shrink=0.8, fraction=0.04, pad=0.02)
    bar.set_label("attention (1 = all of it)", fontsize=9)
