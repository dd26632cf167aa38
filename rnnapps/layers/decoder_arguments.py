"""Which arguments of `AttentionDecoder` go together."""

from __future__ import annotations

import keras

from rnnapps.layers.cell_stack import output_width

TIMINGS = ("bahdanau", "luong")


def check_decoder_arguments(decoder) -> None:
    """Raises ValueError, naming argument and value, where the constructor's arguments clash."""
    if not decoder.cells:
        raise ValueError("AttentionDecoder: cells must hold at least one cell, got none")
    if any(isinstance(cell, keras.layers.StackedRNNCells) for cell in decoder.cells):
        raise ValueError("AttentionDecoder: cells must be a list of cells, got StackedRNNCells; pass its cells")
    if decoder.timing not in TIMINGS:
        raise ValueError(f"AttentionDecoder: timing must be one of {', '.join(TIMINGS)}, got {decoder.timing!r}")
    if decoder.input_feeding and decoder.timing != "luong":
        raise ValueError(
            "AttentionDecoder: input_feeding=True belongs to timing='luong'; "
            "with timing='bahdanau' the context enters the cell already"
        )
    if decoder.readout != "tanh" and decoder.timing != "bahdanau":
        raise ValueError(f"AttentionDecoder: readout={decoder.readout!r} belongs to timing='bahdanau'")
    if not 0 <= decoder.dropout < 1:
        raise ValueError(f"AttentionDecoder: dropout must lie in [0, 1), got {decoder.dropout}")
    if isinstance(decoder.projection, str) and decoder.projection != "tied":
        raise ValueError(f"AttentionDecoder: projection must be a layer, 'tied' or None, got {decoder.projection!r}")
    if decoder.projection == "tied" and not isinstance(decoder.embedding, keras.layers.ReversibleEmbedding):
        raise ValueError(
            "AttentionDecoder: projection='tied' needs embedding to be a keras.layers.ReversibleEmbedding, "
            f"got {type(decoder.embedding).__name__}"
        )
    widths = [output_width(cell) for cell in decoder.cells]
    if decoder.residual and len(set(widths)) > 1:
        raise ValueError(f"AttentionDecoder: residual=True needs cells of one width, got {widths}")
