"""Every option of the forecaster: its unit, its default, and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass, field

from rnnapps.config_sections import ConfigSections

from .data import DataConfig
from .forecast import ForecastConfig
from .model import ModelConfig
from .train import TrainConfig

__all__ = ["DataConfig", "ForecastConfig", "ModelConfig", "StockConfig", "TrainConfig"]


@dataclass(frozen=True)
class StockConfig(ConfigSections):
    """All options of a run, as its config.yaml holds them.

    Args:
        data: where the series come from, and how they are split.
        model: the network.
        train: how it is trained.
        forecast: the quantiles, and how they are calibrated.
    """

    data: DataConfig = field(default_factory=DataConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    train: TrainConfig = field(default_factory=TrainConfig)
    forecast: ForecastConfig = field(default_factory=ForecastConfig)
