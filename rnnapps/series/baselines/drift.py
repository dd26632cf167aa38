"""The forecast that the past goes on at its mean pace."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnapps.series.baselines.past_errors import past_error_quantiles
from rnnapps.series.panel import Panel
from rnnapps.series.windows import Windows


class Drift:
    """The last value plus h times the mean change per row of the series so far; around it, its past errors.

    Args:
        levels: Q rising numbers in (0, 1), the quantiles forecast.

    Hyndman and Athanasopoulos 2021, Forecasting: principles and practice, section 5.2.
    """

    name = "drift"

    def __init__(self, levels: Sequence[float]):
        self.levels = tuple(levels)

    def fit(self, panel: Panel, horizon: int, before: np.datetime64) -> Drift:
        """Learns pace and spread of each series from the rows with time < before; a series of one row has pace 0.

        Raises:
            ValueError: no series has the 20 past errors that a lead time needs.
        """
        pasts = [panel.levels_before(k, before) for k in range(len(panel))]
        self._pace = np.array(
            [panel.changes(past[0], past[-1]) / (len(past) - 1) if len(past) > 1 else 0.0 for past in pasts]
        )
        self._spread = past_error_quantiles(
            panel,
            horizon,
            before,
            self.levels,
            lambda past, k, h: panel.changes(past[:-h], past[h:]) - h * self._pace[k],
        )
        return self

    def points(self, windows: Windows) -> np.ndarray:
        """(N, H) mean changes."""
        return self._pace[windows.series][:, None] * np.arange(1, windows.horizon + 1)

    def changes(self, windows: Windows) -> np.ndarray:
        """(N, H, Q) quantiles of the changes, the drift their median."""
        return self.points(windows)[..., None] + self._spread[windows.series]
