"""The recurrences as the papers write them, one step at a time: the truth that faster loops are tested against.

Nothing is shared with the hand-derived loop: inputs are projected at every step, gradients come from autodiff.
"""

from __future__ import annotations

import tensorflow as tf

from rnnapps.kernels.layer_norm import EPSILON
from rnnapps.kernels.parameters import GRUParameters, LSTMParameters, Parameters, SimpleRNNParameters


def step(x: tf.Tensor, states: tuple[tf.Tensor, ...], p: Parameters) -> tuple[tf.Tensor, ...]:
    """One step from input `x` (B, D) and `states` to the new states, the first of which is the output."""
    return gated_step(x, states, p)[0]


def gated_step(x: tf.Tensor, states: tuple[tf.Tensor, ...], p: Parameters) -> tuple[tuple, dict[str, tf.Tensor]]:
    """`step`, and what opened and closed in it: name of a gate -> (B, U), in the order of the weights."""
    if isinstance(p, LSTMParameters):
        return _lstm(x, states, p)
    if isinstance(p, GRUParameters):
        return _gru(x, states, p)
    return _simple_rnn(x, states, p), {}


def _simple_rnn(x: tf.Tensor, states: tuple, p: SimpleRNNParameters) -> tuple:
    """Elman network; with layer norm Ba et al. 2016, eq. 4."""
    (h,) = states
    total = _product(x, p.kernel, p.input_masks) + _product(h, p.recurrent_kernel, p.recurrent_masks)
    if p.norm_recurrent is not None:
        total = _normalize(total) * p.norm_recurrent
    return (p.activation(_add(total, p.bias)),)


def _lstm(x: tf.Tensor, states: tuple, p: LSTMParameters) -> tuple[tuple, dict]:
    """Forget gate: Gers 2000; peepholes: Gers 2002; projection: Sak 2014; layer norm: Ba 2016, eq. 20-22."""
    h, c = states
    from_input = _product(x, p.kernel, p.input_masks)
    from_state = _product(h, p.recurrent_kernel, p.recurrent_masks)
    if p.norm_recurrent is not None:
        from_input = _normalize(from_input) * p.norm_input
        from_state = _normalize(from_state) * p.norm_recurrent
    z_i, z_f, z_c, z_o = tf.split(_add(from_input + from_state, p.bias), 4, axis=-1)
    if p.peephole is not None:
        z_i += p.peephole[0] * c
        z_f += p.peephole[1] * c
    i, f, g = p.recurrent_activation(z_i), p.recurrent_activation(z_f), p.activation(z_c)
    c = f * c + i * g
    if p.peephole is not None:
        z_o += p.peephole[2] * c
    shown = c
    if p.norm_cell_scale is not None:
        shown = _normalize(c) * p.norm_cell_scale + p.norm_cell_offset
    o = p.recurrent_activation(z_o)
    h = o * p.activation(shown)
    if p.projection is not None:
        h = h @ p.projection
    return (h, c), {"input gate": i, "forget gate": f, "candidate": g, "output gate": o}


def _gru(x: tf.Tensor, states: tuple, p: GRUParameters) -> tuple[tuple, dict]:
    """GRU: reset before the product (Cho 2014, v3) or after it (v1, cuDNN); Keras's mix h = z h_prev + (1 - z) hh."""
    (h,) = states
    units = p.recurrent_kernel.shape[0]
    from_input = _product(x, p.kernel, p.input_masks)
    if p.norm_input is not None:
        from_input = tf.concat(
            [_normalize(from_input[:, : 2 * units]), _normalize(from_input[:, 2 * units :])], axis=-1
        )
        from_input *= p.norm_input
    x_z, x_r, x_h = tf.split(_add(from_input, p.bias), 3, axis=-1)

    gate_masks, candidate_masks = p.recurrent_masks, p.recurrent_masks[-1:]
    if len(gate_masks) == 3:
        gate_masks = gate_masks[:2]
    gates = _product(h, p.recurrent_kernel[:, : 2 * units], gate_masks)
    if p.norm_recurrent is not None:
        gates = _normalize(gates) * p.norm_recurrent[: 2 * units]
    if p.recurrent_bias is not None:
        gates += p.recurrent_bias[: 2 * units]
    z = p.recurrent_activation(x_z + gates[:, :units])
    r = p.recurrent_activation(x_r + gates[:, units:])

    candidate = _product(h if p.reset_after else r * h, p.recurrent_kernel[:, 2 * units :], candidate_masks)
    if p.norm_recurrent is not None:
        candidate = _normalize(candidate) * p.norm_recurrent[2 * units :]
    if p.recurrent_bias is not None:
        candidate += p.recurrent_bias[2 * units :]
    if p.reset_after:
        candidate = r * candidate
    candidate = p.activation(x_h + candidate)
    return (z * h + (1 - z) * candidate,), {"update gate": z, "reset gate": r, "candidate": candidate}


def loop(
    sequences: tf.Tensor,
    states: tuple[tf.Tensor, ...],
    p: Parameters,
    keep_new: tuple,
    mask: tf.Tensor | None,
    truncate: int | None,
) -> tuple[tf.Tensor, tuple[tf.Tensor, ...]]:
    """All steps of `sequences` (T, B, D), in order. Returns the first state of every step (T, B, P), the last states.

    `mask` is (T, B, 1) bool: where it is False a step leaves the states alone. `keep_new`: see `run`.
    `truncate=k` cuts the gradient between steps k-1 and k, 2k-1 and 2k, ...; the states themselves go on.
    """
    steps = tf.shape(sequences)[0]
    outputs = tf.TensorArray(states[0].dtype, steps, element_shape=states[0].shape)

    def body(t, states, outputs):
        if truncate:
            states = tuple(tf.where(t % truncate == 0, tf.stop_gradient(s), s) for s in states)
        new = step(sequences[t], states, p)
        new = tuple(_mix(n, s, k, t) for n, s, k in zip(new, states, keep_new, strict=True))
        if mask is not None:
            new = tuple(tf.where(mask[t], n, s) for n, s in zip(new, states, strict=True))
        return t + 1, new, outputs.write(t, new[0])

    _, states, outputs = tf.while_loop(lambda t, *_: t < steps, body, (0, tuple(states), outputs))
    return outputs.stack(), states


def _mix(new, old, keep_new, t):
    if keep_new is None:
        return new
    share = keep_new[t] if tf.is_tensor(keep_new) else keep_new
    return share * new + (1 - share) * old


def _product(x, kernel, masks):
    """x @ kernel, where each gate's block of columns may see `x` through a dropout mask of its own."""
    if not masks:
        return x @ kernel
    blocks = tf.split(kernel, len(masks), axis=1)
    return tf.concat([(x * mask) @ block for mask, block in zip(masks, blocks, strict=True)], axis=-1)


def _add(x, bias):
    return x if bias is None else x + bias


def _normalize(x):
    wide = tf.cast(x, tf.float32) if x.dtype.size < 4 else x
    mean, variance = tf.nn.moments(wide, axes=-1, keepdims=True)
    return tf.cast((wide - mean) * tf.math.rsqrt(variance + EPSILON), x.dtype)
