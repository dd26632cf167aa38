"""One step of additive attention and its derivative by hand, inside a decoder's loop over time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import tensorflow as tf

from rnnapps.kernels.flat_matmul import flat_matmul
from rnnapps.kernels.masked_softmax import masked_softmax

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
        return masked_softmax(flat_matmul(compared, self.direction[:, None])[..., 0], self.mask), compared

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
        d_coverage = flat_matmul(d_total, self.coverage_kernel[:, None])[..., 0]
        d_kernel = tf.matmul(tf.reshape(coverage, (1, -1)), tf.reshape(d_total, flat))[0]
        return d_query, d_coverage, (*sums, rest[0] + d_kernel)
