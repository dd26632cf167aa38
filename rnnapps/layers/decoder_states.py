"""What an attention decoder reads at every step, and what it carries from step to step."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf


class Memory(NamedTuple):
    """The encoded source, made once per sequence by `AttentionDecoder.prepare`."""

    values: tf.Tensor  # B, S, M
    keys: tf.Tensor  # B, S, U: the attention's projection of the values
    mask: tf.Tensor | None  # B, S bool, True where a position counts


class DecoderStates(NamedTuple):
    """What goes from step to step; every tensor leads with the batch, so that beams can be gathered."""

    cells: tuple[tf.Tensor, ...]  # each B, U: flat, first cell first
    attended: tuple[tf.Tensor, ...] = ()  # one of B, R with input feeding: the last attentional vector
