"""Numbers over two labelled axes, as a picture and as arrays."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnapps.inspection.drawing import figure_and_axes, fonts, literal, save

WIDEST, TALLEST, NARROWEST = 11.0, 30.0, 4.0  # a picture that is wider than a screen is shown with smaller letters
WIDEST_OF_WORDS = 16.0  # yet none of them is left out before
SHORT = 24  # columns of maps that have room side by side
BESIDE = 1.8  # inches for labels, colours and their numbers
COLUMN, CLOSE_COLUMN, ROW = 0.26, 0.17, 0.22  # inches
CHARACTER = 0.09  # inches of a letter in a tick label
FEWEST_INCHES = 1.2  # of a panel
TICK_INCHES = 0.16  # what a tick label takes of its axis
SPACED_INCHES = 0.4  # and where not every step has one
SLANTED = {"rotation": 60, "ha": "right", "rotation_mode": "anchor"}


@dataclass(frozen=True)
class LabelledMap:
    """A matrix and what its rows, columns and numbers are.

    Fields:
        name: of the numbers, for the array and above the map: "forget gate".
        values: (R, C).
        rows: R labels, from the top.
        columns: C labels.
        row_name, column_name: what rows and columns are.
        unit: what a number is, beside the colours: "share of attention".
        limits: numbers of the palest and darkest colour; None takes the values' own, symmetric where `signed`.
        signed: blue is below 0 and red above it; else darker is more.
        about: a line under the name: how to read it.
        height: inches, where rows are many and need no label each; by default every row has room for its label.
    """

    name: str
    values: np.ndarray
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    row_name: str
    column_name: str
    unit: str
    limits: tuple[float, float] | None = None
    signed: bool = False
    about: str = ""
    height: float | None = None

    @property
    def inches(self) -> float:
        """Height of the panel."""
        return self.height or max(FEWEST_INCHES, ROW * len(self.rows))

    def __post_init__(self):
        shape = np.shape(self.values)
        if shape != (len(self.rows), len(self.columns)):
            raise ValueError(f"{self.name}: values are {shape}, labels {(len(self.rows), len(self.columns))}")


def save_maps(
    maps: Sequence[LabelledMap],
    path: str | Path,
    title: str = "",
    caption: str = "",
    arrays: Mapping[str, np.ndarray] | None = None,
) -> list[Path]:
    """Draws maps below each other and writes their numbers to an .npz file beside the picture.

    Columns of several maps lie under each other where they have the same labels. Axes with more labels than fit show
    some of them. The arrays are those of `map_arrays`.

    Args:
        maps: one or more.
        path: PNG, PDF or SVG file.
        title: above all of them.
        caption: below: how to read it.
        arrays: more to write; one with the name of a map's takes its place.
    Returns:
        paths of the picture and the arrays.
    Raises:
        ValueError: no map.
    """
    if not maps:
        raise ValueError("maps: nothing to draw")
    path = Path(path)
    across = 2 if len(maps) > 2 and max(len(one.columns) for one in maps) <= SHORT else 1
    left = max(len(label) for one in maps for label in one.rows) * CHARACTER
    widest = (WIDEST if all(_is_scale(one) for one in maps) else WIDEST_OF_WORDS) / across
    columns = max(len(one.columns) for one in maps)
    wanted = max(min(columns, SHORT) * COLUMN, columns * CLOSE_COLUMN)
    inner = float(np.clip(wanted, NARROWEST, widest - left - BESIDE))
    down = -(-len(maps) // across)
    heights = [max(one.inches for one in maps[start : start + across]) for start in range(0, len(maps), across)]
    scale = min(1.0, TALLEST / sum(heights))
    slanted = max(0.2 if _is_level(one, inner) else _longest(one) * CHARACTER * 0.9 for one in maps)
    width, total = across * (inner + left + BESIDE), scale * sum(heights) + down * (slanted + 0.8) + 0.9
    with fonts():
        figure, grid = figure_and_axes((width, total), down, across, squeeze=False, height_ratios=heights)
        for axes in grid.ravel()[len(maps) :]:
            axes.set_axis_off()
        for number, (one, axes) in enumerate(zip(maps, grid.ravel(), strict=False)):
            _draw(figure, axes, one, inner, scale * heights[number // across])
        fill = lambda text, letters: "\n".join(textwrap.fill(literal(line), letters) for line in text.split("\n"))
        if title:
            figure.suptitle(fill(title, int(width * 11)), fontsize=11)
        if caption:
            figure.supxlabel(fill(caption, int(width * 13)), fontsize=8.5, color="0.3")
        save(figure, path)
    numbers = path.with_suffix(".npz")
    np.savez(numbers, **(map_arrays(maps) | dict(arrays or {})))
    return [path, numbers]


def map_arrays(maps: Sequence[LabelledMap]) -> dict[str, np.ndarray]:
    """`<name>`, `<name>_rows` and `<name>_columns` of each map, with "_" for spaces: numbers and labels."""
    arrays = {}
    for one in maps:
        name = re.sub(r"\W+", "_", one.name).strip("_")
        arrays |= {name: one.values, f"{name}_rows": np.array(one.rows), f"{name}_columns": np.array(one.columns)}
    return arrays


def _draw(figure, axes, one: LabelledMap, width: float, height: float) -> None:
    values = np.asarray(one.values, "float64")
    low, high = one.limits or _limits(values, one.signed)
    axes.set_facecolor("0.85")  # where there is no number
    image = axes.imshow(
        values,
        cmap="RdBu_r" if one.signed else "Blues",
        vmin=low,
        vmax=high,
        aspect="auto",
        interpolation="nearest",
    )
    for count, labels, inches, set_ticks, options in (
        (len(one.columns), one.columns, width, axes.set_xticks, {} if _is_level(one, width) else SLANTED),
        (len(one.rows), one.rows, height, axes.set_yticks, {}),
    ):
        shown = _some(count, inches)
        set_ticks(shown, [literal(labels[index]) for index in shown], fontsize=8, **options)
    axes.tick_params(length=2)
    axes.set_xlabel(f"{one.column_name} →", fontsize=8.5, color="0.3")
    axes.set_ylabel(one.row_name, fontsize=8.5, color="0.3")
    about = f"\n{one.about}" if one.about else ""
    axes.set_title(literal(one.name + about), fontsize=9, loc="left")
    bar = figure.colorbar(image, ax=axes, fraction=0.05, pad=0.01)
    bar.set_label(one.unit, fontsize=8)
    bar.ax.tick_params(labelsize=7)


def _longest(one: LabelledMap) -> int:
    return max(map(len, one.columns), default=0)


def _is_scale(one: LabelledMap) -> bool:
    """Whether some of the labels of the columns tell the others: numbers and dates."""
    return all(label[:1] in "+-0123456789" for label in one.columns)


def _is_level(one: LabelledMap, inches: float) -> bool:
    """Whether the labels of the columns have room beside each other."""
    return _longest(one) * CHARACTER * len(_some(len(one.columns), inches)) <= inches


def _limits(values: np.ndarray, signed: bool) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 1.0
    if signed:
        reach = float(np.abs(known).max()) or 1.0
        return -reach, reach
    low, high = float(known.min()), float(known.max())
    return low, high if high > low else low + 1.0


def _some(count: int, inches: float) -> list[int]:
    """All places, or where labels would overlap every 2nd, 5th, 10th, 20th ... of them."""
    if count * TICK_INCHES <= inches:
        return list(range(count))
    steps = (factor * 10**power for power in range(9) for factor in (1, 2, 5))
    step = next(step for step in steps if count / step * SPACED_INCHES <= inches)
    return list(range(0, count, step))
