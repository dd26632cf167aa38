"""How many rows a season has."""

from __future__ import annotations

import numpy as np

from rnnapps.series.calendar import DAY, WEEKEND, weekdays
from rnnapps.series.panel import Panel


def infer_season(panel: Panel) -> int:
    """Rows of the usual season, from the median time between rows of one series.

    Minutes and hours: a day of them. Daily rows: a week, of 5 where the file has no weekends and 7 where it has.
    Weeks: 52; months: 12; quarters: 4; anything else: 1, which is no season.
    """
    seconds = panel.times.astype("datetime64[s]").astype("int64")
    same = panel.series[1:] == panel.series[:-1]
    steps = np.diff(seconds)[same]
    if not len(steps):
        return 1
    step = float(np.median(steps))
    if step <= 0:
        return 1
    if step < DAY:
        return max(1, round(DAY / step))
    if step < 1.5 * DAY:
        weekends = np.isin(weekdays(panel.times), list(WEEKEND)).mean()
        return 7 if weekends > 0.1 else 5
    for days, season in ((7, 52), (30.5, 12), (91.3, 4)):
        if abs(step / DAY - days) < 0.1 * days:
            return season
    return 1
