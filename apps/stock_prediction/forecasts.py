"""Forecasts of many windows as arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

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


def forecast(model: Forecaster, windows: Windows, batch_size: int = 1024, run: Callable | None = None) -> Forecasts:
    """Runs the network over all windows in order; the same window gives the same numbers in any batch, to rounding.

    Args:
        model: built.
        windows: of a panel such as the model's.
        batch_size: windows at a time.
        run: `compiled(model, windows)`, where the same model forecasts again and again.
    """
    run = run or compiled(model, windows)
    parts = [run(inputs) for inputs, _ in windows.batches(batch_size)]
    scaled, scale = (np.concatenate([part[i].numpy() for part in parts]) for i in range(2))
    return Forecasts(scaled, scale)


def compiled(model: Forecaster, windows: Windows) -> Callable:
    """The network as one graph, for windows like these: inputs -> scaled quantiles (B, H, Q) and scale (B, H)."""

    @tf.function(input_signature=[windows.output_signature()[0]])
    def run(inputs):
        with model.unrolled():
            return model.head.quantiles(model(inputs, training=False)), model.change_scale(inputs)

    return run
