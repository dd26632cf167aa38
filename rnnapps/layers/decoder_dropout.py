"""Dropout of an attention decoder: one mask per row, drawn before the loop, for all of its steps."""

from __future__ import annotations

from typing import NamedTuple

import keras
import tensorflow as tf


class DropoutMasks(NamedTuple):
    """Scaled masks (Gal and Ghahramani 2016); None where nothing is dropped."""

    embedded: tf.Tensor | None  # B, E
    fed: tf.Tensor | None  # B, M or R: on the context or vector that enters the first cell
    between: tuple[tf.Tensor | None, ...]  # each B, U: on the inputs of the cells above the first
    features: tf.Tensor | None  # B, R


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
