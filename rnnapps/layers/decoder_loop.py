"""The recurrence of `AttentionDecoder`: what a step reads and carries, one step, and a whole target."""

from __future__ import annotations

from typing import NamedTuple

import keras
import tensorflow as tf

from rnnapps.layers import cell_stack
from rnnapps.layers.scan import scan


class Memory(NamedTuple):
    """The encoded source, made once per sequence by `AttentionDecoder.prepare`."""

    values: tf.Tensor  # B, S, M
    keys: tf.Tensor  # B, S, U: the attention's projection of the values
    mask: tf.Tensor | None  # B, S bool, True where a position counts


class DecoderStates(NamedTuple):
    """What goes from step to step; every tensor leads with the batch, so that beams can be gathered."""

    cells: tuple[tf.Tensor, ...]  # each B, U: flat, first cell first
    attended: tuple[tf.Tensor, ...] = ()  # one of B, R with input feeding: the last attentional vector
    past: tuple[tf.Tensor, ...] = ()  # one of B, S for an attention that reads where it looked before


class DropoutMasks(NamedTuple):
    """Scaled masks, one per row for all steps (Gal and Ghahramani 2016); None where nothing is dropped."""

    embedded: tf.Tensor | None  # B, E
    fed: tf.Tensor | None  # B, M or R: on the context or vector that enters the first cell
    between: tuple[tf.Tensor | None, ...]  # each B, U: on the inputs of the cells above the first
    features: tf.Tensor | None  # B, R


def decoder_step(
    decoder, x: tf.Tensor, states: DecoderStates, memory: Memory, masks: DropoutMasks, training: bool
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, DecoderStates]:
    """One step, from x (B, E) to output (B, U), context (B, M), alignment (B, S) and new states."""
    if decoder.timing == "bahdanau":
        # The previous state asks, and what it is told enters the cell.
        query = cell_stack.top_state(decoder.cells, states.cells)
        context, alignment = decoder.attend(query, memory, *states.past)
        past = tuple(decoder.attention.carry(seen, alignment) for seen in states.past)
        x = tf.concat([x, drop(context, masks.fed)], axis=-1)
        output, cells = decoder.run_cells(x, states.cells, masks, training)
        return output, context, alignment, DecoderStates(cells, past=past)
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


def draw_dropout_masks(decoder, embedded: tf.Tensor, training: bool) -> DropoutMasks:
    """Masks for the rows of `embedded` (B, ..., E); all None outside training or at a rate of zero."""
    widths = (embedded.shape[-1], decoder.fed_width, *decoder.input_widths[1:], decoder.features_width)

    def draw(width):
        if not (training and decoder.dropout and width):
            return None
        ones = tf.ones((tf.shape(embedded)[0], width), decoder.compute_dtype)
        return keras.random.dropout(ones, decoder.dropout, seed=decoder.seed_generator)

    embedded_mask, fed, *between, features = map(draw, widths)
    return DropoutMasks(embedded_mask, fed, tuple(between), features)


def drop(x: tf.Tensor, mask: tf.Tensor | None) -> tf.Tensor:
    """x (B, W) or (B, T, W) times a mask (B, W), the same at every step."""
    if mask is None:
        return x
    return x * (mask if x.shape.rank == 2 else mask[:, None])
