"""A picture of what is heard for what."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rnnapps.inspection import drawn

from .confusion import NOTHING, Confusion

MOST = 40  # symbols; more would not be readable


def plot_confusion(confusion: Confusion, path: str | Path, what: str = "character") -> Path:
    """Rows said, columns heard: the percent of each row's symbol that became the column's, errors in red.

    Args:
        confusion: of characters or labels.
        path: file to write.
        what: a unit's name.
    """
    symbols, table = confusion.matrix(MOST)
    said = np.array([max(1, confusion.said[symbol]) for symbol in symbols])
    share = 100 * table / said[:, None]
    right = np.eye(len(symbols), dtype=bool)
    # What was not said is a share of nothing: its row has counts, in a colour of its own.
    nothing = np.array([symbol == NOTHING for symbol in symbols])
    shade = np.where(nothing[:, None], 100 * table / max(1, confusion.said.total() - confusion.said[NOTHING]), share)
    side = max(4.5, 0.36 * len(symbols) + 2.0)
    with drawn(path, (side, side)) as axes:
        errors = np.ma.masked_where(right, shade)
        axes.imshow(errors, cmap="Reds", vmin=0, vmax=max(5.0, errors.max() or 0))
        axes.imshow(np.ma.masked_where(~right, share), cmap="Greys", vmin=0, vmax=400)
        for row, column in zip(*np.nonzero(table), strict=True):
            text = f"{table[row, column]:,}" if nothing[row] else _percent(share[row, column])
            dark = not right[row, column] and shade[row, column] > 0.6 * max(5.0, errors.max())
            axes.text(column, row, text, ha="center", va="center", fontsize=7, color="white" if dark else "black")
        names = [_name(symbol) for symbol in symbols]
        axes.set_xticks(range(len(symbols)), [*names[:-1], "not heard"] if nothing.any() else names, fontsize=8)
        axes.set_yticks(range(len(symbols)), [*names[:-1], "not said"] if nothing.any() else names, fontsize=8)
        for label in axes.get_xticklabels():
            label.set_rotation(90 if len(label.get_text()) > 2 else 0)
        axes.set_xlabel(f"{what} heard")
        axes.set_ylabel(f"{what} said")
        last = "; last row: times" if nothing.any() else ""
        axes.set_title(f"Percent of each {what} said,\nby what was heard{last}", fontsize=10)
    return Path(path)


def _percent(share: float) -> str:
    return "<1" if share < 0.5 else f"{share:.0f}"


def _name(symbol: str) -> str:
    return "space" if symbol == " " else symbol
