"""Options of what a forecast says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnapps.config_checks import one_of, within

# As few as `rnnapps.series.calibration` learns from, which is not imported before it is needed.
FEWEST_DATES = 20


@dataclass(frozen=True)
class ForecastConfig:
    """Quantiles and their calibration.

    Args:
        quantiles: comma-separated levels in (0, 1), rising and symmetric about 0.5, which is among them.
        calibration: how the quantiles are corrected by what came true, past only: none; rolling, by the outcomes of
            the last `calibration_dates`; adaptive, and steered by how often they were missed lately.
        calibration_dates: different dates of forecasts that the correction looks back on; 0 is 250, or four horizons
            where that is more, since the outcomes of overlapping forecasts are alike.
        adaptive_rate: step of calibration adaptive, in (0, 1): how fast a level moves after a miss.
        batch_size: windows forecast together.
    """

    quantiles: str = "0.05,0.1,0.25,0.5,0.75,0.9,0.95"
    calibration: Literal["none", "rolling", "adaptive"] = "adaptive"
    calibration_dates: int = 0
    adaptive_rate: float = 0.005
    batch_size: int = 1024

    def __post_init__(self):
        one_of(self, "forecast", "calibration", ("none", "rolling", "adaptive"))
        within(self, "forecast", "calibration_dates", least=0)
        if 0 < self.calibration_dates < FEWEST_DATES:
            raise ValueError(
                f"forecast.calibration_dates: {self.calibration_dates} must be at least {FEWEST_DATES}, or 0 to leave "
                "it to the horizon; forecast.calibration none corrects nothing"
            )
        within(self, "forecast", "batch_size", least=1)
        within(self, "forecast", "adaptive_rate", above=0, below=1)
        levels = self.levels
        symmetric = all(abs(low + high - 1) < 1e-9 for low, high in zip(levels, reversed(levels), strict=True))
        if not symmetric or 0.5 not in levels or list(levels) != sorted(set(levels)) or levels[0] <= 0:
            raise ValueError(
                f"forecast.quantiles: {self.quantiles!r} must be rising, between 0 and 1, symmetric about 0.5 and "
                "include it, such as 0.05,0.25,0.5,0.75,0.95"
            )

    def dates(self, horizon: int) -> int:
        """`calibration_dates`, or what 0 stands for where forecasts reach so many rows ahead."""
        return self.calibration_dates or max(250, 4 * horizon)

    @property
    def levels(self) -> tuple[float, ...]:
        """The levels as numbers."""
        try:
            return tuple(float(level) for level in self.quantiles.split(","))
        except ValueError:
            raise ValueError(
                f"forecast.quantiles: {self.quantiles!r} is not a list of numbers such as 0.1,0.5,0.9"
            ) from None
