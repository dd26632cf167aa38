"""Which arguments of `AttentionDecoder` go together."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import tensorflow as tf

from rnnapps.layers.cell_stack import output_width

TIMINGS = ("bahdanau", "luong")
KERNELS = ("auto", "bptt", "reference")


def check_decoder_arguments(decoder) -> None:
    """Raises ValueError, naming argument and value, where the constructor's arguments clash."""
    if not decoder.cells:
        raise ValueError("AttentionDecoder: cells must hold at least one cell, got none")
    if any(isinstance(cell, keras.layers.StackedRNNCells) for cell in decoder.cells):
        raise ValueError("AttentionDecoder: cells must be a list of cells, got StackedRNNCells; pass its cells")
    for cell in decoder.cells:
        if isinstance(cell, keras.layers.RNN) or not hasattr(cell, "state_size"):
            raise ValueError(f"AttentionDecoder: cells must be cells such as GRUCell, got {cell!r}")
    if not hasattr(decoder.attention, "project"):
        raise ValueError(
            "AttentionDecoder: attention must be BahdanauAttention, LuongAttention or a layer with their project, "
            f"got {decoder.attention!r}"
        )
    dtypes = [layer.compute_dtype for layer in (*decoder.cells, decoder.attention)]
    if set(dtypes) != {decoder.compute_dtype}:
        raise ValueError(
            f"AttentionDecoder: cells and attention must compute in its own dtype={decoder.compute_dtype}, "
            f"got {', '.join(dtypes)}"
        )
    if decoder.kernel not in KERNELS:
        raise ValueError(f"AttentionDecoder: kernel must be one of {', '.join(KERNELS)}, got {decoder.kernel!r}")
    if getattr(decoder.attention, "reads_past", False) and decoder.timing != "bahdanau":
        raise ValueError(
            "AttentionDecoder: an attention with coverage=True or location_filters belongs to timing='bahdanau'"
        )
    if decoder.timing not in TIMINGS:
        raise ValueError(f"AttentionDecoder: timing must be one of {', '.join(TIMINGS)}, got {decoder.timing!r}")
    if decoder.input_feeding and decoder.timing != "luong":
        raise ValueError(
            "AttentionDecoder: input_feeding=True belongs to timing='luong'; "
            "with timing='bahdanau' the context enters the cell already"
        )
    if decoder.readout != "tanh" and decoder.timing != "bahdanau":
        raise ValueError(f"AttentionDecoder: readout={decoder.readout!r} belongs to timing='bahdanau'")
    if decoder.readout != "tanh" and decoder.readout_units is None:
        raise ValueError(f"AttentionDecoder: readout={decoder.readout!r} needs readout_units, its width, got None")
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


def check_initial_state(states: Sequence[tf.Tensor], widths: list[int]) -> None:
    """Raises ValueError unless `states` are one (B, U) for each of `widths`."""
    if [state.shape.rank for state in states] != [2] * len(widths) or [state.shape[1] for state in states] != widths:
        raise ValueError(
            f"AttentionDecoder: initial_state must hold {len(widths)} tensors (B, U) of widths {widths}, "
            f"got shapes {[tuple(state.shape) for state in states]}"
        )
