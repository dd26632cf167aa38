"""The forecaster without rnnapps, as a Keras user writes it: `keras.layers`, NumPy windows, `Model.fit`."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from benchmarks.forecasting_workload import LEVELS, Workload

MIDDLE = len(LEVELS) // 2
STEP_WIDTH = 8


class PlainForecaster(keras.Model):
    """Recurrent encoder, recurrent decoder over the horizon, quantiles that do not cross."""

    def __init__(self, workload: Workload):
        super().__init__()
        layer = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[workload.cell]
        self.encoder = layer(workload.units, return_state=True)
        self.decoder = layer(workload.units, return_sequences=True)
        self.projection = keras.layers.Dense(len(LEVELS))
        self.steps = self.add_weight(shape=(workload.horizon, STEP_WIDTH), name="steps")

    def call(self, rows):
        """(B, T, D) standardised rows to (B, H, Q) quantiles of scaled changes."""
        _, *states = self.encoder(rows)
        steps = ops.repeat(self.steps[None], ops.shape(rows)[0], axis=0)
        outputs = self.projection(self.decoder(steps, initial_state=states))
        below, median, above = ops.split(outputs, [MIDDLE, MIDDLE + 1], axis=-1)
        down = median - ops.flip(ops.cumsum(ops.flip(ops.softplus(below), -1), axis=-1), -1)
        return ops.concatenate([down, median, median + ops.cumsum(ops.softplus(above), axis=-1)], axis=-1)


def pinball(outcomes, quantiles):
    """Twice the mean pinball loss over lead times and levels."""
    error = ops.expand_dims(outcomes, -1) - quantiles
    levels = ops.convert_to_tensor(LEVELS, error.dtype)
    return 2 * ops.mean(ops.maximum(levels * error, (levels - 1) * error), axis=(-1, -2))


class PlainWindows:
    """Every window of every series in two arrays, standardised once, before training.

    Args:
        workload: the series.
        constants: unit (K,), mean and deviation of the feature, horizon_scale (H,): those of the other side, so that
            both learn from the same numbers.
    """

    def __init__(self, workload: Workload, constants: dict[str, np.ndarray]):
        self.workload, self.constants = workload, constants
        levels = workload.levels()
        whole = np.lib.stride_tricks.sliding_window_view(levels, workload.window + workload.horizon, axis=1)
        count = whole.shape[1]
        whole = whole.reshape(-1, whole.shape[-1])
        self.unit = np.repeat(constants["unit"], count)
        self.inputs = self.rows(whole[:, : workload.window], self.unit)
        last = whole[:, workload.window - 1 : workload.window]
        scale = self.unit[:, None] * constants["horizon_scale"]
        self.outcomes = ((whole[:, workload.window :] - last) / scale).astype("float32")

    def rows(self, windows: np.ndarray, unit: np.ndarray) -> np.ndarray:
        """(N, T) levels to (N, T, 1) float32, what the network sees."""
        away = (windows - windows[:, -1:]) / unit[:, None]
        scaled = (away - self.constants["mean"]) / self.constants["deviation"]
        return np.clip(scaled, -6, 6).astype("float32")[..., None]
