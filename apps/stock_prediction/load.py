"""Loading an exported forecaster: TensorFlow alone, nothing of the training code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.export import load_saved_model

from .run_folder import RunFolder

STRINGS = ("tickers", "columns", "past_columns", "future_columns")


@dataclass(frozen=True)
class LoadedForecaster:
    """A SavedModel and what it says about itself.

    Fields:
        path: its folder.
        tickers: K names it knows.
        columns, past_columns, future_columns: what a row must hold.
        window: T, rows that it sees.
        horizon: H, rows that it forecasts.
        scale: "log" or "linear", as in `Panel`.
        quantile_levels: Q rising levels.
        model: what `tf.saved_model.load` gave.
    """

    path: Path
    tickers: tuple[str, ...]
    columns: tuple[str, ...]
    past_columns: tuple[str, ...]
    future_columns: tuple[str, ...]
    window: int
    horizon: int
    scale: str
    quantile_levels: tuple[float, ...]
    model: Any

    def quantiles(self, inputs: dict[str, np.ndarray], batch_size: int = 1024) -> np.ndarray:
        """(N, H, Q) quantiles of levels, such as prices, from inputs as `Windows.inputs` gives them."""
        import tensorflow as tf

        signature = self.model.signatures["serving_default"]
        used = signature.structured_input_signature[1]
        parts = []
        for start in range(0, len(inputs["ticker"]), batch_size):
            rows = slice(start, start + batch_size)
            parts.append(signature(**{name: tf.constant(inputs[name][rows]) for name in used})["quantiles"])
        return np.concatenate([part.numpy() for part in parts])


def load_forecaster(name: str | Path) -> LoadedForecaster:
    """The SavedModel of a run (its latest version) or a SavedModel's own folder.

    Args:
        name: path or name of a run, or path of a SavedModel.
    Raises:
        FileNotFoundError: nothing there.
        ValueError: a folder or SavedModel that is not a forecaster's.
    """
    needed = ("serving_default", "by_name", "describe")
    path, model = load_saved_model(RunFolder.locate(name), needed, "a forecaster")
    about = {name: value.numpy() for name, value in model.signatures["describe"]().items()}
    about |= {name: tuple(text.decode() for text in about[name]) for name in STRINGS}
    about["scale"] = about["scale"].decode()
    about["window"], about["horizon"] = int(about["window"]), int(about["horizon"])
    about["quantile_levels"] = tuple(round(float(level), 6) for level in about["quantile_levels"])
    return LoadedForecaster(path=path, model=model, **about)
