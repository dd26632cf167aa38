"""The forecast that the last season comes again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnapps.series.baselines.past_errors import past_error_quantiles
from rnnapps.series.panel import Panel
from rnnapps.series.season import infer_season
from rnnapps.series.windows import Windows


class SeasonalNaive:
    """Repeats the last whole season; around it, its past errors.

    x_{t+h} = x_{t+h-km}, season m, with the least k that makes t+h-km <= t. An origin with fewer than m rows up to
    it repeats its last value.

    Args:
        levels: Q rising numbers in (0, 1), the quantiles forecast.
        season: rows of a season; None takes `infer_season` of the panel fitted on.

    Hyndman and Athanasopoulos 2021, Forecasting: principles and practice, section 5.2.
    """

    name = "seasonal naive"

    def __init__(self, levels: Sequence[float], season: int | None = None):
        if season is not None and season < 1:
            raise ValueError(f"season must be at least 1 row, is {season}")
        self.levels = tuple(levels)
        self.season = season

    def fit(self, panel: Panel, horizon: int, before: np.datetime64) -> SeasonalNaive:
        """Learns the spread of each series' past errors, and the season where none is given, from rows before.

        Raises:
            ValueError: no series has the 20 past errors that a lead time needs.
        """
        self._season = self.season or infer_season(panel.between(None, before))
        self._spread = past_error_quantiles(
            panel, horizon, before, self.levels, lambda past, _, h: self._errors(panel, past, h)
        )
        return self

    def points(self, windows: Windows) -> np.ndarray:
        """(N, H) changes that lead to the level of the season before."""
        panel, rows = windows.panel, windows.rows
        source = rows[:, None] - self._back(np.arange(1, windows.horizon + 1))
        known = rows - panel.starts[windows.series] >= self._season - 1
        return panel.changes(windows.last[:, None], panel.levels[np.where(known[:, None], source, rows[:, None])])

    def changes(self, windows: Windows) -> np.ndarray:
        """(N, H, Q) quantiles of the changes, the season before their median."""
        return self.points(windows)[..., None] + self._spread[windows.series]

    def _back(self, ahead):
        """Rows from the origin back to the row that is repeated `ahead` rows ahead."""
        return (self._season - ahead) % self._season

    def _errors(self, panel: Panel, past: np.ndarray, h: int) -> np.ndarray:
        # Origins season - 1 .. len - 1 - h; realised less forecast change is the change between the two levels.
        origins = np.arange(self._season - 1, len(past) - h)
        return panel.changes(past[origins - self._back(h)], past[origins + h])
