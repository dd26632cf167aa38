"""The network: features of a window, recurrent encoder, attention decoder over the horizon, head."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property

import keras
import tensorflow as tf

from rnnapps.layers import (
    GRU,
    LSTM,
    AttentionDecoder,
    BahdanauAttention,
    GRUCell,
    LSTMCell,
    SimpleRNN,
    SimpleRNNCell,
    Stacked,
)
from rnnapps.losses import share_of_replica
from rnnapps.series.change_unit import ChangeUnit
from rnnapps.series.heads import Head, PointHead, QuantileHead, StudentTHead
from rnnapps.series.panel import Panel
from rnnapps.series.window_features import WindowFeatures

from .config import ForecastConfig, ModelConfig

LAYERS = {"lstm": LSTM, "gru": GRU, "simple_rnn": SimpleRNN}
CELLS = {"lstm": LSTMCell, "gru": GRUCell, "simple_rnn": SimpleRNNCell}
# A feature this many standard deviations from its mean is an event, but not a thousand events.
CLIP = 6.0
STEP_WIDTH = 8
# A longer graph takes longer to load than it will ever save.
MOST_UNROLLED = 128


class Forecaster(keras.Model):
    """Recurrent encoder-decoder with attention, from windows of raw rows to quantiles of what comes after.

    u          = unit of the series' changes, from the window               `ChangeUnit`
    f_1 .. f_T = features of the rows, standardised by the training side     `WindowFeatures`
    h_1 .. h_T = encoder([f_j; ticker])                                      memory
    s_0        = the encoder's last states
    o_h        = head of the attention decoder on step h and h_1 .. h_T, plus the linear map of the last lags
    change_h   = u g_h q(o_h)                                                q: the head's quantiles, non-crossing

    g_h is the usual size of a change over h rows, in units, on the training side: all outputs are of size 1. Everything
    that is fitted to data outside gradient descent is set by `fit_scales`, from training windows.

    Args:
        config: widths, depths and kinds.
        forecast: the quantile levels.
        names: of the K series.
        columns, scale, target: of the panel.
        past, future: numbers of covariates known up to the origin and beforehand.

    Call arguments:
        inputs: dict as `Windows.inputs` gives: window (B, T, C), ticker (B,), and times, past, future where used.
        training: bool, for dropout.
        return_attention_scores: bool, also return the alignment (B, H / segment, T / segment).
    Returns:
        (B, H, P) float32, what the head reads.
    """

    def __init__(
        self,
        config: ModelConfig,
        forecast: ForecastConfig,
        names: tuple[str, ...],
        columns: tuple[str, ...],
        scale: str,
        target: int,
        past: int = 0,
        future: int = 0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        features, scaling = config.resolved(len(columns) > 1, scale)
        self.config, self.levels, self.names = config, forecast.levels, tuple(names)
        self.past, self.future = past, future
        self.head = _head(config, forecast.levels)
        self.unit = ChangeUnit(scaling, len(names), config.ewma_decay, name="unit")
        self.features = WindowFeatures(features, columns, scale, target, name="features")
        width = self.features.width + past + future
        # Covariates have no known sign: they stay as they are in a mirror.
        self.parity = tf.constant([*self.features.parity, *[1] * (past + future)], "float32")
        self.mirrors = keras.random.SeedGenerator(1)
        self.feature_mean = self._constant("feature_mean", (width,), 0.0)
        self.feature_deviation = self._constant("feature_deviation", (width,), 1.0)
        self.horizon_scale = self._constant("horizon_scale", (config.horizon,), 1.0)
        self.offsets = self._constant("offsets", (config.horizon, len(forecast.levels)), 0.0)
        self.ticker = (
            keras.layers.Embedding(len(names), config.ticker_embedding, name="ticker")
            if config.ticker_embedding
            else None
        )
        self.dropout = keras.layers.Dropout(config.dropout)
        layer = LAYERS[config.cell](config.units, return_sequences=True, return_state=True)
        self.encoder = Stacked(
            layer, depth=config.layers, dropout=config.dropout, return_sequences=True, return_state=True, name="encoder"
        )
        self.steps = math.ceil(config.horizon / config.segment)
        self.step_vectors = self.add_weight(
            shape=(self.steps, STEP_WIDTH), initializer=keras.initializers.RandomNormal(stddev=0.5), name="step_vectors"
        )
        self.projection = keras.layers.Dense(
            config.segment * self.head.width,
            kernel_initializer=keras.initializers.RandomNormal(stddev=0.01),
            name="projection",
        )
        cells = [CELLS[config.cell](config.units) for _ in range(config.layers)]
        if config.attention == "bahdanau":
            attention = BahdanauAttention(config.attention_units, name="attention")
            self.decoder = AttentionDecoder(cells, attention, projection=self.projection, name="decoder")
        else:
            layer = LAYERS[config.cell](config.units, return_sequences=True)
            self.decoder = Stacked(layer, depth=config.layers, return_sequences=True, name="decoder")
        self.linear = (
            keras.layers.Dense(
                config.horizon, kernel_initializer="zeros", trainable=config.linear_trainable, name="linear"
            )
            if config.linear_lags
            else None
        )

    def call(self, inputs, training=False, return_attention_scores=False):
        rows, ahead = self.standardised(inputs)
        upside_down = self._drawn_mirrors(rows) if training and self.config.mirror else None
        if upside_down is not None:
            rows = tf.where(upside_down, rows * self.parity, rows)
        outputs, alignment = self.read(rows, ahead, inputs["ticker"], training)
        if upside_down is not None:
            outputs = tf.where(upside_down, self.head.mirrored(outputs), outputs)
        if self.linear is not None:
            outputs += self.linear_part(self.lags(inputs))
        return (outputs, alignment) if return_attention_scores else outputs

    def read(self, rows: tf.Tensor, ahead: tf.Tensor, ticker: tf.Tensor, training: bool = False) -> tuple:
        """Outputs (B, H, P) but for the linear part, and the alignment or None, from what `standardised` gives."""
        if self.ticker is not None:
            rows = tf.concat([rows, tf.tile(self.ticker(ticker)[:, None], [1, self.config.window, 1])], axis=-1)
        memory, *states = self.encoder(self.dropout(self._segments(rows), training=training), training=training)
        steps = tf.tile(self.step_vectors[None], [tf.shape(memory)[0], 1, 1])
        if self.future:
            steps = tf.concat([steps, self._segments(ahead)], axis=-1)
        alignment = None
        if self.config.attention == "bahdanau":
            outputs, alignment = self.decoder(
                steps, values=memory, initial_state=states, training=training, return_attention_scores=True
            )
        else:
            outputs = self.projection(self.decoder(steps, initial_state=states, training=training))
        outputs = tf.reshape(outputs, [-1, self.steps * self.config.segment, self.head.width])
        return outputs[:, : self.config.horizon], alignment

    def linear_part(self, lags: tf.Tensor) -> tf.Tensor:
        """(B, H, P) what the linear map adds to the location, from what `lags` gives."""
        return self.linear(lags)[..., None] * tf.one_hot(self.head.location, self.head.width)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """Mean of the head's loss; `y` are the levels (B, H) after the window."""
        return share_of_replica(tf.reduce_mean(self.head.loss(y_pred, self.outcomes(x, y))))

    def outcomes(self, inputs: dict, levels: tf.Tensor) -> tf.Tensor:
        """(B, H) changes from the window's last level to `levels`, in units of what is usual over that horizon."""
        return self._changes(inputs, levels) / self.change_scale(inputs)

    def change_units(self, inputs: dict) -> tf.Tensor:
        """(B,) u."""
        return self._units(inputs)[0]

    def change_scale(self, inputs: dict) -> tf.Tensor:
        """(B, H) u g_h, what outputs of size 1 mean as changes."""
        return self.change_units(inputs)[:, None] * self.horizon_scale

    def quantile_levels(self, inputs: dict, calibrated: bool = True) -> tf.Tensor:
        """(B, H, Q) quantiles of the levels to come, such as prices."""
        quantiles = self.head.quantiles(self(inputs, training=False))
        if calibrated:
            quantiles = tf.sort(quantiles + self.offsets, axis=-1)
        changes = quantiles * self.change_scale(inputs)[..., None]
        last = inputs["window"][:, -1:, self.features.target, None]
        return last * tf.exp(changes) if self.features.scale == "log" else last + changes

    @property
    def input_specs(self) -> dict[str, tf.TensorSpec]:
        """What `Windows.inputs` gives for the series that the network was built for."""
        window, horizon = self.config.window, self.config.horizon
        specs = {
            "window": tf.TensorSpec((None, window, len(self.features.columns)), tf.float32, "window"),
            "ticker": tf.TensorSpec((None,), tf.int32, "ticker"),
            "times": tf.TensorSpec((None, window), tf.int64, "times"),
        }
        if self.past:
            specs["past"] = tf.TensorSpec((None, window, self.past), tf.float32, "past")
        if self.future:
            specs["future"] = tf.TensorSpec((None, window + horizon, self.future), tf.float32, "future")
        return specs

    @cached_property
    def forecast_graph(self) -> Callable[[dict], tuple[tf.Tensor, tf.Tensor]]:
        """Inputs to (B, H, Q) quantiles before calibration and (B, H) `change_scale`, as one graph, traced once."""

        @tf.function(input_signature=[self.input_specs])
        def run(inputs):
            with self.unrolled():
                return self.head.quantiles(self(inputs, training=False)), self.change_scale(inputs)

        return run

    @contextmanager
    def unrolled(self) -> Iterator[None]:
        """While a graph for forecasts is traced: the encoder's steps are written out in it instead of looped over.

        A single forecast then takes two thirds of the time, a large batch the same; training is better off with a loop.
        """
        if self.config.window // self.config.segment > MOST_UNROLLED:
            yield
            return
        for layer in self.encoder.layers:
            layer.unroll = True
        try:
            yield
        finally:
            for layer in self.encoder.layers:
                layer.unroll = False

    def lags(self, inputs: dict) -> tf.Tensor:
        """(B, L - 1) the last L levels relative to the very last, which itself would be 0; oldest first, in units."""
        return self._levels(inputs)[:, -self.config.linear_lags : -1] / self.change_units(inputs)[:, None]

    def raw_features(self, inputs: dict) -> tuple[tf.Tensor, tf.Tensor]:
        """(B, T, D) of the rows that are known and (B, H, F) of those to come, before standardisation."""
        unit, typical = self._units(inputs)
        rows = [self.features(inputs["window"], unit, typical, inputs.get("times"))]
        if self.past:
            rows.append(inputs["past"])
        if not self.future:
            return tf.concat(rows, axis=-1), tf.zeros([tf.shape(unit)[0], self.config.horizon, 0])
        known, ahead = tf.split(inputs["future"], [self.config.window, self.config.horizon], axis=1)
        return tf.concat([*rows, known], axis=-1), ahead

    def standardised(self, inputs: dict) -> tuple[tf.Tensor, tf.Tensor]:
        """`raw_features` as the encoder and the decoder get them: mean 0 and deviation 1 on the training side."""
        rows, ahead = self.raw_features(inputs)
        rows = (rows - self.feature_mean) / self.feature_deviation
        if self.future:
            ahead = (ahead - self.feature_mean[-self.future :]) / self.feature_deviation[-self.future :]
        return tf.clip_by_value(rows, -CLIP, CLIP), tf.clip_by_value(ahead, -CLIP, CLIP)

    def _drawn_mirrors(self, rows):
        """(B, 1, 1) bool, true for about half of the batch."""
        return keras.random.uniform((tf.shape(rows)[0], 1, 1), seed=self.mirrors) < 0.5

    def _segments(self, rows):
        """(B, n, D) to (B, n / segment, segment * D), filled up with zeros at the end."""
        size, length = self.config.segment, rows.shape[1]
        missing = -length % size
        rows = tf.pad(rows, [[0, 0], [0, missing], [0, 0]]) if missing else rows
        return tf.reshape(rows, [-1, (length + missing) // size, size * rows.shape[-1]])

    def _levels(self, inputs):
        return self.features.levels(inputs["window"])

    def _units(self, inputs):
        return self.unit(self._levels(inputs), inputs["ticker"])

    def _changes(self, inputs, levels):
        last = inputs["window"][:, -1:, self.features.target]
        return tf.math.log(levels / last) if self.features.scale == "log" else levels - last

    def _constant(self, name, shape, value):
        start = keras.initializers.Constant(value)
        return self.add_weight(shape=shape, initializer=start, trainable=False, name=name)


def _head(config: ModelConfig, levels) -> Head:
    if config.head == "point":
        return PointHead(levels, config.point_loss)
    return {"quantiles": QuantileHead, "student_t": StudentTHead}[config.head](levels)


def build_forecaster(config: ModelConfig, forecast: ForecastConfig, panel: Panel) -> Forecaster:
    """A `Forecaster` for the series of a panel whose weights exist, for training or for loading a checkpoint."""
    past, future = len(panel.past_columns), len(panel.future_columns)
    described = panel.names, panel.columns, panel.scale, panel.target
    model = Forecaster(config, forecast, *described, past=past, future=future)
    # Ones are prices and covariates that no feature fails on; 0 is a ticker and a time.
    some = {True: tf.ones, False: tf.zeros}
    specs = model.input_specs.items()
    model({name: some[spec.dtype.is_floating]((1, *spec.shape[1:]), spec.dtype) for name, spec in specs})
    return model
