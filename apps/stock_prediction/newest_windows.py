"""The window that ends in each series' last row: what a forecast of the time to come starts from."""

from __future__ import annotations

import numpy as np

from rnnapps.series.panel import Panel
from rnnapps.series.windows import Windows

LARGEST = 1e18


def newest_windows(panel: Panel, window: int, horizon: int) -> dict[str, np.ndarray]:
    """Inputs of the network, as `Windows.inputs` gives them, one window per series.

    Args:
        panel: the series, future covariates of the rows to come in `coming`.
        window: int >= 1, T.
        horizon: int >= 1, H.
    Raises:
        ValueError: a series with fewer than T rows, covariates of the rows to come that are not known, or numbers too
            large or too small to compute with.
    """
    lengths = np.diff(panel.starts)
    for name, length in zip(panel.names, lengths, strict=True):
        if length < window:
            raise ValueError(f"{name}: has {length} rows, but the model's window is {window} rows; give more history")
    known = np.zeros(len(panel), "int64")
    ends = panel.starts[1:] - 1
    past_only = Windows(panel, window, 0, ends, known)  # a horizon of 0, so that no row after the last is asked for
    with np.errstate(over="ignore"):  # told below
        inputs = past_only.inputs(ends)
    if panel.future_columns:
        ahead = np.stack([_coming(panel, name, horizon) for name in panel.names])
        with np.errstate(over="ignore"):
            inputs["future"] = np.concatenate([inputs["future"], ahead.astype("float32")], axis=1)
    _check_size(panel, inputs)
    return inputs


def _check_size(panel: Panel, inputs: dict[str, np.ndarray]) -> None:
    """32-bit numbers, which the network computes with, end at 3e38, and it squares some."""
    positive = panel.scale == "log"
    of = {"window": panel.columns, "past": panel.past_columns, "future": panel.future_columns}
    for kind, columns in of.items():
        for number, column in enumerate(columns):
            cells = inputs[kind][..., number]
            least = 1 / LARGEST if positive and kind == "window" and column != "volume" else 0.0
            wrong = ~((np.abs(cells) <= LARGEST) & (np.abs(cells) >= least))
            if wrong.any():
                series = int(np.flatnonzero(wrong.any(axis=1))[0])
                raise ValueError(
                    f"{panel.names[series]}: {column} is {cells[series][wrong[series]][0]:.3g} among its newest rows, "
                    f"which is beyond {least or -LARGEST:g} to {LARGEST:g}; write it in another unit"
                )


def _coming(panel: Panel, name: str, horizon: int) -> np.ndarray:
    rows = panel.coming.get(name, np.zeros((0, len(panel.future_columns))))
    if len(rows) < horizon:
        raise ValueError(
            f"{name}: {', '.join(panel.future_columns)} must be known for the {horizon} rows after the last, found "
            f"{len(rows)}; add rows with these columns only"
        )
    return rows[:horizon]
