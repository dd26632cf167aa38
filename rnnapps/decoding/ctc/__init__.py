"""Decoding of CTC posteriors as pure graph functions; symbol 0 is the blank everywhere."""

from rnnapps.decoding.ctc.align import Alignment, align
from rnnapps.decoding.ctc.greedy import greedy, greedy_chunk
from rnnapps.decoding.ctc.hot_words import HotWords
from rnnapps.decoding.ctc.prefix_beam_search import PrefixBeamSearch, Texts

__all__ = ["Alignment", "HotWords", "PrefixBeamSearch", "Texts", "align", "greedy", "greedy_chunk"]
