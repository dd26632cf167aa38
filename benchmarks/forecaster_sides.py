"""The Keras sides of `benchmarks.forecasting`: rnnapps' forecaster and the plain one, each a process of its own.

python -m benchmarks.forecaster_sides SIDE SERIES ROWS WINDOW HORIZON UNITS CELL BATCH_SIZE
"""

from __future__ import annotations

import dataclasses
import os
import sys
import tempfile
from functools import cached_property

import keras
import numpy as np
import tensorflow as tf

from apps.stock_prediction.config import ForecastConfig, ModelConfig, TrainConfig
from apps.stock_prediction.fit_scales import fit_scales
from apps.stock_prediction.model import build_forecaster
from apps.stock_prediction.newest_windows import newest_windows
from apps.stock_prediction.run_state import last_rows
from apps.stock_prediction.training_run import compile_forecaster, training_batches
from benchmarks.forecasting_workload import CLIP_NORM, LEARNING_RATE, LEVELS, Workload
from benchmarks.plain_forecaster import PlainForecaster, PlainWindows, pinball
from benchmarks.side_process import serve
from benchmarks.step_clock import StepClock
from rnnapps.freed_memory import keep_freed_memory
from rnnapps.operation_threads import one_thread_per_operation
from rnnapps.series.panel import Panel
from rnnapps.series.windows import windows_between
from rnnapps.training import EpochData, fit

SETTINGS = "plain, memory and threads set as rnnapps' commands set them"
PLAIN = {"plain": False, "plain, jit_compile as Keras chooses": "auto", SETTINGS: False}
ATTENTION = "rnnapps, with attention and all features"


class OurForecaster:
    """rnnapps' side, by the functions that `train` calls.

    Args:
        workload: what to learn from.
        attention: with Bahdanau attention and every feature that a plain series has, which the other sides have not.
    """

    def __init__(self, workload: Workload, attention: bool = False):
        self.workload = workload
        self.config = ModelConfig(
            window=workload.window,
            horizon=workload.horizon,
            features="returns,volatility,averages,rsi,level" if attention else "level",
            scaling="training",
            cell=workload.cell,
            units=workload.units,
            attention="bahdanau" if attention else "none",
            attention_units=workload.units,
            ticker_embedding=0,
            dropout=0.0,
        )
        days = np.datetime64("2000-01-01", "s") + np.arange(workload.rows) * np.timedelta64(1, "D")
        self.panel = Panel(
            tuple(f"series{k}" for k in range(workload.series)),
            ("value",),
            workload.levels().reshape(-1, 1),
            np.tile(days, workload.series),
            np.arange(workload.series + 1) * workload.rows,
            scale="linear",
        )
        self.windows = windows_between(self.panel, workload.window, workload.horizon)
        forecast = ForecastConfig(quantiles=",".join(map(str, LEVELS)))
        self.model = build_forecaster(self.config, forecast, self.panel)
        fit_scales(self.model, self.windows)
        options = TrainConfig(learning_rate=LEARNING_RATE, clip_norm=CLIP_NORM)
        compile_forecaster(self.model, options, steps=0)
        self._newest: dict[int, Panel] = {}  # the rows that a forecast is given

    @property
    def constants(self) -> dict[str, np.ndarray]:
        """What the plain side standardises by."""
        return {
            "unit": self.model.unit.typical.numpy().astype("float64"),
            "mean": self.model.feature_mean.numpy(),
            "deviation": self.model.feature_deviation.numpy(),
            "horizon_scale": self.model.horizon_scale.numpy(),
        }

    def train(self, steps: int) -> dict:
        """Steps of `rnnapps.training.fit` on batches of drawn windows."""
        options = TrainConfig(batch_size=self.workload.batch_size, steps_per_epoch=steps)
        batches = training_batches(self.windows, options)
        clock = StepClock()
        with tempfile.TemporaryDirectory() as folder:
            data = EpochData(batches, batches.output_signature)
            fit(self.model, data, epochs=1, run_dir=folder, callbacks=[clock], verbose=0)
        return clock.times.answer() | about(self.model)

    @cached_property
    def _quantile_levels(self):
        @tf.function(reduce_retracing=True)
        def run(inputs):
            with self.model.unrolled():  # as the SavedModel is traced
                return self.model.quantile_levels(inputs)

        return run

    def forecast(self, series: int) -> dict:
        """Quantiles of the values after the last row of some series, from their raw rows."""
        if series not in self._newest:
            self._newest[series] = last_rows(self.panel, self.workload.window).select(self.panel.names[:series])
        inputs = newest_windows(self._newest[series], self.workload.window, self.workload.horizon)
        quantiles = self._quantile_levels({"window": inputs["window"], "ticker": inputs["ticker"]}).numpy()
        return {"checksum": float(np.mean(quantiles))}


