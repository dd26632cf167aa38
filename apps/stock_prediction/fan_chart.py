"""The picture of a forecast: what was, the median of what comes, and how wide it may turn out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

HISTORY, MEDIAN = "0.25", (0.12, 0.37, 0.66)


def plot_fan(
    times: np.ndarray,
    levels: np.ndarray,
    coming: np.ndarray,
    quantiles: np.ndarray,
    quantile_levels: Sequence[float],
    path: str | Path,
    title: str,
    unit: str = "price",
    outcomes: np.ndarray | None = None,
) -> Path:
    """Draws a fan chart.

    Args:
        times: (T,) datetime64 of the rows shown, the origin last.
        levels: (T,) what is forecast, at these times.
        coming: (H,) datetime64 of the rows forecast.
        quantiles: (H, Q) rising.
        quantile_levels: Q, symmetric about 0.5.
        path: PNG, PDF or SVG file to write.
        title: text above.
        unit: what the levels are, beside their axis.
        outcomes: (H,) what came true, where that is known.
    Returns:
        `path`.
    """
    # Figure rather than pyplot: nothing global, no window.
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.plot(times, levels, color=HISTORY, linewidth=1.3, label="known")
    # The fan opens at the last known value.
    fan_times = np.concatenate([times[-1:], coming])
    fan = np.concatenate([np.repeat(levels[-1:, None], quantiles.shape[1], axis=1), quantiles])
    pairs = len(quantile_levels) // 2
    for number in range(pairs):
        share = round(100 * (quantile_levels[-1 - number] - quantile_levels[number]), 1)
        axes.fill_between(
            fan_times,
            fan[:, number],
            fan[:, -1 - number],
            color=_paler(0.2 + 0.4 * number / max(1, pairs - 1)),
            linewidth=0,
            label=f"{share:g} % interval",
        )
    axes.plot(fan_times, fan[:, len(quantile_levels) // 2], color=MEDIAN, linewidth=1.5, label="median")
    if outcomes is not None:
        axes.plot(coming, outcomes, color="black", linestyle="none", marker=".", markersize=5, label="came true")
    locator = AutoDateLocator(minticks=4, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.margins(x=0.01)
    axes.set_ylabel(unit)
    axes.set_title(title.replace("$", r"\$"), fontsize=10)
    axes.grid(color="0.9", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.legend(frameon=False, fontsize=8, loc="best")
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)
    return path


def _paler(share: float) -> tuple[float, ...]:
    # Mixed with white rather than transparent: intervals lie over each other, and the legend shows each alone.
    return tuple(1 - share * (1 - part) for part in MEDIAN)
