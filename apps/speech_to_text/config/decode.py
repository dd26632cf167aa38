"""Options of how posteriors become text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnapps.config_checks import one_of, within


@dataclass(frozen=True)
class DecodeConfig:
    """How a text is searched for.

    Args:
        beam_size: texts kept from frame to frame; 1 takes the likeliest symbol of every frame, and knows neither
            language model nor hot words.
        n_best: texts given per recording, best first; at most `beam_size`.
        top_symbols: symbols per frame that may go on a text, the likeliest ones; 0 is all.
        lm: language model, learnt from the texts of the training side: none, character (of the units, whatever they
            are), or word, which spells unknown words with the character model. None is word for heads ctc and joint
            with a beam.
        lm_order: symbols or words that the model looks at, the one that it predicts counted. None is 3 for words, 6
            for characters.
        lm_text: file with more texts for the language model, one a line.
        arpa: file with a language model in ARPA format instead; of words, or of single units.
        lm_weight: what the model's log-probability counts for. None is tuned on the validation side.
        insertion_bonus: added for every word that the model rates (for every symbol, of a character model). None is
            tuned on the validation side.
        hot_words: words and phrases to listen for, commas between, or the name of a file with one a line.
        hot_word_boost: what a letter of a hot word gains at most, in natural logarithms; beyond some 5 more changes
            little, as no letter gains much more than it lacks.
        joint_weight: of head joint, share of the CTC score in the search, in [0, 1].
    """

    beam_size: int = 16
    n_best: int = 1
    top_symbols: int = 40
    lm: Literal["none", "character", "word"] | None = None
    lm_order: int | None = None
    lm_text: str | None = None
    arpa: str | None = None
    lm_weight: float | None = None
    insertion_bonus: float | None = None
    hot_words: str | None = None
    hot_word_boost: float = 3.0
    joint_weight: float = 0.3

    def __post_init__(self):
        if self.lm is not None:
            one_of(self, "decode", "lm", ("none", "character", "word"))
        for name in ("beam_size", "n_best"):
            within(self, "decode", name, least=1)
        within(self, "decode", "top_symbols", least=0)
        within(self, "decode", "hot_word_boost", least=0)
        within(self, "decode", "joint_weight", least=0, most=1)
        if self.lm_order is not None:
            within(self, "decode", "lm_order", least=1, most=10)
        if self.lm_weight is not None:
            within(self, "decode", "lm_weight", least=0)
        if self.insertion_bonus is not None:
            within(self, "decode", "insertion_bonus")
        if self.n_best > self.beam_size:
            raise ValueError(f"decode.n_best: {self.n_best} is more than decode.beam_size, {self.beam_size}")
        for name in ("lm_order", "lm_text", "arpa", "lm_weight", "insertion_bonus"):
            if getattr(self, name) is not None and self.lm == "none":
                raise ValueError(f"decode.{name}: decode.lm is none; set it to character or word")
        if self.arpa is not None and self.lm_text is not None:
            raise ValueError("decode.lm_text: decode.arpa gives a finished model; leave one of them out")
        if self.arpa is not None and self.lm_order is not None:
            raise ValueError("decode.lm_order: the model of decode.arpa has its own; leave it out")
        if self.beam_size == 1 and (self.has_language_model or self.hot_words):
            what = "hot_words" if self.hot_words else "lm"
            raise ValueError(f"decode.beam_size: 1 cannot use decode.{what}; 16 is a good size")

    @property
    def has_language_model(self) -> bool:
        """Whether the search asks a language model."""
        return self.lm in ("character", "word")
