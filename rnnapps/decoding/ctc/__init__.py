"""Decoding of CTC posteriors as pure graph functions; symbol 0 is the blank everywhere."""

from rnnapps.decoding.ctc.align import Alignment, align
from rnnapps.decoding.ctc.character_model import CharacterModel
from rnnapps.decoding.ctc.confidence import ConfidenceScale, fit_confidence
from rnnapps.decoding.ctc.greedy import greedy, greedy_chunk, greedy_row
from rnnapps.decoding.ctc.hot_words import HotWords
from rnnapps.decoding.ctc.prefix_beam_search import PrefixBeamSearch, Texts
from rnnapps.decoding.ctc.word_model import WordModel

__all__ = [
    "Alignment",
    "CharacterModel",
    "ConfidenceScale",
    "HotWords",
    "PrefixBeamSearch",
    "Texts",
    "WordModel",
    "align",
    "fit_confidence",
    "greedy",
    "greedy_chunk",
    "greedy_row",
]
