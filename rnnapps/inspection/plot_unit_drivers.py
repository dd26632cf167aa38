"""The inputs that drive hidden units most, as strips of text coloured by the unit."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rnnapps.inspection.drawing import figure_and_axes, fonts, literal, save
from rnnapps.inspection.unit_drivers import Unit

CHARACTER, LEAST_CELL, STRIP = 0.085, 0.3, 0.3  # inches
LONGEST_TITLE = 28  # letters
CAPTION = (
    "Each strip is a stretch of the example named beside it; above the mark stands the step that drives the unit "
    "furthest. Red: the unit is above 0 there, blue: below. What the strips of a unit have in common is what it stands "
    "for."
)


def save_unit_drivers(units: Sequence[Unit], path: str | Path, title: str = "", about: str = "") -> list[Path]:
    """Draws a block of strips for each unit, and writes the numbers to an .npz file beside the picture.

    The arrays are `units` (N,), `means`, `deviations` and `selectivity` (N,), `values` (N, K) of the drivers,
    `activations` (N, K, W), NaN beyond the ends of an example, `labels` (N, K, W) and `titles` (N, K).

    Args:
        units: N, each with up to K drivers.
        path: PNG, PDF or SVG file.
        title: above.
        about: more of it, after the caption.
    Returns:
        paths of the picture and the arrays.
    Raises:
        ValueError: no unit.
    """
    if not units:
        raise ValueError("units: nothing to draw")
    path = Path(path)
    before = max(driver.step for unit in units for driver in unit.drivers)
    after = max(len(driver.activations) - driver.step - 1 for unit in units for driver in unit.drivers)
    lines = [label.split("\n") for unit in units for driver in unit.drivers for label in driver.labels]
    longest, strip = max(len(line) for of_one in lines for line in of_one), STRIP * max(1, 0.7 * max(map(len, lines)))
    width = 1 + before + after
    cell = max(LEAST_CELL, CHARACTER * (longest + 1))
    blocks = [_strips(unit, before, width) for unit in units]
    reach = max(float(np.nanmax(np.abs(values))) for values, _ in blocks) or 1.0
    rows = max(len(unit.drivers) for unit in units)
    beside = CHARACTER * max(len(_short(driver.title)) for unit in units for driver in unit.drivers)
    with fonts():
        size = (max(7.0, cell * width + beside + 1.2), len(units) * (strip * rows + 0.55) + 1.2)
        figure, axes = figure_and_axes(size, len(units), 1, squeeze=False)
        for unit, (values, labels), place in zip(units, blocks, axes[:, 0], strict=True):
            image = place.imshow(values, cmap="RdBu_r", vmin=-reach, vmax=reach, aspect="auto")
            for (row, column), label in np.ndenumerate(labels):
                if label:
                    dark = abs(values[row, column]) > 0.6 * reach
                    place.text(
                        column, row, literal(label), ha="center", va="center", fontsize=8, color="w" if dark else "k"
                    )
            place.set_xticks([before], ["▲"])
            titles = [literal(_short(driver.title)) for driver in unit.drivers]
            place.set_yticks(range(len(titles)), titles, fontsize=8, color="0.3")
            place.tick_params(length=0)
            for side in place.spines.values():
                side.set_visible(False)
            place.set_title(_told(unit), fontsize=9, loc="left")
        bar = figure.colorbar(image, ax=axes[:, 0], fraction=0.03, pad=0.01, aspect=30)
        bar.set_label("activation of the unit", fontsize=8)
        if title:
            figure.suptitle(textwrap.fill(literal(title), int(size[0] * 11)), fontsize=11)
        figure.supxlabel(textwrap.fill(f"{CAPTION} {about}".strip(), int(size[0] * 13)), fontsize=8.5, color="0.3")
        save(figure, path)
    arrays = path.with_suffix(".npz")
    np.savez(
        arrays,
        units=[unit.number for unit in units],
        means=[unit.mean for unit in units],
        deviations=[unit.deviation for unit in units],
        selectivity=[unit.selectivity for unit in units],
        values=_padded([[driver.value for driver in unit.drivers] for unit in units], rows, np.nan),
        activations=_padded([values for values, _ in blocks], rows, np.full(width, np.nan)),
        labels=_padded([labels for _, labels in blocks], rows, np.full(width, "")),
        titles=_padded([[driver.title for driver in unit.drivers] for unit in units], rows, ""),
    )
    return [path, arrays]


def _short(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].rstrip()}…"


def _told(unit: Unit) -> str:
    side = "highest" if unit.sign > 0 else "lowest"
    return (
        f"unit {unit.number}: {side} here, {unit.selectivity:.1f} standard deviations from its mean of {unit.mean:+.2f}"
    )


def _strips(unit: Unit, before: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """(K, W) activations, NaN beyond an example's ends, and labels, the driver in column `before`."""
    values = np.full((len(unit.drivers), width), np.nan)
    labels = np.full(values.shape, "", dtype=object)
    for row, driver in enumerate(unit.drivers):
        start = before - driver.step
        stop = start + len(driver.activations)
        values[row, start:stop], labels[row, start:stop] = driver.activations, driver.labels
    return values, labels


def _padded(rows: Sequence, count: int, empty) -> np.ndarray:
    """Units with fewer drivers than others are filled up."""
    full = [[*row, *[empty] * (count - len(row))] for row in rows]
    array = np.array(full)
    return array.astype(str) if array.dtype == object else array
