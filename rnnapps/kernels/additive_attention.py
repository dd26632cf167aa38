"""One step of additive attention and its derivative by hand, inside a decoder's loop over time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import tensorflow as tf

WEIGHTS = ("keys", "query_kernel", "direction", "coverage_kernel")


@dataclass(frozen=True)
class AdditiveAttention:
    """e_j = v^T tanh(W_a s + k_j [+ w n_j]),  alpha = softmax(e) over unmasked j; n is the coverage.

    Args:
        keys: (B, S, A), k: projected source, bias included.
        query_kernel: (Q, A), W_a.
        direction: (A,), v, already normalised where that is wanted.
        coverage_kernel: (A,), w, or None without coverage.
        mask: (B, S) bool or None.
    """

    keys: tf.Tensor
    query_kernel: tf.Tensor
    direction: tf.Tensor
    coverage_kernel: tf.Tensor | None = None
    mask: tf.Tensor | None = None

    @property
    def weights(self) -> list[tf.Tensor]:
        """What has a gradient."""
        return [w for name in WEIGHTS if (w := getattr(self, name)) is not None]

    def with_weights(self, weights: list[tf.Tensor]) -> AdditiveAttention:
        """The same attention on other tensors, in the order of `weights`."""
        names = [name for name in WEIGHTS if getattr(self, name) is not None]
        return replace(self, **dict(zip(names, weights, strict=True)))

    def forward(self, query: tf.Tensor, coverage: tf.Tensor | None) -> tuple[tf.Tensor, tf.Tensor]:
        """Query (B, Q) and coverage (B, S) -> alignment (B, S), and tanh(..) (B, S, A) for the way back."""
        total = self.keys + tf.matmul(query, self.query_kernel)[:, None]
        if self.coverage_kernel is not None:
            total += coverage[:, :, None] * self.coverage_kernel
        compared = tf.tanh(total)
        flat = tf.reshape(compared, (-1, self.direction.shape[0]))  # one product instead of one per row: a third
        scores = tf.reshape(tf.matmul(flat, self.direction[:, None]), tf.shape(compared)[:2])
        scores.set_shape(compared.shape[:2])
        if self.mask is None:
            return tf.nn.softmax(scores), compared
        # Finite, and twice: as `layers.attend.masked_softmax`.
        alignment = tf.nn.softmax(tf.where(self.mask, scores, tf.constant(-1e9, scores.dtype)))
        return tf.where(self.mask, alignment, tf.zeros_like(alignment)), compared

    def zero_gradients(self) -> tuple[tf.Tensor, ...]:
        """What `backward` adds to: the gradients of keys, v and w; that of W_a is one product after the loop."""
        per_unit = [w for w in (self.direction, self.coverage_kernel) if w is not None]
        return (tf.zeros_like(self.keys), *map(tf.zeros_like, per_unit))

    def backward(
        self,
        gradient: tf.Tensor,
        alignment: tf.Tensor,
        compared: tf.Tensor,
        coverage: tf.Tensor | None,
        gradients: tuple[tf.Tensor, ...],
    ) -> tuple[tf.Tensor, tf.Tensor | None, tuple[tf.Tensor, ...]]:
        """Gradient of the alignment (B, S) -> of W_a s (B, A), of the coverage, and the sums over the steps so far."""
        d_scores = alignment * (gradient - tf.reduce_sum(alignment * gradient, axis=-1, keepdims=True))
        d_total = tf.raw_ops.TanhGrad(y=compared, dy=d_scores[:, :, None] * self.direction)
        d_query = tf.reduce_sum(d_total, axis=1)
        flat = (-1, self.direction.shape[0])
        d_direction = tf.matmul(tf.reshape(d_scores, (1, -1)), tf.reshape(compared, flat))[0]
        d_keys, total_direction, *rest = gradients
        sums = (d_keys + d_total, total_direction + d_direction)
        if self.coverage_kernel is None:
            return d_query, None, sums
        total = tf.reshape(d_total, flat)
        d_coverage = tf.reshape(tf.matmul(total, self.coverage_kernel[:, None]), tf.shape(coverage))
        d_kernel = tf.matmul(tf.reshape(coverage, (1, -1)), total)[0]
        return d_query, d_coverage, (*sums, rest[0] + d_kernel)
