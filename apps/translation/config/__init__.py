"""Every option of the translator: its unit, its default, and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass, field

from rnnapps.config_sections import ConfigSections

from .data import DataConfig, TokenizerConfig
from .decode import DecodeConfig
from .model import ModelConfig
from .train import TrainConfig

__all__ = ["DataConfig", "DecodeConfig", "ModelConfig", "TokenizerConfig", "TrainConfig", "TranslationConfig"]


@dataclass(frozen=True)
class TranslationConfig(ConfigSections):
    """All options of a run, as its config.yaml holds them.

    Args:
        data: where sentence pairs come from.
        tokenizer: how sentences become tokens.
        model: the network.
        train: how it is trained.
        decode: how a translation is searched for.
    """

    data: DataConfig = field(default_factory=DataConfig)
    tokenizer: TokenizerConfig = field(default_factory=TokenizerConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    train: TrainConfig = field(default_factory=TrainConfig)
    decode: DecodeConfig = field(default_factory=DecodeConfig)

    def __post_init__(self):
        if self.model.tie_embeddings == "all" and not self.tokenizer.joint:
            raise ValueError(
                "model.tie_embeddings: 'all' shares one embedding between both languages and needs "
                "tokenizer.joint true; use 'target' with separate vocabularies"
            )
