"""Sequences times a matrix, as one flat product."""

from __future__ import annotations

import tensorflow as tf


def flat_matmul(x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor | None = None) -> tf.Tensor:
    """(..., D) times (D, U) [+ (U,)] -> (..., U).

    `x @ kernel` broadcasts the kernel over the batch: its gradient then is a product per row and a sum over all of
    them, eight times slower on a CPU.
    """
    flat = tf.matmul(tf.reshape(x, (-1, kernel.shape[0])), kernel)
    if bias is not None:
        # On the flat product, because TensorFlow then fuses the two into one pass.
        flat = tf.nn.bias_add(flat, bias)
    product = tf.reshape(flat, tf.concat([tf.shape(x)[:-1], [kernel.shape[1]]], axis=0))
    product.set_shape([*x.shape[:-1], kernel.shape[1]])
    return product
