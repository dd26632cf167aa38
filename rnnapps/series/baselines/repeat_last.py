"""The forecast to beat: nothing changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnapps.series.baselines.past_errors import past_error_quantiles
from rnnapps.series.panel import Panel
from rnnapps.series.windows import Windows


class RepeatLast:
    """Repeats the last value; around it, each series' own past changes over as many rows.

    Args:
        levels: Q rising numbers in (0, 1), the quantiles forecast.
    """

    name = "repeat last"

    def __init__(self, levels: Sequence[float]):
        self.levels = tuple(levels)

    def fit(self, panel: Panel, horizon: int, before: np.datetime64) -> RepeatLast:
        """Learns the spread of past changes from the rows with time < before.

        Raises:
            ValueError: no series has the 20 past errors that a lead time needs.
        """
        self._spread = past_error_quantiles(
            panel, horizon, before, self.levels, lambda past, _, h: panel.changes(past[:-h], past[h:])
        )
        return self

    def points(self, windows: Windows) -> np.ndarray:
        """(N, H) zeros."""
        return np.zeros((len(windows), windows.horizon))

    def changes(self, windows: Windows) -> np.ndarray:
        """(N, H, Q) quantiles of the changes, their median 0."""
        return self._spread[windows.series]
