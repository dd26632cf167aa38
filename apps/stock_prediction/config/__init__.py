"""Every option of the forecaster: its unit, its default, and what is allowed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from rnnapps.config_checks import known

from .data import DataConfig
from .forecast import ForecastConfig
from .model import ModelConfig
from .train import TrainConfig

__all__ = ["DataConfig", "ForecastConfig", "ModelConfig", "StockConfig", "TrainConfig"]


@dataclass(frozen=True)
class StockConfig:
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

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """The options as plain values, section by section."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, dict[str, Any]]) -> StockConfig:
        """The inverse of `to_dict`; an unknown section or option is a ValueError that names it."""
        sections = {section.name: section.default_factory for section in dataclasses.fields(cls)}
        known("configuration", values, sections)
        for name, options in values.items():
            known(name, options, {option.name: option for option in dataclasses.fields(sections[name])})
        return cls(**{name: sections[name](**options) for name, options in values.items()})
