"""What a recurrent layer hands to its loop over time: weights, activations and dropout masks as tensors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import tensorflow as tf

Activation = Callable[[tf.Tensor], tf.Tensor]


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Tensors that all three recurrences share. G is the number of gates, P the width of the output state.

    Dropout masks are constant over time (Gal and Ghahramani 2016): one per gate, or one for all gates, or none.
    """

    kernel: tf.Tensor  # D, G*U
    recurrent_kernel: tf.Tensor  # P, G*U
    bias: tf.Tensor | None  # G*U
    activation: Activation
    norm_recurrent: tf.Tensor | None = None  # G*U, scale of the normalised recurrent sums
    norm_input: tf.Tensor | None = None  # G*U, scale of the normalised input sums
    input_masks: tuple[tf.Tensor, ...] = ()  # each B, D
    recurrent_masks: tuple[tf.Tensor, ...] = ()  # each B, P


@dataclass(frozen=True, kw_only=True)
class SimpleRNNParameters(Parameters):
    """h = f(W x + U h_prev + b); with layer norm h = f(LN(W x + U h_prev) + b) (Ba 2016, eq. 4)."""


@dataclass(frozen=True, kw_only=True)
class LSTMParameters(Parameters):
    """Gate order i, f, c, o. `peephole` rows are i, f (which see the old cell state) and o (the new one)."""

    recurrent_activation: Activation
    peephole: tf.Tensor | None = None  # 3, U
    projection: tf.Tensor | None = None  # U, P
    norm_cell_scale: tf.Tensor | None = None  # U
    norm_cell_offset: tf.Tensor | None = None  # U


@dataclass(frozen=True, kw_only=True)
class GRUParameters(Parameters):
    """Gate order z, r, h. `recurrent_bias` exists only with `reset_after`."""

    recurrent_activation: Activation
    reset_after: bool
    recurrent_bias: tf.Tensor | None = None  # 3U
