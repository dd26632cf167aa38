"""A run's history as drawings in SVG, which take the colours of the page that they stand in."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

from rnnapps.report.contents import DamagedRun

WIDTH, HEIGHT = 360, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 34
SIDES = ("training", "validation")


@dataclass(frozen=True)
class Curve:
    """Points of one side of the data.

    Fields:
        side: training or validation.
        path: of an SVG path; points, for dots.
    """

    side: str
    path: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Panel:
    """One metric over the epochs.

    Fields:
        name: of the metric.
        curves: of the sides that have it.
        across, up: (place, text) of the ticks along the axes.
        told: the drawing in words, for those who do not see it.
    """

    name: str
    curves: tuple[Curve, ...]
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]
    told: str


def panels_of(history: Path) -> list[Panel]:
    """The metrics of a history CSV, learning rate last; none where there is no epoch yet.

    Raises:
        ValueError: the file is damaged.
    """
    rows = _read(history) if history.is_file() else []
    if not rows:
        return []
    names = dict.fromkeys(name.removeprefix("val_") for name in rows[0] if name not in ("epoch", "seconds"))
    found = [_panel(name, rows) for name in sorted(names, key="learning_rate".__eq__)]
    return [panel for panel in found if panel]


def _read(history: Path) -> list[dict[str, float]]:
    """The rows; what is not measured in every epoch is NaN in the others."""
    try:
        with history.open(newline="", encoding="utf-8") as file:
            rows = [{name: float(cell or "nan") for name, cell in row.items()} for row in csv.DictReader(file)]
        for number, row in enumerate(rows, 1):
            if not math.isfinite(row.get("epoch", math.nan)):
                raise ValueError(f"row {number} has no epoch")
    except (ValueError, TypeError, csv.Error) as error:
        raise DamagedRun(f"{history}: damaged ({error}); without the file there are no curves") from None
    return rows


def _panel(name: str, rows: list[dict[str, float]]) -> Panel | None:
    series = {}
    for side, column in zip(SIDES, (name, f"val_{name}"), strict=True):
        points = [(row["epoch"], row[column]) for row in rows if math.isfinite(row.get(column, math.nan))]
        if points:
            series[side] = points
    if not series:
        return None
    values = [value for points in series.values() for _, value in points]
    up = _ticks(min(values), max(values))
    last = max(row["epoch"] for row in rows)
    low, high = up[0], up[-1]
    x = lambda epoch: LEFT + (WIDTH - LEFT - RIGHT) * (0.5 if last <= 1 else (epoch - 1) / (last - 1))
    y = lambda value: TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - low) / (high - low))
    place = lambda points: tuple((round(x(epoch), 1), round(y(value), 1)) for epoch, value in points)
    curves = tuple(Curve(side, _path(place(points)), place(points)) for side, points in series.items())
    step = max(1, math.ceil(last / 6))
    epochs = sorted({1, *range(step, int(last) + 1, step)})
    if len(epochs) > 1 and epochs[1] - 1 < step / 2:
        del epochs[1]
    told = "; ".join(
        f"{side}: {points[0][1]:.4g} after epoch {points[0][0]:g}, {points[-1][1]:.4g} after epoch {points[-1][0]:g}"
        for side, points in series.items()
    )
    return Panel(
        name=name.replace("_", " "),
        curves=curves,
        across=tuple((round(x(epoch), 1), str(epoch)) for epoch in epochs),
        up=tuple((round(y(value), 1), f"{value:.6g}") for value in up),
        told=told,
    )


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers at equal distances, the first at or below `low` and the last at or above `high`."""
    if high <= low:
        reach = abs(low) * 0.1 or 1.0
        low, high = low - reach, high + reach
    rough = (high - low) / 4
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def _path(points) -> str:
    return "M" + "L".join(f"{x},{y}" for x, y in points)
