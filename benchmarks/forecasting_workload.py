"""What every side of `benchmarks.forecasting` works on: the same series and sizes. Imports NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
LEARNING_RATE = 1e-3
CLIP_NORM = 1.0


@dataclass(frozen=True)
class Workload:
    """Series to learn from, and the sizes of the network.

    Args:
        series: K, random walks.
        rows: of each.
        window: rows that a forecast sees.
        horizon: rows that are forecast.
        units: of the recurrent layer.
        cell: "lstm" or "gru".
        batch_size: windows in a step.
    """

    series: int = 100
    rows: int = 2000
    window: int = 64
    horizon: int = 5
    units: int = 64
    cell: str = "lstm"
    batch_size: int = 128

    def levels(self) -> np.ndarray:
        """(K, rows) float64, the same in every process."""
        return np.cumsum(np.random.default_rng(1).normal(size=(self.series, self.rows)), axis=1)

    @classmethod
    def of(cls, words: list[str]) -> Workload:
        """The inverse of `words`."""
        *sizes, cell, batch_size = words
        return cls(*map(int, sizes), cell, int(batch_size))

    @property
    def words(self) -> list[str]:
        """As arguments of a side's command."""
        sizes = self.series, self.rows, self.window, self.horizon, self.units, self.cell, self.batch_size
        return list(map(str, sizes))
