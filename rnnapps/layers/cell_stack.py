"""Several recurrent cells on top of each other, as pure functions over a flat tuple of states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import keras
import tensorflow as tf


def state_widths(cells: Sequence) -> list[int]:
    """Width of every state tensor, first cell first: h and c for an LSTM cell, h for a GRU or simple cell."""
    return [width for cell in cells for width in keras.tree.flatten(cell.state_size)]


def output_width(cell) -> int:
    """Width of what a cell puts out."""
    return getattr(cell, "output_size", None) or keras.tree.flatten(cell.state_size)[0]


def top_state(cells: Sequence, states: Sequence[tf.Tensor]) -> tf.Tensor:
    """h of the last cell: the s of the attention papers."""
    return states[-len(keras.tree.flatten(cells[-1].state_size))]


def by_cell(cells: Sequence, states: Sequence[tf.Tensor]) -> list[list[tf.Tensor]]:
    """Flat states, divided among the cells that they belong to."""
    states = iter(states)
    return [[next(states) for _ in keras.tree.flatten(cell.state_size)] for cell in cells]


def run_cells(
    cells: Sequence,
    x: tf.Tensor,
    states: Sequence[tf.Tensor],
    *,
    residual: bool,
    masks: Sequence[tf.Tensor | None],
    training: bool,
) -> tuple[tf.Tensor, tuple[tf.Tensor, ...]]:
    """One step of the stack.

    x_1 = x,  (o_l, s_l) = cell_l(m_l * x_l, s_l),  x_{l+1} = o_l [+ x_l for l > 1, with `residual`]

    Args:
        x: (B, D), what the first cell reads, dropout applied.
        states: flat, as `state_widths` counts them.
        masks: m_l, the dropout masks of the inputs of all cells but the first, None without dropout.
    Returns:
        What the last cell puts out (with its residual), and the new flat states.
    """
    new_states = []
    for level, (cell, own) in enumerate(zip(cells, by_cell(cells, states), strict=True)):
        mask = masks[level - 1] if level else None
        output, own = cell(x if mask is None else x * mask, own, training=training)
        new_states += keras.tree.flatten(own)
        x = output + x if residual and level else output
    return x, tuple(new_states)


@contextmanager
def dropout_masks_drawn(
    cells: Sequence, input_widths: Sequence[int], batch: tf.Tensor, training: bool
) -> Iterator[None]:
    """Lets cells that draw dropout masks themselves do so here, before the loop, and forget them after it.

    Keras's cells keep the first mask they draw for all later steps. Drawn inside a loop's body, that mask
    would be a tensor of the body's graph, which the next use outside it, or the next trace, cannot read.
    """
    drawing = [cell for cell in cells if hasattr(cell, "reset_dropout_mask")]
    _forget(drawing)
    try:
        if training:
            for cell, width in zip(cells, input_widths, strict=True):
                if cell in drawing:
                    state = keras.tree.flatten(cell.state_size)[0]
                    cell.get_dropout_mask(tf.ones((batch, width), cell.compute_dtype))
                    cell.get_recurrent_dropout_mask(tf.ones((batch, state), cell.compute_dtype))
        yield
    finally:
        _forget(drawing)


def _forget(cells):
    for cell in cells:
        cell.reset_dropout_mask()
        cell.reset_recurrent_dropout_mask()
