"""Options of decoding that are to be other than those that a run was trained with."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class DecodingChoice:
    """What a command may ask for instead of the run's own section decode.

    Args:
        beam_size: texts kept from frame to frame; 1 is greedy. This and what follows are by default as the run has it.
        n_best: texts told of each recording, best first.
        lm: language model: none, character or word; that of the run's texts, if it was trained with one.
        lm_text: file with texts to learn the language model from instead, one a line.
        arpa: file with a language model in ARPA format instead.
        lm_weight: what the language model counts for.
        insertion_bonus: added for every word or symbol that the language model rates.
        hot_words: words and phrases to listen for, commas between, or the name of a file with one a line.
        hot_word_boost: what a letter of a hot word gains at most.
        joint_weight: of head joint, share of the CTC score in the search.
    """

    beam_size: int | None = None
    n_best: int | None = None
    lm: Literal["none", "character", "word"] | None = None
    lm_text: str | None = None
    arpa: str | None = None
    lm_weight: float | None = None
    insertion_bonus: float | None = None
    hot_words: str | None = None
    hot_word_boost: float | None = None
    joint_weight: float | None = None

    def given(self) -> dict[str, Any]:
        """Those that are asked for, by name."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None}
