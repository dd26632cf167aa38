"""The loop of a decoder that attends before each step, with a hand-derived backward pass.

Outside the loop stands all that can: the input projections, every weight gradient, and the contexts. What the context
adds to the first cell's sums is W c_t = sum_j alpha_tj (W h_j), so W meets the source once and not at every step.
"""

from __future__ import annotations

from dataclasses import dataclass

import tensorflow as tf

from rnnapps.kernels.additive_attention import AdditiveAttention
from rnnapps.kernels.backpropagation import Steps, array
from rnnapps.kernels.recurrent_product import matmul_over_time


@dataclass(frozen=True)
class Level:
    """One cell of the stack.

    Args:
        steps: the recurrence.
        n_states: how many of the flat states are its own.
        kernel, bias: (D, G*U), (G*U,): from what the cell below puts out to input sums; None for the first cell,
            whose sums are given, and where there is no bias.
        mask: (B, D), dropout of that input, or None.
        residual: whether that input, undropped, is added to what the cell puts out.
    """

    steps: Steps
    n_states: int
    kernel: tf.Tensor | None = None
    bias: tf.Tensor | None = None
    mask: tf.Tensor | None = None
    residual: bool = False

    @property
    def weights(self) -> list[tf.Tensor]:
        """What has a gradient: kernel, bias, and the recurrence's own."""
        return [w for w in (self.kernel, self.bias) if w is not None] + list(self.steps.weights.values())

    def with_weights(self, weights: list[tf.Tensor]) -> Level:
        """The same level on other tensors, in the order of `weights`."""
        weights = list(weights)
        kernel = None if self.kernel is None else weights.pop(0)
        bias = None if self.bias is None else weights.pop(0)
        steps = self.steps.with_weights(weights)
        return Level(steps, self.n_states, kernel, bias, self.mask, self.residual)


def attention_loop(
    levels: tuple[Level, ...],
    attention: AdditiveAttention,
    x: tf.Tensor,
    fed: tf.Tensor,
    states: tuple[tf.Tensor, ...],
    past: tf.Tensor | None = None,
    *,
    training: bool,
) -> tuple[tf.Tensor, tf.Tensor, tuple[tf.Tensor, ...]]:
    """Runs a stack of cells whose first reads x_t + sum_j alpha_tj fed_j, alpha_t from the top cell's previous state.

    Args:
        levels: first cell first.
        x: (T, B, G*U), the first cell's input sums without the context's share.
        fed: (B, S, G*U), what each source position adds to them when it is looked at.
        states: flat, first cell first, the state that is put out first.
        past: (B, S), what the attention reads of where it looked before step 1; None where it reads nothing.
        training: keep what the backward pass needs; a gradient asked for all the same runs the forward loop again.
    Returns:
        what the top cell puts out (T, B, U), alignments (T, B, S), and the flat states after step T.
    """
    groups = [[x, fed], list(states), attention.weights, *(level.weights for level in levels)]
    sizes = [len(group) for group in groups]

    @tf.custom_gradient
    def run(*tensors):
        (x, fed), states, attended, *weights = _grouped(tensors, sizes)
        live = tuple(level.with_weights(own) for level, own in zip(levels, weights, strict=True))
        source = attention.with_weights(attended)
        forward = lambda record: _forward(live, source, x, fed, tuple(states), past, record)
        outputs, alignments, final, trace = forward(record=training)

        def gradient(d_outputs, d_alignments, *d_final):
            # Outside training from the start: a SavedModel cannot hold a gradient that reads arrays from outside.
            kept = trace if training else forward(record=True)[3]
            return _backward(live, source, x, fed, kept, past, d_outputs, d_alignments, d_final)

        return (outputs, alignments, *final), gradient

    outputs, alignments, *final = run(*(tensor for group in groups for tensor in group))
    return outputs, alignments, tuple(final)


def _grouped(tensors, sizes):
    tensors = list(tensors)
    return [[tensors.pop(0) for _ in range(size)] for size in sizes]


def _top(levels):
    """Where the top cell's h is among the flat states."""
    return sum(level.n_states for level in levels[:-1])


def _split(levels, flat):
    flat = list(flat)
    return [tuple(flat.pop(0) for _ in range(level.n_states)) for level in levels]


def _step(levels, attention, fed, x, states, past):
    """One step: output, alignment, new states, and what its way back needs."""
    alignment, compared = attention.forward(states[_top(levels)], past)
    sums = x + tf.matmul(alignment[:, None], fed)[:, 0]
    output, new_states, kept = None, [], []
    for level, own in zip(levels, _split(levels, states), strict=True):
        below = output
        entered = ()
        if level.kernel is not None:
            seen = below if level.mask is None else below * level.mask
            sums = tf.matmul(seen, level.kernel)
            sums = sums if level.bias is None else sums + level.bias
            entered = (seen,)
        own, saved = level.steps.forward(sums, own)
        output = own[0] + below if level.residual else own[0]
        new_states += own
        kept.append((sums, entered, saved))
    return output, alignment, tuple(new_states), (compared, kept)


