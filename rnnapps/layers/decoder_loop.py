"""The recurrence of `AttentionDecoder`: one step, and a whole target with autodiff through it."""

from __future__ import annotations

import keras
import tensorflow as tf

from rnnapps.layers import cell_stack
from rnnapps.layers.decoder_dropout import DropoutMasks, drop
from rnnapps.layers.decoder_states import DecoderStates, Memory
from rnnapps.layers.scan import scan


def decoder_step(
    decoder, x: tf.Tensor, states: DecoderStates, memory: Memory, masks: DropoutMasks, training: bool
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, DecoderStates]:
    """One step, from x (B, E) to output (B, U), context (B, M), alignment (B, S) and new states."""
    if decoder.timing == "bahdanau":
        # The previous state asks, and what it is told enters the cell.
        query = cell_stack.top_state(decoder.cells, states.cells)
        context, alignment = decoder.attend(query, memory)
        x = tf.concat([x, drop(context, masks.fed)], axis=-1)
        output, cells = decoder.run_cells(x, states.cells, masks, training)
        return output, context, alignment, DecoderStates(cells)
    if decoder.input_feeding:
        x = tf.concat([x, drop(states.attended[0], masks.fed)], axis=-1)
    output, cells = decoder.run_cells(x, states.cells, masks, training)
    context, alignment = decoder.attend(output, memory)
    attended = (decoder.read_out(output, context, x),) if decoder.input_feeding else ()
    return output, context, alignment, DecoderStates(cells, attended)


def decoder_loop(
    decoder, embedded: tf.Tensor, states: DecoderStates, memory: Memory, masks: DropoutMasks, training: bool
) -> tuple[tf.Tensor, tf.Tensor, DecoderStates]:
    """All steps of `embedded` (B, T, E): features (B, T, R), alignments (B, T, S), the states after step T.

    Only what recurs is inside the loop: no vocabulary, no readout unless it is fed back, and without
    input feeding Luong's attention happens after it, for all steps at once.
    """
    spec = lambda width, dtype=decoder.compute_dtype: tf.TensorSpec((embedded.shape[0], width), dtype)
    output = spec(cell_stack.output_width(decoder.cells[-1]))
    context = spec(memory.values.shape[-1])
    alignment = spec(memory.values.shape[1], keras.backend.result_type(decoder.compute_dtype, "float32"))

    if decoder.input_feeding:

        def step(x, states):
            _, _, alignment, states = decoder_step(decoder, x, states, memory, masks, training)
            return (*states.attended, alignment), states

        fed = tf.TensorSpec(states.attended[0].shape, decoder.compute_dtype)
        (features, alignments), states = scan(step, embedded, states, (fed, alignment))
        return features, alignments, states

    if decoder.timing == "luong":

        def step(x, cells):
            output, cells = decoder.run_cells(x, cells, masks, training)
            return (output,), cells

        (outputs,), cells = scan(step, embedded, states.cells, (output,))
        contexts, alignments = decoder.attend(outputs, memory)
        return decoder.read_out(outputs, contexts, embedded), alignments, DecoderStates(cells)

    def step(x, states):
        *outputs, states = decoder_step(decoder, x, states, memory, masks, training)
        return tuple(outputs), states

    (outputs, contexts, alignments), states = scan(step, embedded, states, (output, context, alignment))
    return decoder.read_out(outputs, contexts, embedded), alignments, states
