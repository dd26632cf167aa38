"""From forecasts to positions: what a trader who believed them would hold."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np

BASIS_POINT = 1e-4


@dataclass(frozen=True)
class TradingRule:
    """How forecasts become positions; nothing here looks at an outcome.

    Args:
        signal: median, long where the median's change over `hold` bars is more than a trade in and out costs;
            probability, long where a rise is likelier than `threshold`; always, long at every bar, which makes sense
            with `target_volatility`.
        sides: long_flat never sells what it has not; long_short goes short where a fall is what the signal says.
        hold: bars, at least 1, that a signal's share of the capital is held. The capital is in `hold` equal shares,
            of which each bar's signal places one, so that no starting day is favoured.
        threshold: probability in [0.5, 1) for the signal probability.
        target_volatility: percent per year; the position is target over forecast volatility, at most 1. 0 does not
            scale.
        commission, slippage: basis points of what is traded, >= 0, at every purchase and every sale.
    Raises:
        ValueError: a value outside its range.

    Shares of the capital held over each other: Jegadeesh and Titman 1993, Returns to buying winners and selling losers.
    """

    signal: Literal["median", "probability", "always"] = "median"
    sides: Literal["long_flat", "long_short"] = "long_flat"
    hold: int = 1
    threshold: float = 0.55
    target_volatility: float = 0.0
    commission: float = 2.0
    slippage: float = 3.0

    def __post_init__(self):
        if self.hold < 1:
            raise ValueError(f"--hold must be at least 1 bar, is {self.hold}")
        if not 0.5 <= self.threshold < 1:
            raise ValueError(f"--threshold must lie in [0.5, 1), is {self.threshold}: it is a probability of a rise")
        for name in ("target_volatility", "commission", "slippage"):
            # Not-a-number is not >= 0 either.
            if not getattr(self, name) >= 0:
                raise ValueError(f"--{name} must be at least 0, is {getattr(self, name)}")

    @property
    def cost(self) -> float:
        """What is lost of every unit that is bought or sold."""
        return (self.commission + self.slippage) * BASIS_POINT

    def signals(self, quantiles: np.ndarray, levels: np.ndarray, bars_per_year: float) -> np.ndarray:
        """What each forecast asks for, before the shares of earlier bars are counted in.

        Args:
            quantiles: (N, H, Q) of log changes, H >= `hold`.
            levels: (Q,) rising, 0.5 among them.
            bars_per_year: for `target_volatility`.
        Returns:
            (N,) in [-1, 1]: 1 is all capital in the series, 0 out of it, -1 sold short.
        Raises:
            ValueError: `hold` is longer than the horizon, or no median among the levels.
        """
        levels = np.asarray(levels, "float64")
        if self.hold > quantiles.shape[1]:
            raise ValueError(f"--hold {self.hold}: the forecasts reach {quantiles.shape[1]} bars ahead, no further")
        held = quantiles[:, self.hold - 1]  # N, Q
        direction = self._direction(held, levels)
        if self.target_volatility:
            yearly = 100 * forecast_volatility(held, levels) * np.sqrt(bars_per_year / self.hold)
            direction = direction * np.minimum(1.0, self.target_volatility / np.maximum(yearly, 1e-9))
        return direction

    def positions(self, signals: np.ndarray) -> np.ndarray:
        """(N,) what is held after each of the signals of one series: the mean of its last `hold` signals."""
        total = np.cumsum(np.concatenate([np.zeros(self.hold), signals]))
        return (total[self.hold :] - total[: -self.hold]) / self.hold

    def _direction(self, held: np.ndarray, levels: np.ndarray) -> np.ndarray:
        if self.signal == "always":
            return np.ones(len(held))
        if self.signal == "probability":
            rise = probability_of_a_rise(held, levels)
            up, down = rise > self.threshold, rise < 1 - self.threshold
        else:
            middle = np.flatnonzero(np.isclose(levels, 0.5))
            if not len(middle):
                raise ValueError(f"--signal median: no 0.5 among the forecast's levels {', '.join(map(str, levels))}")
            both_ways = 2 * self.cost
            up, down = held[:, middle[0]] > both_ways, held[:, middle[0]] < -both_ways
        return up.astype("float64") - (down if self.sides == "long_short" else 0.0)


def probability_of_a_rise(quantiles: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """(N,) probability that the change is above 0: straight lines between the quantiles.

    Beyond the outermost levels nothing is known: the probability stays within 1 - levels[-1] and 1 - levels[0].

    Args:
        quantiles: (N, Q), not falling along Q.
        levels: (Q,) rising.

    >>> probability_of_a_rise(np.array([[-1.0, 1.0, 2.0]]), np.array([0.1, 0.5, 0.9]))
    array([0.7])
    """
    return 1 - np.array([np.interp(0.0, row, levels) for row in quantiles]).reshape(len(quantiles))


def forecast_volatility(quantiles: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """(N,) standard deviation of a normal distribution as wide as the outermost quantiles; (N, Q), (Q,) -> (N,)."""
    normal = NormalDist()
    width = normal.inv_cdf(float(levels[-1])) - normal.inv_cdf(float(levels[0]))
    return (quantiles[:, -1] - quantiles[:, 0]) / width
