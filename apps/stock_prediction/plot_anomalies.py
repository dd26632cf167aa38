"""One picture per series: where it did what nobody expected, and how far that was from usual."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .anomalies import Scored

COLOURS = {"shock": "#c0392b", "wild": "#e08e0b", "quiet": "#2471a3"}
# Of the scores' axes. A price that stands still scores in the hundreds, and nothing else could be seen.
HIGHEST = 15


def plot_anomalies(
    series: Scored,
    path: Path,
    start: np.datetime64 | None = None,
    end: np.datetime64 | None = None,
    log: bool = True,
) -> None:
    """Writes the price with its anomalies marked, and below it each score with its threshold.

    Args:
        series: scored bars.
        path: PNG, PDF or SVG file.
        start: time of the first bar that is shown; all by default.
        end: time that no bar shown reaches.
        log: whether the price has a logarithmic axis.
    """
    from matplotlib.figure import Figure

    shown = series.within(start, end)
    times = series.times[shown]
    figure = Figure(figsize=(11, 7), layout="constrained")
    price, shock, stretch = figure.subplots(3, 1, sharex=True, height_ratios=(3, 1.2, 1.2))

    price.plot(times, series.levels[shown], color="#444444", linewidth=0.9)
    if log and (series.levels[shown] > 0).all():
        price.set_yscale("log")
        price.yaxis.set_major_formatter("{x:g}")
        price.yaxis.set_minor_formatter("{x:g}")
    for kind in ("wild", "quiet"):
        for first, last in _runs(series.alarms(kind)[shown]):
            price.axvspan(times[first], times[last], color=COLOURS[kind], alpha=0.25, linewidth=1.5)
    alarms = series.alarms("shock")[shown]
    price.plot(times[alarms], series.levels[shown][alarms], "o", color=COLOURS["shock"], markersize=5)
    count = sum(len(_runs(series.alarms(kind)[shown])) for kind in ("wild", "quiet")) + int(alarms.sum())
    price.set_title(f"{series.name}: {count} {'anomaly' if count == 1 else 'anomalies'}", loc="left")
    price.set_ylabel("level")

    shock.bar(
        times, series.scores["shock"][shown], width=_width(times), color=np.where(alarms, COLOURS["shock"], "#bbbbbb")
    )
    shock.plot(times, series.thresholds["shock"][shown], color=COLOURS["shock"], linewidth=1, linestyle="--")
    shock.set_ylabel("each bar\n-log10 p")
    for kind in ("wild", "quiet"):
        stretch.plot(times, series.scores[kind][shown], color=COLOURS[kind], linewidth=0.9)
        stretch.plot(times, series.thresholds[kind][shown], color=COLOURS[kind], linewidth=1, linestyle="--")
    stretch.set_ylabel("stretches\n-log10 p")
    for axes, kinds in ((shock, ("shock",)), (stretch, ("wild", "quiet"))):
        highest = max(series.scores[kind][shown].max(initial=1.0) for kind in kinds)
        axes.set_ylim(0, min(1.1 * highest, HIGHEST))
    figure.legend(handles=_legend(), loc="outside lower center", ncols=5, frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)


def _legend() -> list:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    return [
        Line2D([], [], color=COLOURS["shock"], marker="o", linestyle="", label="shock"),
        Patch(color=COLOURS["wild"], alpha=0.4, label="stretch too wild"),
        Patch(color=COLOURS["quiet"], alpha=0.4, label="stretch too quiet"),
        Line2D([], [], color="#666666", linestyle="--", label="threshold, from earlier scores alone"),
    ]


def _runs(alarms: np.ndarray) -> list[tuple[int, int]]:
    """First and last place of each run of alarms."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], alarms, [False]]).astype(int)))
    return [(int(first), int(last) - 1) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def _width(times: np.ndarray) -> np.timedelta64:
    """Of a bar in the picture: the usual distance between two."""
    return (
        np.median(np.diff(times).astype("int64")).astype("timedelta64[s]") if len(times) > 1 else np.timedelta64(1, "D")
    )
