"""What is worth knowing about the rows of a panel that is no fault."""

from __future__ import annotations

import numpy as np

from rnnapps.series.panel import Panel
from rnnapps.series.reading import Reading, written

# A split in this ratio moves the price at the opening; 3:2 and up, and the reverse.
SPLITS = (1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 15.0, 20.0, 25.0, 50.0)
NEAR = 0.03
MOST = 5


def counted(panel: Panel) -> str:
    """How many series there are, such as "4 tickers"."""
    what = "series" if not panel.is_bars else "ticker" if len(panel) == 1 else "tickers"
    return f"{len(panel)} {what}"


def describe_panel(reading: Reading) -> list[str]:
    """Lines for a reader: series, rows and dates, and what looks odd without being a fault."""
    panel = reading.panel
    times = panel.times[~np.isnat(panel.times)]
    counts = np.diff(panel.starts)
    period = f"{written(times.min())} to {written(times.max())}" if len(times) else "without dates"
    lines = [
        f"{counted(panel)}: {', '.join(panel.names[:8])}{', ...' if len(panel) > 8 else ''}",
        f"{len(panel.times):,} rows, {counts.min():,} to {counts.max():,} in a series; {period}",
        f"changes: {'logarithms of ratios' if panel.scale == 'log' else 'differences'}",
    ]
    if panel.past_columns or panel.future_columns:
        coming = f", of {max(map(len, panel.coming.values()))} rows to come" if panel.coming else ""
        lines.append(
            f"covariates: past {', '.join(panel.past_columns) or 'none'}; future "
            f"{', '.join(panel.future_columns) or 'none'}{coming}"
        )
    lines += [*reading.notes, *long_gaps(reading)]
    if panel.is_bars:
        lines += [*_zero_volume(reading), *_outside(reading), *likely_splits(reading)]
    return lines


def long_gaps(reading: Reading) -> list[str]:
    """Steps in time of more than one and a half of what 99 in 100 steps of the series keep to; one line."""
    panel = reading.panel
    found: dict[str, list] = {}
    for k, name in enumerate(panel.names):
        times = panel.times[panel.rows(k)]
        times = times[~np.isnat(times)]
        steps = np.diff(times).astype("int64")
        if len(steps) < 10:
            continue
        usual = np.quantile(steps, 0.99, method="lower")
        for i in np.flatnonzero(steps > 1.5 * usual):
            gap = f"{written(times[i])} to {written(times[i + 1])}"
            found.setdefault(gap, [steps[i]]).append(name)
    if not found:
        return []
    longest = sorted(found.items(), key=lambda gap: -gap[1][0])[:MOST]
    text = "; ".join(f"{gap} ({names[0] if len(names) == 1 else len(names)})" for gap, (_, *names) in longest)
    gaps = "1 gap in the calendar is" if len(found) == 1 else f"{len(found)} gaps in the calendar are"
    return [f"note: {gaps} longer than usual, by length (of which series): {text}"]


def likely_splits(reading: Reading) -> list[str]:
    """Openings at a simple ratio of the close before, which a later close confirms; one line."""
    panel = reading.panel
    opened, closed = panel.values[1:, 0], panel.values[1:, 3]
    before = panel.values[:-1, 3]
    usable = (panel.series[1:] == panel.series[:-1]) & (opened > 0) & (closed > 0) & (before > 0)
    usable &= panel.times[1:] > panel.times[:-1]
    opening = np.divide(before, opened, out=np.ones_like(before), where=usable)
    closing = np.divide(before, closed, out=np.ones_like(before), where=usable)
    found = []
    for ratio in SPLITS:
        for factor, text in ((ratio, f"{ratio:g}:1"), (1 / ratio, f"1:{ratio:g}")):
            near = usable & (np.abs(opening / factor - 1) < NEAR) & (np.abs(closing / factor - 1) < 2 * NEAR)
            found += [
                f"{panel.names[panel.series[row]]} {written(panel.times[row])} ({text})"
                for row in np.flatnonzero(near) + 1
            ]
    if not found:
        return []
    more = f" and {len(found) - MOST} more" if len(found) > MOST else ""
    return [f"note: looks like a split that the prices are not adjusted for: {'; '.join(found[:MOST])}{more}"]


def _zero_volume(reading: Reading) -> list[str]:
    none = reading.panel.values[:, 4] == 0
    return [f"note: volume is 0 in {none.mean():.2%} of the rows"] if none.any() else []


def _outside(reading: Reading) -> list[str]:
    opened, high, low, closed = reading.panel.values[:, :4].T
    slack = 1e-6 * np.abs(high)
    out = np.flatnonzero((np.maximum(opened, closed) > high + slack) | (np.minimum(opened, closed) < low - slack))
    if not len(out):
        return []
    return [f"note: {len(out):,} bars open or close outside low and high, the first: {reading.place(out[0])}"]
