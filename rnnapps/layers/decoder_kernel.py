"""`AttentionDecoder` on the hand-derived loops of `rnnapps.kernels`, where they know its parts."""

from __future__ import annotations

from dataclasses import replace

import tensorflow as tf

from rnnapps import kernels
from rnnapps.layers import cell_stack
from rnnapps.layers.bahdanau_attention import BahdanauAttention
from rnnapps.layers.decoder_loop import DecoderStates, DropoutMasks, Memory, drop
from rnnapps.layers.recurrent import RecurrentCell


def choose(decoder) -> str:
    """ "bptt" or "reference".

    Raises:
        ValueError: kernel="bptt" for a decoder that the hand-derived loops cannot run; it says why.
    """
    obstacle = _obstacle(decoder)
    if decoder.kernel == "bptt" and obstacle:
        raise ValueError(f"AttentionDecoder: kernel='bptt' cannot run {obstacle}; use kernel='auto'")
    return "reference" if obstacle or decoder.kernel == "reference" else "bptt"


def run(
    decoder, embedded: tf.Tensor, states: DecoderStates, memory: Memory, masks: DropoutMasks, training: bool
) -> tuple[tf.Tensor, tf.Tensor, DecoderStates]:
    """Arguments and result as `AttentionDecoder.inner_loop`."""
    if decoder.timing == "luong":
        outputs, cells = _cells_alone(decoder, embedded, states.cells, masks, training)
        contexts, alignments = decoder.attend(outputs, memory)
        return decoder.read_out(outputs, contexts, embedded), alignments, DecoderStates(cells)

    parameters = [
        cell.parameters(training, embedded[:, 0], own[0])
        for cell, own in zip(decoder.cells, cell_stack.by_cell(decoder.cells, states.cells), strict=True)
    ]
    width = embedded.shape[-1]
    # Split, not sliced: the gradient of a slice is as large as the whole.
    for_embedded, for_context = tf.split(parameters[0].kernel, [width, memory.values.shape[-1]])
    first = replace(parameters[0], kernel=for_embedded)
    # The mask is the row's, the same at all steps, so that it may fall on the source instead of on the context.
    fed = kernels.flat_matmul(drop(memory.values, masks.fed), for_context)
    attention = decoder.attention.parameters(memory.keys, memory.mask)
    outputs, alignments, cells = kernels.attention_loop(
        tuple(_levels(decoder, parameters, masks)),
        attention,
        kernels.project(tf.transpose(embedded, (1, 0, 2)), first),
        fed,
        states.cells,
        *states.past,
        training=training,
    )
    past = tuple(attention.past_after(seen, alignments) for seen in states.past)
    outputs, alignments = tf.transpose(outputs, (1, 0, 2)), tf.transpose(alignments, (1, 0, 2))
    outputs.set_shape((*embedded.shape[:2], cell_stack.output_width(decoder.cells[-1])))
    alignments.set_shape((*embedded.shape[:2], memory.values.shape[1]))
    features = decoder.read_out(outputs, alignments @ memory.values, embedded)
    return features, alignments, DecoderStates(cells, past=past)


def _obstacle(decoder) -> str | None:
    for cell in decoder.cells:
        if not isinstance(cell, RecurrentCell):
            return f"{type(cell).__name__}, a cell of another library"
        if cell.layer_norm or any(getattr(cell, name) for name in cell.zoneouts):
            return "cells with layer_norm or zoneout"
        if cell.dropout:
            return "cells with dropout; the decoder's own dropout falls on the same inputs"
        if not all(map(kernels.is_derivable, cell.activations)):
            return "cells with an activation whose derivative is not known"
    if decoder.input_feeding:
        return "input_feeding"
    if decoder.timing == "bahdanau" and type(decoder.attention) is not BahdanauAttention:
        return f"{type(decoder.attention).__name__} under timing='bahdanau'"
    if decoder.compute_dtype not in ("float32", "float64"):
        return f"{decoder.compute_dtype}: alignments are float32 there"
    return None


def _levels(decoder, parameters, masks):
    for index, (cell, p) in enumerate(zip(decoder.cells, parameters, strict=True)):
        steps, count = kernels.steps_of(p), len(cell_stack.state_widths([cell]))
        if index == 0:
            yield kernels.Level(steps, count)
        else:
            yield kernels.Level(steps, count, p.kernel, p.bias, masks.between[index - 1], decoder.residual)


def _cells_alone(decoder, x, states, masks, training):
    """The stack over a whole target, a cell at a time: nothing from above enters the cells below."""
    final = []
    for index, (cell, own) in enumerate(zip(decoder.cells, cell_stack.by_cell(decoder.cells, states), strict=True)):
        seen = drop(x, masks.between[index - 1]) if index else x
        parameters = cell.parameters(training, seen[:, 0], own[0])
        _, outputs, own = kernels.run("bptt", parameters, seen, own, training=training)
        x = outputs + x if decoder.residual and index else outputs
        final += own
    return x, tuple(final)