def _forward(levels, attention, x, fed, states, past, record):
    count = tf.shape(x)[0]
    # The shapes of what a step gives; the probe itself is never fetched, so a graph drops it.
    output, alignment, _, saved = _step(levels, attention, fed, x[0], states, past)
    arrays_of = lambda nest: tf.nest.map_structure(lambda s: array(s, count), nest)
    previous = tuple(array(s, count) for s in states) if record else ()
    pasts = (array(past, count),) if record and past is not None else ()

    def body(t, states, seen, arrays):
        outputs, alignments, previous, pasts, trace = arrays
        output, alignment, new, saved = _step(levels, attention, fed, x[t], states, seen[0] if seen else None)
        arrays = (
            outputs.write(t, output),
            alignments.write(t, alignment),
            tuple(a.write(t, s) for a, s in zip(previous, states, strict=False)),
            tuple(a.write(t, s) for a, s in zip(pasts, seen, strict=False)),
            tf.nest.map_structure(lambda a, s: a.write(t, s), trace, saved) if record else (),
        )
        new = tuple(tf.ensure_shape(n, s.shape) for n, s in zip(new, states, strict=True))
        return t + 1, new, tuple(attention.carry(s, alignment) for s in seen), arrays

    trace = arrays_of(saved) if record else ()
    arrays = (array(output, count), array(alignment, count), previous, pasts, trace)
    seen = () if past is None else (past,)
    _, final, _, arrays = tf.while_loop(lambda t, *_: t < count, body, (0, states, seen, arrays))
    outputs, alignments, previous, pasts, trace = arrays
    # Arrays are handed on as they are: reading a row back shares its memory, stacking them would copy all.
    kept = (alignments, previous, pasts, trace) if record else None
    return outputs.stack(), alignments.stack(), final, kept


def _backward(levels, attention, x, fed, trace, past, d_outputs, d_alignments, d_final):
    count = tf.shape(x)[0]
    alignments, previous, pasts, (compared, kept) = trace
    transposed = [None if level.kernel is None else tf.transpose(level.kernel) for level in levels]
    top = _top(levels)

    def back(t, d_states, d_seen, sums):
        read = lambda nest: tf.nest.map_structure(lambda a: a.read(t), nest)
        old, records = _split(levels, read(previous)), read(kept)
        d_output, older, emitted = d_outputs[t], [], []
        for index in reversed(range(len(levels))):
            level, own = levels[index], _split(levels, d_states)[index]
            entered_sums, _, saved = records[index]
            gone, wrote = level.steps.backward((own[0] + d_output, *own[1:]), entered_sums, old[index], saved)
            older, emitted = [*gone, *older], [wrote, *emitted]
            d_sums = level.steps.input_gradient(wrote)
            if level.kernel is not None:
                d_below = tf.matmul(d_sums, transposed[index])
                d_below = d_below if level.mask is None else d_below * level.mask
                d_output = d_below + d_output if level.residual else d_below
        alignment = alignments.read(t)
        d_alignment = d_alignments[t] + tf.matmul(d_sums[:, None], fed, transpose_b=True)[:, 0]
        seen = pasts[0].read(t) if d_seen else None
        d_next = d_seen[0] if d_seen else None
        d_query, d_past, sums = attention.backward(d_alignment, alignment, compared.read(t), seen, d_next, sums)
        older[top] += tf.matmul(d_query, query_transposed)
        return tuple(older), (d_past,) if d_seen else (), sums, (d_query, emitted)

    query_transposed = tf.transpose(attention.query_kernel)
    d_seen, sums = () if past is None else (tf.zeros_like(past),), attention.zero_gradients()
    # The shapes of what a step emits; as in the forward pass, the probe itself is never fetched.
    emitted = back(0, tuple(d_final), d_seen, sums)[3]
    arrays = tf.nest.map_structure(lambda e: array(e, count), emitted)

    def body(t, d_states, d_seen, sums, arrays):
        older, d_seen, sums, emitted = back(t, d_states, d_seen, sums)
        older = tuple(tf.ensure_shape(o, d.shape) for o, d in zip(older, d_states, strict=True))
        return t - 1, older, d_seen, sums, tf.nest.map_structure(lambda a, e: a.write(t, e), arrays, emitted)

    variables = (count - 1, tuple(d_final), d_seen, sums, arrays)
    _, d_states, _, sums, arrays = tf.while_loop(lambda t, *_: t >= 0, body, variables)
    d_query, emitted = tf.nest.map_structure(lambda a: a.stack(), arrays)

    d_weights, first = [], 0
    for index, level in enumerate(levels):
        d_sums, own = level.steps.weight_gradients(previous[first].stack(), emitted[index])
        first += level.n_states
        if level.kernel is None:
            d_x = d_sums
        else:
            d_weights.append(matmul_over_time(kept[index][1][0].stack(), d_sums))
            if level.bias is not None:
                d_weights.append(tf.reduce_sum(d_sums, axis=(0, 1)))
        d_weights += own
    d_fed = tf.einsum("tbs,tbg->bsg", alignments.stack(), d_x)
    d_keys, *d_attended = sums
    d_query_kernel = matmul_over_time(previous[top].stack(), d_query)
    return (d_x, d_fed, *d_states, d_keys, d_query_kernel, *d_attended, *d_weights)
