"""Forecasts of many windows as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnapps.series.windows import Windows

from .model import Forecaster


@dataclass(frozen=True)
class Forecasts:
    """What a network says about the windows of a panel, before calibration.

    Fields:
        scaled: (N, H, Q) quantiles of changes in units of `scale`, rising.
        scale: (N, H) what one such unit is as a change.
    """

    scaled: np.ndarray
    scale: np.ndarray

    def changes(self, offsets: np.ndarray | None = None) -> np.ndarray:
        """(N, H, Q) quantiles of changes.

        Args:
            offsets: (H, Q) or (N, H, Q), what calibration adds, in units of `scale`.
        """
        scaled = self.scaled if offsets is None else np.sort(self.scaled + offsets, axis=-1)
        return scaled * self.scale[..., None]

    def scaled_outcomes(self, windows: Windows) -> np.ndarray:
        """(N, H) what came true, in the same units."""
        return windows.outcomes / self.scale


def forecast(model: Forecaster, windows: Windows, batch_size: int = 1024) -> Forecasts:
    """Runs the network over all windows in order; the same window gives the same numbers in any batch, to rounding."""
    parts = [model.forecast_graph(inputs) for inputs, _ in windows.batches(batch_size)]
    scaled, scale = (np.concatenate([part[i].numpy() for part in parts]) for i in range(2))
    return Forecasts(scaled, scale)
