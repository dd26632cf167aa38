"""A trained forecaster for LiteRT: a window of raw rows in, quantiles of prices out."""

from __future__ import annotations

from collections.abc import Mapping

import tensorflow as tf

from rnnapps.export_litert import LiteRTModel

from .config import StockConfig
from .model import Forecaster
from .run_state import RunState
from .saved_forecaster import input_specs

ABOUT = """Answers as `serving_default` of the SavedModel, a window at a time; features, scaling, calibration and the
way back to {unit} are inside. Nothing is refused here: give finite numbers{positive} and tickers that it knows.
Not investment advice."""


def litert_model(run: str, model: Forecaster, config: StockConfig, state: RunState, metrics: Mapping) -> LiteRTModel:
    """What `export_litert` converts.

    Args:
        run: name of the run.
        model: with its weights, calibration offsets included.
        config: of the run.
        state: of the run.
        metrics: content of the run's metrics.json; empty when nothing has been measured.
    Raises:
        ValueError: the head's quantiles need what LiteRT has not.
    """
    if config.model.head == "student_t":
        raise ValueError(
            "model.head: student_t cannot be converted to LiteRT, which has no incomplete beta function (Betainc) for "
            "its quantiles; export it as a SavedModel or train with quantiles"
        )
    panel = state.panel
    unit = "prices" if panel.is_bars else "values"
    specs = {name: tf.TensorSpec((1, *spec.shape[1:]), spec.dtype, name) for name, spec in input_specs(model).items()}
    answer = tf.function(lambda **inputs: {"quantiles": model.quantile_levels(inputs)}, autograph=False)
    return LiteRTModel(
        title=f"Forecaster `{run}` for LiteRT",
        about=ABOUT.format(unit=unit, positive=", prices above 0" if panel.scale == "log" else ""),
        signatures={"serving_default": answer.get_concrete_function(**specs)},
        weights=model.variables,
        meanings={
            "window": f"rows of {', '.join(panel.columns)}, raw, the oldest first",
            "ticker": "number of the series, from 0, in the order of metadata.json",
            "times": "seconds since 1970 of the rows",
            "past": f"of the rows: {', '.join(panel.past_columns)}",
            "future": f"of the rows and those to come: {', '.join(panel.future_columns)}",
            "quantiles": f"of {unit}: one row per row to come, one column per level, rising",
        },
        licence=metrics.get("data", {}).get("licence", "unknown"),
        metadata={
            "tickers": panel.names,
            "columns": panel.columns,
            "past_columns": panel.past_columns,
            "future_columns": panel.future_columns,
            "window": config.model.window,
            "horizon": config.model.horizon,
            "quantile_levels": config.forecast.levels,
        },
    )
