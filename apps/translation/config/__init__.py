"""Every option of the translator: its unit, its default, and what is allowed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from .checks import known
from .data import DataConfig, TokenizerConfig
from .decode import DecodeConfig
from .model import ModelConfig
from .train import TrainConfig

__all__ = ["DataConfig", "DecodeConfig", "ModelConfig", "TokenizerConfig", "TrainConfig", "TranslationConfig"]


@dataclass(frozen=True)
class TranslationConfig:
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

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """The options as plain values, section by section."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, dict[str, Any]]) -> TranslationConfig:
        """The inverse of `to_dict`; an unknown section or option is a ValueError that names it."""
        sections = {section.name: section.default_factory for section in dataclasses.fields(cls)}
        known("configuration", values, sections)
        for name, options in values.items():
            known(name, options, {option.name: option for option in dataclasses.fields(sections[name])})
        return cls(**{name: sections[name](**options) for name, options in values.items()})
