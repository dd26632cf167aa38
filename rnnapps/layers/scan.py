"""A loop over time whose steps autodiff can follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

Step = Callable[[tf.Tensor, object], tuple[tuple[tf.Tensor, ...], object]]


def scan(
    step: Step, sequences: tf.Tensor, states: object, outputs: Sequence[tf.TensorSpec]
) -> tuple[tuple[tf.Tensor, ...], object]:
    """Runs `step(x_t (B, D), states) -> (outputs_t, states)` over all T steps of `sequences` (B, T, D).

    Differs from `tf.scan`: only the outputs are kept for every step, not the states.

    Args:
        states: any nest of tensors, each (B, ...).
        outputs: what one step puts out, as specs: shape (B, ...) and dtype.
    Returns:
        A tuple of each output over time (B, T, ...), and the states after step T.
    """
    steps = tf.shape(sequences)[1]
    # A TensorArray, not sequences[:, t]: the gradient of a slice is as large as the whole, at every step.
    inputs = tf.TensorArray(sequences.dtype, steps, element_shape=sequences.shape[:1] + sequences.shape[2:]).unstack(
        _swap(sequences)
    )
    arrays = tuple(tf.TensorArray(spec.dtype, steps, element_shape=spec.shape) for spec in outputs)

    def body(t, states, arrays):
        results, new_states = step(inputs.read(t), states)
        # What is known of a shape when the loop starts stays known inside.
        new_states = tf.nest.map_structure(lambda new, old: tf.ensure_shape(new, old.shape), new_states, states)
        return t + 1, new_states, tuple(a.write(t, r) for a, r in zip(arrays, results, strict=True))

    _, states, arrays = tf.while_loop(lambda t, *_: t < steps, body, (0, states, arrays), maximum_iterations=steps)
    length = sequences.shape[1]
    return tuple(_with_length(_swap(array.stack()), length) for array in arrays), states


def _swap(x):
    return tf.transpose(x, (1, 0, *range(2, x.shape.rank)))


def _with_length(x, length):
    return tf.ensure_shape(x, (x.shape[0], length, *x.shape[2:]))
