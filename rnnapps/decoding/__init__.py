"""Decoding as pure graph functions over step(tokens, states) -> logits, states, alignment."""

from rnnapps.decoding.beam_search import beam_search
from rnnapps.decoding.greedy import greedy
from rnnapps.decoding.hypotheses import Hypotheses, Step, tile_beams
from rnnapps.decoding.sampling import sample

__all__ = ["Hypotheses", "Step", "beam_search", "greedy", "sample", "tile_beams"]
