"""Options of the network: what it sees, its widths, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnapps.config_checks import one_of, within
from rnnapps.search_space import searched

FEATURES = ("returns", "bars", "volume", "volatility", "averages", "rsi", "level", "calendar")


@dataclass(frozen=True)
class ModelConfig:
    """The network of a forecaster.

    Args:
        window: T, rows that a forecast sees, the last known one included. A multiple of `segment`.
        horizon: H, rows that are forecast.
        features: comma-separated, of returns, bars (gap, range and body of each bar), volume, volatility (realised,
            over several spans, and from ranges), averages (distance from moving averages), rsi, level (distance from
            the last value), calendar (time of day, week and year); auto is all that bars have but level and calendar,
            and returns, level for other series. Each row's features come from that row and earlier ones alone.
        scaling: the unit in which a series' changes are measured: ewma, their exponentially weighted volatility in
            the window; window, their plain volatility in the window; training, a constant per series, from its
            training rows; auto is ewma for prices, training for other series.
        ewma_decay: of `scaling` ewma per row, in (0, 1).
        cell: lstm, gru or simple_rnn.
        units: width of the recurrent state.
        layers: recurrent layers of the encoder.
        attention: bahdanau, or none to decode from the encoder's last state alone.
        attention_units: width of the attention's comparison.
        ticker_embedding: numbers per ticker that the network learns; 0 for none.
        segment: rows that the encoder reads, and the decoder forecasts, in one step; more is faster for long
            windows and horizons.
        linear_lags: last L rows whose linear map to the forecasts the recurrent part corrects, fitted in closed
            form on the training side to begin with; 0 for none. At most `window`.
        ridge: of that fit, relative to the variance of the lags.
        linear_trainable: whether training goes on to change the linear map.
        mirror: in training, show half of the windows upside down to the recurrent part, and expect the opposite of
            it: it then cannot learn the drift that the training period happened to have. Not for prices, whose falls
            are unlike their rises.
        dropout: of inputs and between layers, in [0, 1).
        head: quantiles (pinball loss), student_t (likelihood), or point.
        point_loss: of head point: mae, mse or huber.
    """

    window: int = searched(64, 16, 128, step=16)
    horizon: int = 5
    features: str = "auto"
    scaling: Literal["auto", "ewma", "window", "training"] = "auto"
    ewma_decay: float = 0.94
    cell: Literal["lstm", "gru", "simple_rnn"] = searched("gru", among=("gru", "lstm"))
    units: int = searched(32, 8, 128, step=2, log=True)
    layers: int = searched(1, among=(1, 2))
    attention: Literal["bahdanau", "none"] = "bahdanau"
    attention_units: int = 32
    ticker_embedding: int = 4
    segment: int = 1
    linear_lags: int = 0
    ridge: float = 1e-3
    linear_trainable: bool = True
    mirror: bool = False
    dropout: float = searched(0.3, 0.0, 0.6)
    head: Literal["quantiles", "student_t", "point"] = "quantiles"
    point_loss: Literal["mae", "mse", "huber"] = "huber"

    def __post_init__(self):
        one_of(self, "model", "scaling", ("auto", "ewma", "window", "training"))
        one_of(self, "model", "cell", ("lstm", "gru", "simple_rnn"))
        one_of(self, "model", "attention", ("bahdanau", "none"))
        one_of(self, "model", "head", ("quantiles", "student_t", "point"))
        one_of(self, "model", "point_loss", ("mae", "mse", "huber"))
        within(self, "model", "window", least=2)
        for name in ("horizon", "units", "layers", "attention_units", "segment"):
            within(self, "model", name, least=1)
        for name in ("ticker_embedding", "ridge"):
            within(self, "model", name, least=0)
        within(self, "model", "linear_lags", least=0, most=self.window)
        within(self, "model", "ewma_decay", above=0, below=1)
        within(self, "model", "dropout", least=0, below=1)
        if self.window % self.segment:
            raise ValueError(f"model.window: {self.window} is not a multiple of model.segment {self.segment}")
        if not self.feature_names:
            raise ValueError("model.features: names none; name one or more, or auto")
        if self.features != "auto":
            for name in self.feature_names:
                if name not in FEATURES:
                    raise ValueError(f"model.features: {name!r} is not one of {', '.join(FEATURES)}")

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The features as named, one by one; not for "auto"."""
        return tuple(name.strip() for name in self.features.split(",") if name.strip())

    def resolved(self, is_bars: bool, scale: str) -> tuple[tuple[str, ...], str]:
        """The features and the scaling for a panel, "auto" replaced by what it stands for.

        Raises:
            ValueError: features of bars asked of other series.
        """
        bars = ("returns", "bars", "volume", "volatility", "averages", "rsi")
        names = (bars if is_bars else ("returns", "level")) if self.features == "auto" else self.feature_names
        if not is_bars and (wrong := [name for name in names if name in ("bars", "volume")]):
            raise ValueError(f"model.features: {wrong[0]!r} needs open, high, low, close and volume; leave it out")
        scaling = ("ewma" if scale == "log" else "training") if self.scaling == "auto" else self.scaling
        return names, scaling
