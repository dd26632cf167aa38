"""One step of additive attention and its derivative by hand, inside a decoder's loop over time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import tensorflow as tf

from rnnapps.kernels.flat_matmul import flat_matmul
from rnnapps.kernels.location_features import location_features, location_gradients
from rnnapps.kernels.masked_softmax import masked_softmax

WEIGHTS = ("keys", "query_kernel", "direction", "coverage_kernel", "location_filters", "location_kernel")


@dataclass(frozen=True)
class AdditiveAttention:
    """e_j = v^T tanh(W_a s + k_j [+ w n_j] [+ U (F * n)_j]),  alpha = softmax(e) over unmasked j.

    n is the past: the alignment of the step before, or the sum of those of all steps before.

    Args:
        keys: (B, S, A), k: projected source, bias included.
        query_kernel: (Q, A), W_a.
        direction: (A,), v, already normalised where that is wanted.
        coverage_kernel: (A,), w, or None.
        location_filters: (R, C), F, a convolution over the positions, or None.
        location_kernel: (C, A), U, or None.
        cumulative: whether n is the sum.
        mask: (B, S) bool or None.
    """

    keys: tf.Tensor
    query_kernel: tf.Tensor
    direction: tf.Tensor
    coverage_kernel: tf.Tensor | None = None
    location_filters: tf.Tensor | None = None
    location_kernel: tf.Tensor | None = None
    cumulative: bool = False
    mask: tf.Tensor | None = None

    @property
    def weights(self) -> list[tf.Tensor]:
        """What has a gradient."""
        return [w for name in WEIGHTS if (w := getattr(self, name)) is not None]

    def with_weights(self, weights: list[tf.Tensor]) -> AdditiveAttention:
        """The same attention on other tensors, in the order of `weights`."""
        names = [name for name in WEIGHTS if getattr(self, name) is not None]
        return replace(self, **dict(zip(names, weights, strict=True)))

    def forward(self, query: tf.Tensor, past: tf.Tensor | None) -> tuple[tf.Tensor, tf.Tensor]:
        """Query (B, Q) and past (B, S) -> alignment (B, S), and tanh(..) (B, S, A) for the way back."""
        total = self.keys + tf.matmul(query, self.query_kernel)[:, None]
        if self.coverage_kernel is not None:
            total += past[:, :, None] * self.coverage_kernel
        if self.location_filters is not None:
            total += flat_matmul(location_features(past, self.location_filters), self.location_kernel)
        compared = tf.tanh(total)
        return masked_softmax(flat_matmul(compared, self.direction[:, None])[..., 0], self.mask), compared

    def carry(self, past: tf.Tensor, alignment: tf.Tensor) -> tf.Tensor:
        """The past of the next step."""
        return past + alignment if self.cumulative else alignment

    def past_after(self, past: tf.Tensor, alignments: tf.Tensor) -> tf.Tensor:
        """The past after T > 0 steps with these alignments (T, B, S)."""
        return past + tf.reduce_sum(alignments, axis=0) if self.cumulative else alignments[-1]

    def zero_gradients(self) -> tuple[tf.Tensor, ...]:
        """What `backward` adds to: the gradients of all weights but W_a, whose is one product after the loop."""
        return tuple(tf.zeros_like(w) for w in self.weights if w is not self.query_kernel)

    def backward(
        self,
        gradient: tf.Tensor,
        alignment: tf.Tensor,
        compared: tf.Tensor,
        past: tf.Tensor | None,
        d_next: tf.Tensor | None,
        gradients: tuple[tf.Tensor, ...],
    ) -> tuple[tf.Tensor, tf.Tensor | None, tuple[tf.Tensor, ...]]:
        """One step back.

        Args:
            gradient: (B, S), of the alignment, without what the next step saw of it.
            d_next: (B, S), of the past of the next step, as this function returns it.
            gradients: the sums over the steps so far, first `zero_gradients`.
        Returns:
            Gradients of W_a s (B, A) and of this step's past, and the new sums.
        """
        if d_next is not None:
            gradient += d_next
        d_scores = alignment * (gradient - tf.reduce_sum(alignment * gradient, axis=-1, keepdims=True))
        d_total = tf.raw_ops.TanhGrad(y=compared, dy=d_scores[:, :, None] * self.direction)
        flat = (-1, self.direction.shape[0])
        d_direction = tf.matmul(tf.reshape(d_scores, (1, -1)), tf.reshape(compared, flat))[0]
        found, d_past = [d_total, d_direction], [d_next] if self.cumulative else []
        if self.coverage_kernel is not None:
            d_past.append(flat_matmul(d_total, self.coverage_kernel[:, None])[..., 0])
            found.append(tf.matmul(tf.reshape(past, (1, -1)), tf.reshape(d_total, flat))[0])
        if self.location_filters is not None:
            features = location_features(past, self.location_filters)  # cheaper again than kept
            d_features = flat_matmul(d_total, tf.transpose(self.location_kernel))
            back, d_filters = location_gradients(d_features, past, self.location_filters)
            rows = (-1, features.shape[-1])
            d_kernel = tf.matmul(tf.reshape(features, rows), tf.reshape(d_total, flat), transpose_a=True)
            d_past.append(back)
            found += [d_filters, d_kernel]
        sums = tuple(total + new for total, new in zip(gradients, found, strict=True))
        return tf.reduce_sum(d_total, axis=1), tf.add_n(d_past) if d_past else None, sums
