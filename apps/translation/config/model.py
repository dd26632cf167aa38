"""Options of the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnapps.config_checks import one_of, within
from rnnapps.search_space import searched


@dataclass(frozen=True)
class ModelConfig:
    """The network: embedding, bidirectional encoder, attention decoder.

    Args:
        cell: recurrent cell of encoder and decoder.
        units: U, width of the decoder's state; each direction of the encoder has as many.
        embedding_dim: E, width of the token embeddings.
        encoder_layers: bidirectional layers.
        decoder_layers: stacked cells.
        attention: score that compares the decoder's state with the encoder's outputs.
        attention_units: width in which bahdanau and luong-concat compare; unused by the others.
        coverage: the attention reads how much each source position has been looked at; bahdanau attention only.
        coverage_loss: weight of the share of attention that falls where attention has been before, added to the
            loss per target token; 0 adds nothing.
        timing: bahdanau queries with the previous state, luong with the current one.
        input_feeding: the last attention vector is fed in with the next token; luong timing only.
        readout_units: width of the layer between decoder and vocabulary; with tied embeddings it is
            `embedding_dim`.
        residual: add each stacked layer's input to its output, from the second layer on.
        dropout: probability in [0, 1) of dropping an embedding, a layer's output or a readout in training.
        recurrent_dropout: probability in [0, 1) of dropping a unit of a recurrent state, the same units at all steps.
        tie_embeddings: none; target shares the target embedding with the output layer; all shares it with
            the source embedding too, which needs tokenizer.joint.
    """

    cell: Literal["lstm", "gru", "simple_rnn"] = searched("gru", among=("gru", "lstm"))
    units: int = searched(192, 96, 384, step=32)
    embedding_dim: int = searched(128, 64, 256, step=32)
    encoder_layers: int = 1
    decoder_layers: int = 1
    attention: Literal["bahdanau", "luong-dot", "luong-general", "luong-concat"] = "bahdanau"
    attention_units: int = 128
    coverage: bool = False
    coverage_loss: float = 0.0
    timing: Literal["bahdanau", "luong"] = "bahdanau"
    input_feeding: bool = False
    readout_units: int = 128
    residual: bool = False
    dropout: float = searched(0.2, 0.0, 0.5)
    recurrent_dropout: float = 0.0
    tie_embeddings: Literal["none", "target", "all"] = "target"

    def __post_init__(self):
        one_of(self, "model", "cell", ("lstm", "gru", "simple_rnn"))
        one_of(self, "model", "attention", ("bahdanau", "luong-dot", "luong-general", "luong-concat"))
        one_of(self, "model", "timing", ("bahdanau", "luong"))
        one_of(self, "model", "tie_embeddings", ("none", "target", "all"))
        for name in (
            "units",
            "embedding_dim",
            "encoder_layers",
            "decoder_layers",
            "attention_units",
            "readout_units",
        ):
            within(self, "model", name, least=1)
        within(self, "model", "dropout", least=0, below=1)
        within(self, "model", "recurrent_dropout", least=0, below=1)
        within(self, "model", "coverage_loss", least=0)
        if self.coverage and (self.attention, self.timing) != ("bahdanau", "bahdanau"):
            raise ValueError(
                f"model.coverage: True needs model.attention bahdanau and model.timing bahdanau, found "
                f"{self.attention} and {self.timing}"
            )
        if self.input_feeding and self.timing != "luong":
            raise ValueError(
                f"model.input_feeding: True needs model.timing luong, found {self.timing!r}; "
                "with bahdanau timing the context already enters the cell"
            )
