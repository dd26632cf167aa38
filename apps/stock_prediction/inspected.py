"""What a look inside a forecaster can show of one window, and of those it was tested on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from rnnapps.inspection.integrated_gradients import complete_attribution
from rnnapps.inspection.labelled_map import LabelledMap
from rnnapps.inspection.look import Example, Picture, Subject, file_name
from rnnapps.series.panel import Panel
from rnnapps.series.reading import written
from rnnapps.series.windows import Windows

from .data import read_data, read_for
from .export import load_trained
from .model import Forecaster
from .newest_windows import newest_windows
from .run_folder import RunFolder

EXAMPLES, TOGETHER = 200, 100  # windows that units are looked for in
EVEN = 3  # times the even share of a date: what is darkest at least, or chance would look like a pattern
ATTENTION = (
    "A dark square: for the forecast of that row the network looked at the window around that date. Rows sum "
    "to 1. Evenly pale means that no date counts more than others."
)
SALIENCY = (
    "Red: what the row was on that date raises the median forecast, blue: lowers it, compared with features as "
    "they usually are. In units of the usual change over that horizon. Each row of the upper map {sums_to} the "
    "forecast minus that for usual features. By integrated gradients."
)


def inspected(folder: RunFolder, data: str | None, ticker: str | None) -> Subject:
    """The subject of `rnnapps.inspection.look` for a run and the newest window of one series.

    Args:
        folder: of the run.
        data: file or folder with newer rows; None takes the rows that the run saw last.
        ticker: the series; None takes the first.
    Raises:
        FileNotFoundError: the run has not ended, or no such file.
        ValueError: an unknown series, or too few rows.
    """
    model = load_trained(folder)
    panel = folder.state().panel
    if ticker is not None and ticker not in panel.names:
        raise ValueError(f"--ticker {ticker}: is unknown to the model, which knows {', '.join(panel.names)}")
    if data is not None:
        wanted = None if ticker is None else [ticker]
        panel = read_for(folder.config().data, panel.names, panel.columns, data, wanted, model.config.window).panel
    panel = panel.select([ticker or panel.names[0]])
    inputs = newest_windows(panel, model.config.window, model.config.horizon)
    (name,) = panel.names
    times = panel.times[-model.config.window :]
    return Subject(
        name=file_name(name),
        title=f"{name}: forecast of the {model.config.horizon} rows after {written(times[-1])}",
        model=model,
        example=_example(model, inputs, [_dates(model, times)], "date", [name]),
        pictures={
            "attention": lambda: _attention(model, inputs, times),
            "saliency": lambda: _saliency(model, inputs, times),
        },
        data_set=lambda: _windows(model, folder),
    )


def _example(model: Forecaster, inputs: dict, steps: list[list[str]], step_name: str, titles: list[str]) -> Example:
    """Of windows whose encoder steps have these labels."""
    return Example(
        run=lambda: model(inputs, training=False),
        labels=lambda layer, _: [_ahead(model)] * len(steps) if _decodes(layer) else steps,
        step_name=lambda layer: "rows ahead" if _decodes(layer) else step_name,
        titles=titles,
        inputs=inputs,
    )


def _attention(model: Forecaster, inputs: dict, times: np.ndarray) -> Picture:
    if model.config.attention == "none":
        raise ValueError("--look attention: the run was trained with model.attention none; try saliency")
    _, alignment = model(inputs, training=False, return_attention_scores=True)
    values = alignment.numpy()[0]
    one = LabelledMap(
        name="attention",
        values=values,
        rows=tuple(_ahead(model)),
        columns=tuple(_dates(model, times)),
        row_name="rows ahead",
        column_name="date",
        unit="share of attention",
        limits=(0.0, max(float(values.max()), EVEN / values.shape[1])),
    )
    return Picture([one], ATTENTION)


def _saliency(model: Forecaster, inputs: dict, times: np.ndarray) -> Picture:
    rows, ahead = model.standardised(inputs)
    lags = model.lags(inputs) if model.linear is not None else tf.zeros((1, 0))
    median = len(model.levels) // 2

    def medians(rows, lags):
        count = tf.shape(rows)[0]
        ticker = tf.repeat(tf.constant(inputs["ticker"]), count)
        outputs, _ = model.read(rows, tf.repeat(ahead, count, axis=0), ticker)
        if model.linear is not None:
            outputs += model.linear_part(lags)
        return model.head.quantiles(outputs)[..., median]

    found = complete_attribution(medians, [rows[0], lags[0]], [tf.zeros_like(rows[0]), tf.zeros_like(lags[0])])
    of_rows, of_lags = found.values
    names = [*model.features.labels, *(f"covariate {number + 1}" for number in range(model.past + model.future))]
    by_feature = of_rows[-1].T
    by_date = of_rows.sum(axis=-1)
    if model.linear is not None:
        # The last row's own lag is 0.
        shares = np.pad(of_lags, [(0, 0), (by_date.shape[1] - of_lags.shape[1] - 1, 1)])
        by_date, names = by_date + shares, [*names, "linear part"]
        by_feature = np.concatenate([by_feature, shares[-1:]])
    dates = tuple(written(time) for time in times)
    common = {"columns": dates, "column_name": "date", "unit": "contribution to the median", "signed": True}
    steps = tuple(f"+{step}" for step in range(1, model.config.horizon + 1))
    return Picture(
        [
            LabelledMap("saliency by horizon", by_date, steps, row_name="rows ahead", **common),
            LabelledMap(
                f"saliency by feature of the last row ahead, {steps[-1]}",
                by_feature,
                tuple(names),
                row_name="feature",
                **common,
            ),
        ],
        SALIENCY.format(sums_to=found.sums_to),
        found.arrays,
    )


def _windows(model: Forecaster, folder: RunFolder) -> Iterator[Example]:
    """Windows of the run's data that do not overlap, so that one event is no driver several times."""
    config = folder.config()
    window, ahead = config.model.window, config.model.horizon if model.future else 0
    panel = read_data(config.data, window, config.model.horizon).panel
    counts = np.maximum((np.diff(panel.starts) - ahead) // window, 0)
    windows = Windows(panel, window, ahead, panel.starts[:-1] + window - 1, counts, stride=window)
    numbers = np.unique(np.linspace(0, len(windows) - 1, EXAMPLES).astype(int))
    for start in range(0, len(numbers), TOGETHER):
        ends = windows.origins(numbers[start : start + TOGETHER])
        series = np.searchsorted(panel.starts, ends, side="right") - 1
        titles = [panel.names[k] for k in series]
        labels = [_changes(model, panel, slice(end + 1 - window, end + 1)) for end in ends]
        yield _example(model, windows.inputs(ends), labels, "dates, and the change since the step before", titles)


def _changes(model: Forecaster, panel: Panel, rows: slice) -> list[str]:
    """Of the encoder's steps: the date and the change since the step before, which the very first of a series lacks."""
    ends = np.arange(rows.start + model.config.segment - 1, rows.stop, model.config.segment)
    before = np.concatenate([[rows.start - 1], ends[:-1]])
    changes = panel.changes(panel.levels[before], panel.levels[ends])
    told = [f"\n{np.expm1(change):+.1%}" if panel.scale == "log" else f"\n{change:+.3g}" for change in changes]
    if rows.start in panel.starts:
        told[0] = ""
    return [f"{written(time)}{change}" for time, change in zip(panel.times[ends], told, strict=True)]


def _dates(model: Forecaster, times: np.ndarray) -> list[str]:
    """Of the encoder's steps: the last date of each segment of rows."""
    return [written(time) for time in times[model.config.segment - 1 :: model.config.segment]]


def _ahead(model: Forecaster) -> list[str]:
    size, horizon = model.config.segment, model.config.horizon
    if size == 1:
        return [f"+{step}" for step in range(1, horizon + 1)]
    return [f"+{first} to +{min(first + size - 1, horizon)}" for first in range(1, horizon + 1, size)]


def _decodes(layer: str) -> bool:
    return layer.startswith("decoder")
