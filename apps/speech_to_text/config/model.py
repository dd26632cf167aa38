"""Options of the network: its widths, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnapps.config_checks import one_of, within
from rnnapps.search_space import searched


@dataclass(frozen=True)
class ModelConfig:
    """The network of a recogniser.

    Args:
        subsampling: feature frames per output frame: 1, or a product of 2 and 3. More is faster, but an output frame
            says one character at most: `check` tells the largest that is safe.
        convolutions: before the recurrent layers: bands, over frames and mel bands, which learns more of little data;
            time, over frames alone, fastest.
        filters: channels of the convolutions; `time` takes more, such as 64. The output of `bands` is `units` wide per
            direction.
        kernel_size: frames that each convolution sees.
        causal: convolutions see no later frame, as streaming needs.
        cell: lstm, gru or simple_rnn.
        units: width of the recurrent state, per direction.
        layers: recurrent layers.
        bidirectional: read each recording from both ends; streaming needs False.
        layer_norm: normalise inside the recurrent cells.
        dropout: of inputs and between layers, in [0, 1).
        head: ctc, a symbol or nothing per output frame; attention, a decoder that spells the text; joint, both, trained
            together; keyword, one label for the whole recording.
        attention: of the decoder: bahdanau, or location, which also sees where it looked before.
        attention_units: width of the attention's comparison.
        decoder_units: width of the decoder's state.
        embedding: width of the symbols that the decoder reads.
        ctc_weight: of head joint: share of the CTC loss, in (0, 1).
    """

    subsampling: int = 4
    convolutions: Literal["time", "bands"] = "bands"
    filters: int = 32
    kernel_size: int = 3
    causal: bool = False
    cell: Literal["lstm", "gru", "simple_rnn"] = searched("lstm", among=("lstm", "gru"))
    units: int = searched(128, 64, 256, step=32)
    layers: int = searched(2, 1, 3)
    bidirectional: bool = True
    layer_norm: bool = False
    dropout: float = searched(0.2, 0.0, 0.5)
    head: Literal["ctc", "attention", "joint", "keyword"] = "ctc"
    attention: Literal["bahdanau", "location"] = "location"
    attention_units: int = 128
    decoder_units: int = 256
    embedding: int = 64
    ctc_weight: float = 0.5

    def __post_init__(self):
        one_of(self, "model", "convolutions", ("time", "bands"))
        one_of(self, "model", "cell", ("lstm", "gru", "simple_rnn"))
        one_of(self, "model", "head", ("ctc", "attention", "joint", "keyword"))
        one_of(self, "model", "attention", ("bahdanau", "location"))
        for name in ("subsampling", "filters", "kernel_size", "units", "layers"):
            within(self, "model", name, least=1)
        for name in ("attention_units", "decoder_units", "embedding"):
            within(self, "model", name, least=1)
        within(self, "model", "dropout", least=0, below=1)
        within(self, "model", "ctc_weight", above=0, below=1)
        if not self.strides:
            raise ValueError(f"model.subsampling: {self.subsampling} is not a product of 2 and 3")
        within(self, "model", "kernel_size", least=max(self.strides))

    @property
    def strides(self) -> tuple[int, ...]:
        """Of each convolution, first to last; () where `subsampling` cannot be made of 2 and 3."""
        rest, strides = self.subsampling, []
        for factor in (3, 2):
            while rest % factor == 0:
                strides.append(factor)
                rest //= factor
        return tuple(sorted(strides)) or (1,) if rest == 1 else ()
