"""The page that travels with an exported forecaster: what it is, how good it is, how to load it."""

from __future__ import annotations

from collections.abc import Mapping

from rnnapps.series.panel import Panel
from rnnapps.series.reading import written

from .config import StockConfig

CELLS = {"lstm": "LSTM", "gru": "GRU", "simple_rnn": "simple recurrent network"}
CARD = """# Forecaster `{run}`

A recurrent encoder-decoder ({cell}, {attention}) that takes the last {window} rows of a series and gives {kind} of
the next {horizon}. Features, scaling, calibration and the way back to {unit} are inside the graph.

Not investment advice. It says how wide the future is; that it could tell the direction is what the verdict below
denies or confirms. It knows nothing but the rows it is given.

## Data
{data}. {count} series: {tickers}.
Rows up to {last}; calibrated by the outcomes known then{updated}.

Licence of the data: {licence}

## Quality
{quality}

## How to load
TensorFlow was {version}. Neither rnnapps nor Keras is needed.

```python
import numpy as np
import tensorflow as tf

model = tf.saved_model.load("path/of/this/folder")
window = np.ones((1, {window}, {width}), "float32")  # the last {window} rows, the oldest first
answer = model.signatures["by_name"](
    window=tf.constant(window),
    ticker=tf.constant(["{ticker}"]){further},
)
print(answer["quantiles"].numpy()[0])  # one row per row to come, one column per level
```

## Signatures
`serving_default(window: float32[N, {window}, {width}], ticker: int32[N]{types})`,
`by_name(window, ticker: string[N]{types})`
- `window`: rows of {columns}, raw, in the order of time; the calendar is that of the rows
- `ticker`: number, from 0, or name of the series, in the order above; an unknown one is an error{inputs}
- `quantiles` float32[N, {horizon}, {levels_count}]: of {unit}, rising
- `quantile_levels` float32[N, {levels_count}]: {levels}, in each row

`describe()`: tickers, columns, window, horizon, scale and levels, as tensors
"""


def model_card(run: str, config: StockConfig, panel: Panel, metrics: Mapping, updates: int = 0) -> str:
    """Markdown text.

    Args:
        run: name of the run.
        config: of the run.
        panel: the rows the run saw last.
        metrics: content of the run's metrics.json; empty when nothing has been measured.
        updates: how often the run went on training on new rows.
    """
    import tensorflow as tf

    model, data, width = config.model, metrics.get("data", {}), len(panel.columns)
    names, _ = model.resolved(panel.is_bars, panel.scale)
    extra = {
        "times": ("int64", str(model.window), "seconds since 1970 of the rows", "calendar" in names),
        "past": (
            "float32",
            f"{model.window}, {len(panel.past_columns)}",
            f"of the rows: {', '.join(panel.past_columns)}",
            bool(panel.past_columns),
        ),
        "future": (
            "float32",
            f"{model.window + model.horizon}, {len(panel.future_columns)}",
            f"of the rows and the {model.horizon} after them: {', '.join(panel.future_columns)}",
            bool(panel.future_columns),
        ),
    }
    used = {name: (kind, sizes, about) for name, (kind, sizes, about, there) in extra.items() if there}
    return CARD.format(
        run=run,
        cell=CELLS[model.cell],
        attention="Bahdanau attention" if model.attention == "bahdanau" else "no attention",
        window=model.window,
        horizon=model.horizon,
        kind="points, widened by calibration," if model.head == "point" else "quantiles",
        unit="prices" if panel.is_bars else "values",
        data=data.get("name", "Unknown data"),
        licence=data.get("licence", "unknown"),
        count=len(panel),
        tickers=_listed(panel.names),
        ticker=panel.names[0],
        last=written(panel.times.max()),
        updated=f"; {updates} times trained further on new rows" if updates else "",
        quality=metrics.get("quality", "Not measured."),
        version=tf.__version__,
        width=width,
        columns=", ".join(panel.columns),
        levels_count=len(config.forecast.levels),
        levels=", ".join(f"{level:g}" for level in config.forecast.levels),
        types="".join(f", {name}: {kind}[N, {sizes}]" for name, (kind, sizes, _) in used.items()),
        inputs="".join(f"\n- `{name}`: {about}" for name, (*_, about) in used.items()),
        further="".join(f",\n    {name}=tf.zeros((1, {sizes}), tf.{kind})" for name, (kind, sizes, _) in used.items()),
    )


def _listed(names: tuple[str, ...], shown: int = 60) -> str:
    return ", ".join(names[:shown]) + (f" and {len(names) - shown} more" if len(names) > shown else "")
