"""Made panels that baselines are tested on."""

import numpy as np

from rnnapps.series.panel import Panel


def panel_of(*levels, scale="linear", start="2001-01-01", step="D"):
    """One series of daily (or other) rows per array."""
    values = np.concatenate(levels)[:, None].astype("float64")
    times = [np.datetime64(start, step) + np.arange(len(part)) for part in levels]
    starts = np.cumsum([0, *map(len, levels)])
    names = tuple(f"series {k}" for k in range(len(levels)))
    return Panel(names, ("value",), values, np.concatenate(times).astype("datetime64[s]"), starts, scale=scale)


def walks(scale="log", rows=(400, 300), seed=0):
    """Random walks with shocks of 1 %, on the scale."""
    rng = np.random.default_rng(seed)
    steps = [0.01 * rng.normal(size=size).cumsum() for size in rows]
    return panel_of(*(np.exp(part) if scale == "log" else part for part in steps), scale=scale)


def day(number, start="2001-01-01"):
    """The time of a row of `panel_of`."""
    return (np.datetime64(start) + number).astype("datetime64[s]")
