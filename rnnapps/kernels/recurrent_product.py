"""The product of a state with the recurrent kernel, and its derivative, with or without dropout masks per gate."""

from __future__ import annotations

import tensorflow as tf


class RecurrentProduct:
    """h @ kernel (P, G*U), where each of the equal blocks of columns may see h through a mask (B, P) of its own.

    Everything that is constant over time (blocks of the kernel, their transposes) is made once, here, outside the loop:
    a transposed product inside the loop packs the whole kernel anew at every step (five times slower at U = 256).
    """

    def __init__(self, kernel: tf.Tensor, masks: tuple[tf.Tensor, ...] = ()):
        self.kernel, self.masks = kernel, masks
        self.blocks = tf.split(kernel, max(1, len(masks)), axis=1)
        self.transposed = [tf.transpose(block) for block in self.blocks]

    def forward(self, h: tf.Tensor) -> tf.Tensor:
        """(B, P) -> (B, G*U)."""
        if not self.masks:
            return tf.matmul(h, self.kernel)
        return tf.concat([tf.matmul(h * m, b) for m, b in zip(self.masks, self.blocks, strict=True)], axis=-1)

    def backward(self, gradient: tf.Tensor) -> tf.Tensor:
        """Gradient of the product (B, G*U) -> gradient of the state (B, P)."""
        if not self.masks:
            return tf.matmul(gradient, self.transposed[0])
        parts = tf.split(gradient, len(self.masks), axis=-1)
        return tf.add_n([m * tf.matmul(g, b) for m, g, b in zip(self.masks, parts, self.transposed, strict=True)])

    def kernel_gradient(self, h: tf.Tensor, gradient: tf.Tensor) -> tf.Tensor:
        """All steps at once: states before each step (T, B, P), gradients of the products (T, B, G*U) -> (P, G*U)."""
        if not self.masks:
            return matmul_over_time(h, gradient)
        parts = tf.split(gradient, len(self.masks), axis=-1)
        return tf.concat([matmul_over_time(h * m, g) for m, g in zip(self.masks, parts, strict=True)], axis=-1)


def matmul_over_time(left: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
    """Sum over steps and rows of the outer products: (T, B, M), (T, B, N) -> (M, N), as one matrix product."""
    left = tf.reshape(left, (-1, left.shape[-1]))
    return tf.matmul(left, tf.reshape(right, (-1, right.shape[-1])), transpose_a=True)
