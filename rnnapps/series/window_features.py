"""What a network sees of a window of raw rows, computed inside the graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import keras
import tensorflow as tf

from rnnapps.series.causal import exponential_average, moving_average, previous, weighted
from rnnapps.series.panel import BARS

SPANS = (5, 20, 60)
RANGE_SPANS = (1, 5, 20)
RSI_SPAN = 14
DAY, WEEK, YEAR = 86400, 7 * 86400, 31556952  # seconds; the mean Gregorian year
TINY = 1e-6


@keras.saving.register_keras_serializable(package="rnnapps")
class WindowFeatures(keras.layers.Layer):
    """Features of each row of a window, from that row and earlier ones alone.

    x_j is the level that is forecast (its logarithm on a log scale), u the unit of the series' changes, r_j = x_j -
    x_{j-1}, mean_n the mean over the last n rows, as far as the window has them. All levels are taken relative to the
    window's last one, which float32 needs: it keeps seven digits, and an index stands at 10,000.

    returns     r_j / u
    bars        gap (open - previous close), range (high - low) and body (close - open), on the scale of x, / u
    volume      log volume minus its mean_20, and minus the previous row's
    volatility  log(sqrt(mean_n r^2) / u), n = 5, 20, 60; for bars also Parkinson's, log(sqrt(mean_n range^2 /
                (4 log 2)) / u), n = 1, 5, 20; and log(u / typical unit), the same in all rows
    averages    (x_j - mean_n x) / (u sqrt(n)), n = 5, 20, 60
    rsi         mean of rises / (mean of rises + mean of falls) - 1/2, exponential means with decay 1 - 1/14
    level       (x_j - x_T) / u, the distance from the last value
    calendar    sine and cosine of the time of day, week and year

    Args:
        names: of the features, in this order.
        columns: of the rows; features bars and volume need open, high, low, close, volume.
        scale: "log" or "linear", as in `Panel`.
        target: index of the column that is forecast.

    Call arguments:
        window: (B, T, C) float, raw rows.
        unit: (B,) float > 0, u, in changes.
        typical: (B,) float > 0, the unit that is usual for the series.
        times: (B, T) int, seconds since 1970; only the calendar reads it.
    Returns:
        (B, T, D) float32, D = `width`.
    Raises:
        ValueError: an unknown feature, or columns that a feature lacks.

    Parkinson 1980, The extreme value method for estimating the variance of the rate of return, eq. 10 for volatility
    from ranges. Wilder 1978 for the relative strength index.
    """

    def __init__(self, names: Sequence[str], columns: Sequence[str], scale: str, target: int = 0, **kwargs):
        super().__init__(trainable=False, **kwargs)
        self.names = tuple(names)
        self.columns = tuple(columns)
        self.scale = scale
        self.target = target
        if unknown := [name for name in self.names if name not in self._makers]:
            raise ValueError(f"names: {unknown[0]!r} is not one of {', '.join(self._makers)}")
        if self.columns != BARS and (wrong := [name for name in self.names if name in ("bars", "volume")]):
            raise ValueError(
                f"names: {wrong[0]!r} needs the columns {', '.join(BARS)}, found {', '.join(self.columns)}"
            )

    @property
    def _makers(self) -> dict[str, Callable]:
        return {
            "returns": self._returns,
            "bars": self._bars,
            "volume": self._volume,
            "volatility": self._volatility,
            "averages": self._averages,
            "rsi": self._rsi,
            "level": self._level,
            "calendar": self._calendar,
        }

    @property
    def width(self) -> int:
        """D, how many numbers a row becomes."""
        return len(self.parity)

    @property
    def labels(self) -> tuple[str, ...]:
        """D names of the numbers."""
        ranges = RANGE_SPANS if self.columns == BARS else ()
        known = {
            "bars": ("gap", "range", "body"),
            "volume": ("volume", "change of volume"),
            "volatility": (
                *(f"volatility {span}" for span in SPANS),
                *(f"range volatility {span}" for span in ranges),
                "unit",
            ),
            "averages": tuple(f"distance from average {span}" for span in SPANS),
            "calendar": tuple(
                f"{wave} of {period}" for period in ("day", "week", "year") for wave in ("sine", "cosine")
            ),
        }
        return tuple(label for name in self.names for label in known.get(name, (name,)))

    @property
    def parity(self) -> tuple[int, ...]:
        """D numbers: -1 for what changes its sign where the window is turned upside down, 1 for what stays."""
        volatilities = len(SPANS) + (len(RANGE_SPANS) if self.columns == BARS else 0) + 1
        known = {
            "bars": (-1, 1, -1),
            "volume": (1, 1),
            "volatility": (1,) * volatilities,
            "averages": (-1,) * len(SPANS),
            "calendar": (1,) * 6,
        }
        return tuple(sign for name in self.names for sign in known.get(name, (-1,)))

    def call(self, window, unit, typical, times=None):
        level = self.levels(window)  # B, T
        unit = unit[:, None]
        arguments = {
            "window": window,
            "level": level,
            "change": level - previous(level),
            "unit": unit,
            "typical": typical[:, None],
            "times": times,
        }
        return tf.stack([part for name in self.names for part in self._makers[name](**arguments)], axis=-1)

    def levels(self, window: tf.Tensor, column: int | None = None) -> tf.Tensor:
        """(B, T) a column of the window, by default the target, as changes from the target's last value."""
        last = window[:, -1:, self.target]
        values = window[..., self.target if column is None else column]
        return tf.math.log(values / last) if self.scale == "log" else values - last

    def _returns(self, change, unit, **_):
        return [change / unit]

    def _bars(self, window, unit, **_):
        opening, high, low, close = (self.levels(window, column) for column in range(4))
        return [(opening - previous(close)) / unit, (high - low) / unit, (close - opening) / unit]

    def _volume(self, window, **_):
        volume = tf.math.log1p(tf.maximum(window[..., 4], 0.0))
        usual = weighted(volume, moving_average(window.shape[1], 20))
        return [volume - usual, volume - previous(volume)]

    def _volatility(self, window, change, unit, typical, **_):
        length = window.shape[1]
        square = tf.square(change / unit)
        parts = [_log_root(weighted(square, moving_average(length, span))) for span in SPANS]
        if self.columns == BARS:
            spread = tf.square((self.levels(window, 1) - self.levels(window, 2)) / unit)
            parts += [
                _log_root(weighted(spread, moving_average(length, span)) / (4 * math.log(2))) for span in RANGE_SPANS
            ]
        return [*parts, tf.ones_like(change) * tf.math.log(unit / typical)]

    def _averages(self, level, unit, **_):
        return [
            (level - weighted(level, moving_average(level.shape[1], span))) / (unit * math.sqrt(span)) for span in SPANS
        ]

    def _rsi(self, change, unit, **_):
        weights = exponential_average(change.shape[1], 1 - 1 / RSI_SPAN)
        rises = weighted(tf.nn.relu(change / unit), weights)
        falls = weighted(tf.nn.relu(-change / unit), weights)
        return [(rises - falls) / (2 * (rises + falls + TINY))]

    def _level(self, level, unit, **_):
        return [level / unit]

    def _calendar(self, times, **_):
        # Integers first: seconds since 1970 do not fit into float32.
        shares = [tf.cast(times % period, "float32") / period for period in (DAY, WEEK, YEAR)]
        return [wave(2 * math.pi * share) for share in shares for wave in (tf.sin, tf.cos)]

    def get_config(self):
        names = ("names", "columns", "scale", "target")
        return super().get_config() | {name: getattr(self, name) for name in names}


def _log_root(square: tf.Tensor) -> tf.Tensor:
    return 0.5 * tf.math.log(square + TINY)
