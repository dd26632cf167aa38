"""A loop over time with a hand-derived backward pass: backpropagation through time (Werbos 1990).

Outside the loops stand the input projections and every weight gradient, each one matrix product over all steps and
rows. Factors of the derivatives are computed inside the backward loop, where they stay in the cache.
"""

from __future__ import annotations

from typing import Protocol

import tensorflow as tf


class Steps(Protocol):
    """What a recurrence brings to the loop: `LSTMSteps`, `GRUSteps`, `SimpleRNNSteps`."""

    weights: dict[str, tf.Tensor]

    def with_weights(self, weights: list[tf.Tensor]) -> Steps: ...
    def forward(self, x: tf.Tensor, states: tuple) -> tuple[tuple, tuple]: ...
    def backward(self, gradients: tuple, x: tf.Tensor, previous: tuple, saved: tuple) -> tuple[tuple, dict]: ...
    def input_gradient(self, emitted: dict) -> tf.Tensor: ...
    def weight_gradients(self, h_previous: tf.Tensor, emitted: dict) -> tuple[tf.Tensor, list]: ...


def loop(
    steps: Steps,
    x: tf.Tensor,
    states: tuple[tf.Tensor, ...],
    keep_new: tuple,
    mask: tf.Tensor | None,
    *,
    truncate: int | None,
    unroll: bool,
    return_sequences: bool,
    training: bool,
) -> tuple[tf.Tensor | None, tuple[tf.Tensor, ...]]:
    """Runs `steps` over the input sums `x` (T, B, G*U); arguments and result as `reference.loop`.

    Without `return_sequences` the first result is None. Outside training nothing is kept for the backward pass; a
    gradient asked for all the same runs the forward loop again.
    """
    n_states = len(states)

    @tf.custom_gradient
    def run(x, *tensors):
        states, weights = tensors[:n_states], list(tensors[n_states:])
        live = steps.with_weights(weights)
        forward = lambda record: _forward(live, x, states, keep_new, mask, unroll, return_sequences, record)
        outputs, final, trace = forward(record=training)

        def gradient(*upstream):
            d_outputs, d_final = (upstream[0], upstream[1:]) if return_sequences else (None, upstream)
            previous, saved = trace if training else forward(record=True)[2]
            return _backward(live, x, previous, saved, keep_new, mask, truncate, unroll, d_outputs, tuple(d_final))

        return ((outputs, *final) if return_sequences else final), gradient

    results = run(x, *states, *steps.weights.values())
    return (results[0], tuple(results[1:])) if return_sequences else (None, tuple(results))


def _forward(steps, x, states, keep_new, mask, unroll, return_sequences, record):
    count = tf.shape(x)[0]
    # The shapes of what a step saves; the probe itself is never fetched, so a graph drops it.
    saved = steps.forward(x[0], states)[1] if record else ()
    saved_arrays = tuple(array(s, count) for s in saved)
    # Row t holds the state before step t, so that one array serves as outputs [1:] and as previous states [:-1].
    kept = states if record else states[: int(return_sequences)]
    state_arrays = tuple(array(s, count + 1).write(0, s) for s in kept)

    def body(t, states, state_arrays, saved_arrays):
        new, saved = steps.forward(x[t], states)
        new = tuple(_mix(n, s, k, t) for n, s, k in zip(new, states, keep_new, strict=True))
        if mask is not None:
            new = tuple(tf.where(mask[t], n, s) for n, s in zip(new, states, strict=True))
        state_arrays = tuple(a.write(t + 1, s) for a, s in zip(state_arrays, new, strict=False))
        saved_arrays = tuple(a.write(t, s) for a, s in zip(saved_arrays, saved, strict=False))
        return t + 1, new, state_arrays, saved_arrays

    variables = (0, tuple(states), state_arrays, saved_arrays)
    _, final, state_arrays, saved_arrays = _repeat(lambda t, *_: t < count, body, variables, x, unroll)
    outputs = state_arrays[0].stack()[1:] if return_sequences else None
    # Arrays are handed on as they are: reading a row back shares its memory, stacking them would copy all.
    return outputs, final, (state_arrays, saved_arrays) if record else None


def _backward(steps, x, previous, saved, keep_new, mask, truncate, unroll, d_outputs, d_final):
    count = tf.shape(x)[0]
    back = lambda t, g: steps.backward(g, x[t], tuple(p.read(t) for p in previous), tuple(s.read(t) for s in saved))
    # The shapes of what a step emits; as in the forward pass, the probe itself is never fetched.
    emitted = back(0, d_final)[1]
    arrays = {name: array(e, count) for name, e in emitted.items()}

    def body(t, gradients, arrays):
        if d_outputs is not None:
            gradients = (gradients[0] + d_outputs[t], *gradients[1:])
        gradients, past = _split(gradients, keep_new, mask, t)
        older, emitted = back(t, gradients)
        older = tuple(g if p is None else g + p for g, p in zip(older, past, strict=True))
        if truncate:
            older = tuple(tf.where(t % truncate == 0, tf.zeros_like(g), g) for g in older)
        return t - 1, older, {name: a.write(t, emitted[name]) for name, a in arrays.items()}

    variables = (count - 1, tuple(d_final), arrays)
    _, d_states, arrays = _repeat(lambda t, *_: t >= 0, body, variables, x, unroll)
    emitted = {name: a.stack() for name, a in arrays.items()}
    d_x, d_weights = steps.weight_gradients(previous[0].stack()[:-1], emitted)
    return (d_x, *d_states, *d_weights)


def _split(gradients, keep_new, mask, t):
    """Gradients of the mixed states -> of the new states, and the part (or None) that goes past the step to the old."""
    into, past = [], []
    for gradient, k in zip(gradients, keep_new, strict=True):
        beside = None
        if mask is not None:
            zeros = tf.zeros_like(gradient)
            gradient, beside = tf.where(mask[t], gradient, zeros), tf.where(mask[t], zeros, gradient)
        share = _share(k, t)
        if share is not None:
            zoned = (1 - share) * gradient
            gradient, beside = share * gradient, zoned if beside is None else beside + zoned
        into.append(gradient)
        past.append(beside)
    return tuple(into), past


def _repeat(condition, body, variables, x, unroll):
    if not unroll:
        return tf.while_loop(condition, body, variables)
    for _ in range(x.shape[0]):
        variables = body(*variables)
    return variables


def array(like: tf.Tensor, count: tf.Tensor) -> tf.TensorArray:
    """A row per step of tensors `like` this one; rows may be read again."""
    return tf.TensorArray(like.dtype, count, element_shape=like.shape, clear_after_read=False)


def _share(keep_new, t):
    return keep_new[t] if tf.is_tensor(keep_new) else keep_new


def _mix(new, old, keep_new, t):
    share = _share(keep_new, t)
    return new if share is None else share * new + (1 - share) * old
