"""Windows over a panel, indexed and never stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from rnnapps.series.panel import Panel


@dataclass(frozen=True)
class Windows:
    """Forecast origins of a panel, each with the T rows up to it and the H rows after it.

    Nothing is copied but the windows that are asked for: what is held is one pair of numbers per series.

    Fields:
        panel: where the rows are.
        window: T, rows that a forecast sees, the origin's own included.
        horizon: H, rows that are forecast.
        first: (K,) int64, panel row of each series' first origin.
        counts: (K,) int64, how many origins follow each other in each series.
        stride: rows from one origin to the next.
    """

    panel: Panel
    window: int
    horizon: int
    first: np.ndarray
    counts: np.ndarray
    stride: int = 1

    def __len__(self) -> int:
        return int(self.counts.sum())

    @property
    def rows(self) -> np.ndarray:
        """(N,) panel row of every origin."""
        return self.origins(np.arange(len(self)))

    @property
    def series(self) -> np.ndarray:
        """(N,) series of every origin."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    @property
    def origin_times(self) -> np.ndarray:
        """(N,) datetime64, when the forecast is made."""
        return self.panel.times[self.rows]

    @property
    def outcome_times(self) -> np.ndarray:
        """(N, H) datetime64, when the outcomes are known."""
        return self.panel.times[self._ahead(self.rows)]

    @property
    def last(self) -> np.ndarray:
        """(N,) the level at the origin."""
        return self.panel.levels[self.rows]

    @property
    def levels(self) -> np.ndarray:
        """(N, H) the levels after the origin."""
        return self.panel.levels[self._ahead(self.rows)]

    @property
    def outcomes(self) -> np.ndarray:
        """(N, H) the changes from the origin."""
        return self.panel.changes(self.last[:, None], self.levels)

    def origins(self, numbers: np.ndarray) -> np.ndarray:
        """Panel rows of the origins with these numbers, 0 <= number < len(self)."""
        ends = np.cumsum(self.counts)
        series = np.searchsorted(ends, numbers, side="right")
        return self.first[series] + (numbers - (ends - self.counts)[series]) * self.stride

    def take(self, numbers: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """What the network gets: the inputs of `inputs` and the (N, H) float32 levels after the origins."""
        rows = self.origins(np.asarray(numbers))
        return self.inputs(rows), self.panel.levels[self._ahead(rows)].astype("float32")

    def inputs(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """The windows that end in these rows.

        Returns:
            window (N, T, C) float32, ticker (N,) int32; where the panel has them, past (N, T, P) and
            future (N, T + H, F) float32; times (N, T) int64, seconds since 1970.
        """
        panel = self.panel
        back = rows[:, None] + np.arange(1 - self.window, 1)
        series = np.searchsorted(panel.starts, rows, side="right") - 1
        found = {
            "window": panel.values[back].astype("float32"),
            "ticker": panel.ids[series],
            "times": panel.times[back].astype("datetime64[s]").astype("int64"),
        }
        if panel.past_columns:
            found["past"] = panel.past[back].astype("float32")
        if panel.future_columns:
            around = np.concatenate([back, self._ahead(rows)], axis=1)
            found["future"] = panel.future[around].astype("float32")
        return found

    def batches(self, batch_size: int) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray]]:
        """All windows in order."""
        for start in range(0, len(self), batch_size):
            yield self.take(np.arange(start, min(start + batch_size, len(self))))

    def output_signature(self) -> tuple[dict[str, tf.TensorSpec], tf.TensorSpec]:
        """`tf.TensorSpec` of what `take` returns, for any number of windows."""
        length, ahead = self.window, self.horizon
        inputs = {
            "window": tf.TensorSpec((None, length, len(self.panel.columns)), "float32"),
            "ticker": tf.TensorSpec((None,), "int32"),
            "times": tf.TensorSpec((None, length), "int64"),
        }
        if self.panel.past_columns:
            inputs["past"] = tf.TensorSpec((None, length, len(self.panel.past_columns)), "float32")
        if self.panel.future_columns:
            inputs["future"] = tf.TensorSpec((None, length + ahead, len(self.panel.future_columns)), "float32")
        return inputs, tf.TensorSpec((None, ahead), "float32")

    def _ahead(self, rows: np.ndarray) -> np.ndarray:
        return rows[:, None] + np.arange(1, self.horizon + 1)


def windows_between(
    panel: Panel,
    window: int,
    horizon: int,
    start: np.datetime64 | None = None,
    end: np.datetime64 | None = None,
    stride: int = 1,
) -> Windows:
    """Every origin whose H outcomes all lie in start <= time < end; the T rows before may lie earlier.

    Args:
        panel: the series.
        window: int >= 1, T.
        horizon: int >= 1, H.
        start: time of the earliest outcome, None for no bound.
        end: time that no outcome reaches, None for no bound.
        stride: int >= 1, rows between origins, counted from each series' first.
    Raises:
        ValueError: a size below 1, or a window and horizon that no series is long enough for.
    """
    for name, value in (("window", window), ("horizon", horizon), ("stride", stride)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, is {value}")
    first, counts = [], []
    for k in range(len(panel)):
        rows = panel.rows(k)
        times = panel.times[rows]
        # Targets are rows lowest .. highest - 1, so the first origin is lowest - 1 and the last one highest - 1 - H.
        lowest = 0 if start is None else int(np.searchsorted(times, start))
        highest = len(times) if end is None else int(np.searchsorted(times, end))
        lowest = max(lowest - 1, window - 1)
        first.append(rows.start + lowest)
        counts.append(max(0, -((lowest - (highest - horizon)) // stride)))
    if len(panel) and not any(panel.starts[k + 1] - panel.starts[k] >= window + horizon for k in range(len(panel))):
        longest = int(np.diff(panel.starts).max())
        raise ValueError(
            f"a window of {window} rows and a horizon of {horizon} need {window + horizon} rows, "
            f"but the longest series has {longest}; choose a shorter window or give more history"
        )
    return Windows(panel, window, horizon, np.array(first, "int64"), np.array(counts, "int64"), stride)
