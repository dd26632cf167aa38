"""The forecaster as it is served: raw rows in, quantiles of prices out, everything between them in the graph."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from rnnapps.series.panel import Panel

from .model import Forecaster

DESCRIPTION = ("tickers", "columns", "past_columns", "future_columns", "window", "horizon", "scale", "quantile_levels")


class SavedForecaster:
    """A trained network and what its users need to know, as functions of tensors.

    The network itself is not part of `module`: TensorFlow would trace its call with inputs of the wrong types.

    Args:
        model: with its weights, calibration offsets included.
        panel: of the series it was trained on: their names and columns.

    Attributes:
        module: tf.Module that holds what the functions use: weights and the table of tickers.
    """

    def __init__(self, model: Forecaster, panel: Panel):
        self.model = model
        self._panel = panel
        names = tf.constant(panel.names)
        numbers = tf.range(len(panel.names), dtype=tf.int32)
        self._numbers = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(names, numbers), -1)
        self.module = tf.Module()
        self.module.weights, self.module.numbers = model.variables, self._numbers

    def signatures(self) -> dict[str, Callable]:
        """`serving_default`, `by_name` and `describe`, as `tf.saved_model.save` takes them."""
        specs = input_specs(self.model)
        named = specs | {"ticker": tf.TensorSpec((None,), tf.string, "ticker")}
        return {
            "serving_default": tf.function(self._by_number).get_concrete_function(**specs),
            "by_name": tf.function(self._by_name).get_concrete_function(**named),
            "describe": tf.function(self._describe).get_concrete_function(),
        }

    def _by_number(self, **inputs) -> dict[str, tf.Tensor]:
        known = (inputs["ticker"] >= 0) & (inputs["ticker"] < len(self._panel))
        unknown = tf.strings.as_string(tf.boolean_mask(inputs["ticker"], ~known))
        with tf.control_dependencies([self._refuse(unknown)]):
            return self._answer(inputs)

    def _by_name(self, **inputs) -> dict[str, tf.Tensor]:
        numbers = self._numbers.lookup(inputs["ticker"])
        with tf.control_dependencies([self._refuse(tf.boolean_mask(inputs["ticker"], numbers < 0))]):
            return self._answer(inputs | {"ticker": numbers})

    def _answer(self, inputs) -> dict[str, tf.Tensor]:
        with tf.control_dependencies(self._faults(inputs)):
            inputs = {name: tf.identity(value) for name, value in inputs.items()}
        with self.model.unrolled():
            quantiles = self.model.quantile_levels(inputs)
        # In each row: TensorFlow Serving answers rows with rows, and refuses outputs that have no row for each.
        levels = tf.repeat(tf.constant([self.model.levels], tf.float32), tf.shape(quantiles)[0], axis=0)
        return {"quantiles": quantiles, "quantile_levels": levels}

    def _describe(self) -> dict[str, tf.Tensor]:
        panel, config = self._panel, self.model.config
        return {
            "tickers": tf.constant(panel.names, tf.string),
            "columns": tf.constant(panel.columns, tf.string),
            "past_columns": tf.constant(panel.past_columns, tf.string),
            "future_columns": tf.constant(panel.future_columns, tf.string),
            "window": tf.constant(config.window),
            "horizon": tf.constant(config.horizon),
            "scale": tf.constant(panel.scale),
            "quantile_levels": tf.constant(self.model.levels),
        }

    def _refuse(self, unknown: tf.Tensor) -> tf.Operation:
        names, count = ", ".join(self._panel.names[:10]), len(self._panel)
        known = f"{names}, ..." if count > 10 else names
        first = tf.gather(tf.concat([unknown, [""]], axis=0), 0)
        message = tf.strings.join(["unknown ticker ", first, f"; the model knows {count}, numbered from 0: {known}"])
        return tf.debugging.Assert(tf.equal(tf.size(unknown), 0), [message])

    def _faults(self, inputs) -> list[tf.Operation]:
        checks = [
            tf.debugging.Assert(tf.reduce_all(tf.math.is_finite(value)), [f"{name} holds a NaN or infinite value"])
            for name, value in inputs.items()
            if value.dtype == tf.float32
        ]
        if self._panel.scale == "log":
            prices = inputs["window"][..., : 4 if self._panel.is_bars else None]
            checks.append(tf.debugging.Assert(tf.reduce_all(prices > 0), ["window holds a price that is not above 0"]))
        return checks


def input_specs(model: Forecaster) -> dict[str, tf.TensorSpec]:
    """What users must give: `Forecaster.input_specs` without the times where no feature reads them."""
    specs = model.input_specs
    if "calendar" not in model.features.names:
        del specs["times"]
    return specs
