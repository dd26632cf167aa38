"""Decoding of CTC posteriors as pure graph functions; symbol 0 is the blank everywhere."""

from rnnapps.decoding.ctc.align import Alignment, align
from rnnapps.decoding.ctc.greedy import greedy, greedy_chunk

__all__ = ["Alignment", "align", "greedy", "greedy_chunk"]