class OtherForecaster:
    """The plain side.

    Args:
        workload: what to learn from.
        constants: to standardise by.
        jit_compile: as in `keras.Model.compile`.
    """

    def __init__(self, workload: Workload, constants: dict[str, np.ndarray], jit_compile: bool | str = False):
        self.workload, self.constants = workload, constants
        self.windows = PlainWindows(workload, constants)
        self.model = PlainForecaster(workload)
        self.model(self.windows.inputs[:1])
        self.model.compile(
            optimizer=keras.optimizers.Adam(LEARNING_RATE, global_clipnorm=CLIP_NORM),
            loss=pinball,
            jit_compile=jit_compile,
        )

    def train(self, steps: int) -> dict:
        """Steps of `keras.Model.fit` on arrays."""
        clock = StepClock()
        self.model.fit(
            self.windows.inputs,
            self.windows.outcomes,
            batch_size=self.workload.batch_size,
            steps_per_epoch=steps,
            callbacks=[clock],
            verbose=0,
        )
        return clock.times.answer() | about(self.model)

    @cached_property
    def _quantiles(self):
        return tf.function(lambda rows: self.model(rows, training=False), reduce_retracing=True)

    @cached_property
    def _levels(self) -> np.ndarray:
        return self.workload.levels()

    def forecast(self, series: int) -> dict:
        """The same from the last rows of the series, with a compiled function, which is quicker than `predict`."""
        rows, unit = self._levels[:series, -self.workload.window :], self.constants["unit"][:series]
        scaled = self._quantiles(self.windows.rows(rows, unit)).numpy()
        scale = unit[:, None] * self.constants["horizon_scale"]
        return {"checksum": float(np.mean(rows[:, -1:, None] + scaled * scale[..., None]))}


@dataclasses.dataclass(frozen=True)
class Parity:
    """How far the sides are from each other with the same weights on the same windows, relative.

    Fields:
        loss: rnnapps' loss.
        loss_difference: of the other side's.
        gradient_difference: norm of the difference of the gradients, relative to their norm.
        forecast_difference: largest difference of a forecast level, relative to the spread of the levels.
    """

    loss: float
    loss_difference: float
    gradient_difference: float
    forecast_difference: float


def check_parity(ours: OurForecaster, other: OtherForecaster, count: int = 64) -> Parity:
    """Copies rnnapps' weights to the plain side and compares loss, gradients and forecasts.

    Raises:
        RuntimeError: the sides do not compute the same, so that comparing their speed would mean nothing.
    """
    if (mine := trainable(ours.model)) != (theirs := trainable(other.model)):
        raise RuntimeError(f"{mine} and {theirs} trainable parameters: not the same network")
    other.model.steps.assign(ours.model.step_vectors)
    pairs = [(ours.model.encoder, other.model.encoder), (ours.model.decoder, other.model.decoder)]
    for a, b in [*pairs, (ours.model.projection, other.model.projection)]:
        b.set_weights(a.get_weights())
    numbers = np.linspace(0, len(ours.windows) - 1, count).astype(int)
    inputs, levels = ours.windows.take(numbers)
    with tf.GradientTape() as tape:
        loss = ours.model.compute_loss(inputs, levels, ours.model(inputs, training=True))
    layers = [ours.model.encoder, ours.model.decoder, ours.model.projection]
    gradients = tape.gradient(loss, [weight.value for layer in layers for weight in layer.trainable_variables])
    with tf.GradientTape() as tape:
        quantiles = other.model(other.windows.inputs[numbers], training=True)
        plain_loss = tf.reduce_mean(pinball(other.windows.outcomes[numbers], quantiles))
    layers = [other.model.encoder, other.model.decoder, other.model.projection]
    plain_gradients = tape.gradient(
        plain_loss, [weight.value for layer in layers for weight in layer.trainable_variables]
    )
    norm = lambda arrays: float(np.sqrt(sum(np.sum(np.square(array)) for array in arrays)))
    gap = norm([a.numpy() - b.numpy() for a, b in zip(gradients, plain_gradients, strict=True)])
    series = min(8, ours.workload.series)
    forecasts = [side.forecast(series)["checksum"] for side in (ours, other)]
    spread = float(np.std(ours.workload.levels()))
    parity = Parity(
        float(loss),
        abs(float(loss) - float(plain_loss)) / float(loss),
        gap / norm([gradient.numpy() for gradient in gradients]),
        abs(forecasts[0] - forecasts[1]) / spread,
    )
    if not (parity.loss_difference < 1e-4 and parity.gradient_difference < 1e-3 and parity.forecast_difference < 1e-4):
        raise RuntimeError(f"the sides do not compute the same, the comparison is void: {parity}")
    return parity


def trainable(model: keras.Model) -> int:
    """How many numbers gradient descent changes."""
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def about(model: keras.Model) -> dict:
    """What to write beside the figures."""
    versions = f"Keras {keras.__version__}, TensorFlow {tf.__version__}"
    return {"parameters": trainable(model), "versions": versions}


def forecaster(side: str, workload: Workload) -> OurForecaster | OtherForecaster:
    """A side by its name."""
    if side in PLAIN:
        # Only the constants of the other side; a network is not kept.
        few = dataclasses.replace(workload, rows=min(workload.rows, 500))
        return OtherForecaster(workload, OurForecaster(few).constants, PLAIN[side])
    return OurForecaster(workload, attention=side == ATTENTION)


def main() -> None:
    side, *words = sys.argv[1:]
    if side not in PLAIN or side == SETTINGS:
        # As `train` does where the user has chosen no number.
        os.environ.pop("TF_NUM_INTRAOP_THREADS", None)
        keep_freed_memory()
        one_thread_per_operation()
    keras.utils.set_random_seed(1)
    asked = forecaster(side, Workload.of(words))

    def forecast(series: int, times: int) -> dict:
        return [asked.forecast(series) for _ in range(times)][-1] | about(asked.model)

    serve({"train": asked.train, "forecast": forecast})


if __name__ == "__main__":
    main()
