"""Every option of the recogniser: its unit, its default, and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass, field

from rnnapps.config_sections import ConfigSections

from .augment import AugmentConfig
from .data import DataConfig
from .decode import DecodeConfig
from .decoding_choice import DecodingChoice
from .features import FeaturesConfig
from .model import ModelConfig
from .train import TrainConfig

__all__ = [
    "AugmentConfig",
    "DataConfig",
    "DecodeConfig",
    "DecodingChoice",
    "FeaturesConfig",
    "ModelConfig",
    "SpeechConfig",
    "TrainConfig",
]


@dataclass(frozen=True)
class SpeechConfig(ConfigSections):
    """All options of a run, as its config.yaml holds them.

    Args:
        data: where the recordings come from, how they are split, and what their texts are made of.
        features: what the network sees of a waveform.
        augment: how recordings are varied in training.
        model: the network.
        train: how it is trained.
        decode: how its posteriors become text.
    """

    data: DataConfig = field(default_factory=DataConfig)
    features: FeaturesConfig = field(default_factory=FeaturesConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    train: TrainConfig = field(default_factory=TrainConfig)
    decode: DecodeConfig = field(default_factory=DecodeConfig)
