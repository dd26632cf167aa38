"""Running one of the loops with Keras's conventions about time, masks and outputs around it."""

from __future__ import annotations

import tensorflow as tf

from rnnapps.kernels import backpropagation, reference
from rnnapps.kernels.gru import GRUSteps
from rnnapps.kernels.input_projection import project
from rnnapps.kernels.lstm import LSTMSteps
from rnnapps.kernels.parameters import GRUParameters, LSTMParameters, Parameters, SimpleRNNParameters
from rnnapps.kernels.simple_rnn import SimpleRNNSteps

_STEPS = {SimpleRNNParameters: SimpleRNNSteps, LSTMParameters: LSTMSteps, GRUParameters: GRUSteps}


def steps_of(parameters: Parameters) -> backpropagation.Steps:
    """The steps that run a recurrence with these parameters."""
    return _STEPS[type(parameters)](parameters)


def run(
    kernel: str,
    parameters: Parameters,
    sequences: tf.Tensor,
    initial_state: tuple[tf.Tensor, ...],
    mask: tf.Tensor | None = None,
    *,
    keep_new: tuple | None = None,
    truncate: int | None = None,
    go_backwards: bool = False,
    unroll: bool = False,
    return_sequences: bool = True,
    zero_output_for_mask: bool = False,
    training: bool = False,
) -> tuple[tf.Tensor, tf.Tensor, tuple[tf.Tensor, ...]]:
    """Runs a recurrence over `sequences`, as `keras.layers.RNN.inner_loop` does.

    Args:
        kernel: "reference" or "bptt".
        parameters: weights, activations, dropout masks.
        sequences: (B, T, D) float.
        initial_state: each (B, U), the state that is the output first.
        mask: (B, T) or (B, T, 1), False where a step leaves state and output as they were. Any pattern.
        keep_new: zoneout (Krueger 2017), per state the share of the new value: a 0/1 tensor (T, B, U) in processing
            order (training), the scalar 1 - rate (inference), or None for all of it.
        truncate: gradients do not cross from step k to step k-1 at multiples k of this number of steps.
        go_backwards: time runs from the last step to the first; outputs come in that order.
        unroll: steps are written out in the graph instead of looped over; T must be static.
        return_sequences: whether all outputs are wanted.
        zero_output_for_mask: masked steps give zeros instead of the output before them.
        training: keep what the backward pass needs. Gradients are the same without it, at the price of a second run.
    Returns:
        last output (B, P); outputs (B, T, P), or (B, 1, P) without `return_sequences`; the last states.
    """
    x = tf.transpose(sequences, (1, 0, 2))
    if mask is not None:
        # expand_dims: LiteRT has no `[..., None]` where the length is not known.
        mask = tf.expand_dims(tf.transpose(tf.reshape(tf.cast(mask, tf.bool), tf.shape(sequences)[:2])), -1)
        # Padding may hold anything, NaN too, and a weight gradient multiplies it by zero: that must give zero.
        x = tf.where(mask, x, tf.zeros_like(x))
    if go_backwards:
        x = tf.reverse(x, [0])
        mask = None if mask is None else tf.reverse(mask, [0])
    states = tuple(initial_state)
    keep_new = keep_new or (None,) * len(states)

    if kernel == "reference":
        outputs, states = reference.loop(x, states, parameters, keep_new, mask, truncate)
    else:
        outputs, states = backpropagation.loop(
            steps_of(parameters),
            project(x, parameters),
            states,
            keep_new,
            mask,
            truncate=truncate,
            unroll=unroll,
            return_sequences=return_sequences,
            training=training,
        )
    last = states[0]
    if mask is not None:
        # Keras: before a row's first valid step there is no output to repeat: zero, whatever the initial state.
        shown = mask if zero_output_for_mask else tf.cumsum(tf.cast(mask, tf.int32)) > 0
        last = tf.where(shown[-1], last, tf.zeros_like(last))
        if return_sequences:
            outputs = tf.where(shown, outputs, tf.zeros_like(outputs))
    if not return_sequences:
        return last, last[:, None], states
    outputs = tf.transpose(outputs, (1, 0, 2))
    outputs.set_shape((*sequences.shape[:2], last.shape[-1]))
    return last, outputs, states
