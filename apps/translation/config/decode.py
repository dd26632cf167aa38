"""Options of decoding."""

from __future__ import annotations

from dataclasses import dataclass

from rnnapps.config_checks import within


@dataclass(frozen=True)
class DecodeConfig:
    """How a translation is searched for.

    Args:
        beam_size: hypotheses kept at each step; 1 is greedy.
        length_penalty: alpha of ((5 + length) / 6) ** alpha; 0 ranks by probability alone.
        coverage_penalty: beta, how much leaving source tokens unattended costs.
        n_best: hypotheses given per sentence, best first; at most `beam_size`.
        max_length_ratio: a translation has at most ratio x source tokens + extra tokens.
        max_length_extra: tokens, see `max_length_ratio`.
        max_source_tokens: tokens of a source text that are read, its end symbol counted; what follows is not
            translated. It bounds the memory that one text can take.
        batch_size: sentences decoded together.
    """

    beam_size: int = 4
    length_penalty: float = 1.0
    coverage_penalty: float = 0.2
    n_best: int = 1
    max_length_ratio: float = 2.0
    max_length_extra: int = 10
    max_source_tokens: int = 1000
    batch_size: int = 64

    def __post_init__(self):
        for name in ("beam_size", "n_best", "max_length_extra", "max_source_tokens", "batch_size"):
            within(self, "decode", name, least=1)
        for name in ("length_penalty", "coverage_penalty", "max_length_ratio"):
            within(self, "decode", name, least=0)
        if self.n_best > self.beam_size:
            raise ValueError(f"decode.n_best: {self.n_best} is more than decode.beam_size, {self.beam_size}")
