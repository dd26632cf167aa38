"""What a forecaster says about a change: quantiles, a distribution, or a point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import tensorflow as tf

from rnnapps.series.student_t import student_t_quantiles

SMALLEST = 1e-3  # spread, in units of a typical change


class Head(Protocol):
    """From what the network puts out, (B, H, P), to a loss and to quantiles (B, H, Q).

    `width` is P, and `location` which of the P outputs moves the whole distribution. `mirrored` outputs say the same of
    the negated outcome.
    """

    width: int
    location: int

    def start(self, outcomes: np.ndarray) -> np.ndarray: ...

    def loss(self, outputs: tf.Tensor, outcomes: tf.Tensor) -> tf.Tensor: ...

    def mirrored(self, outputs: tf.Tensor) -> tf.Tensor: ...

    def quantiles(self, outputs: tf.Tensor) -> tf.Tensor: ...


class QuantileHead:
    """Quantiles that cannot cross: the median, and positive steps away from it.

    q_m = o_m,  q_{i+1} = q_i + softplus(o_{i+1}) above the median, q_{i-1} = q_i - softplus(o_{i-1}) below it

    Args:
        levels: Q rising levels; the middle one is the median.
    """

    def __init__(self, levels: Sequence[float]):
        self.levels = tuple(levels)
        self.width = len(self.levels)
        self.location = self.width // 2

    def start(self, outcomes: np.ndarray) -> np.ndarray:
        """(P,) outputs that say the empirical quantiles of outcomes (N, ...), the best constant answer."""
        quantiles = np.quantile(outcomes, self.levels)
        steps = np.maximum(np.abs(np.diff(quantiles)), SMALLEST)
        below, above = steps[: self.location], steps[self.location :]
        inverse = np.log(np.expm1(np.concatenate([below, above])))
        return np.insert(inverse, self.location, quantiles[self.location]).astype("float32")

    def loss(self, outputs: tf.Tensor, outcomes: tf.Tensor) -> tf.Tensor:
        """(B, H) twice the mean pinball loss over the levels.

        Koenker and Bassett 1978, Regression quantiles.
        """
        error = outcomes[..., None] - self.quantiles(outputs)  # B, H, Q
        levels = tf.constant(self.levels, error.dtype)
        return 2 * tf.reduce_mean(tf.maximum(levels * error, (levels - 1) * error), axis=-1)

    def mirrored(self, outputs: tf.Tensor) -> tf.Tensor:
        """(B, H, P) the steps change sides, the median its sign."""
        signs = tf.one_hot(self.location, self.width, on_value=-1.0, off_value=1.0)
        return tf.reverse(outputs, axis=[-1]) * signs

    def quantiles(self, outputs: tf.Tensor) -> tf.Tensor:
        """(B, H, Q) rising."""
        below, median, above = tf.split(outputs, [self.location, 1, self.width - self.location - 1], axis=-1)
        down = median - tf.cumsum(tf.nn.softplus(below), axis=-1, reverse=True)
        up = median + tf.cumsum(tf.nn.softplus(above), axis=-1)
        return tf.concat([down, median, up], axis=-1)


class StudentTHead:
    """Student's t: location o_1, scale softplus(o_2), degrees of freedom 2 + softplus(o_3), so that a variance exists.

    Args:
        levels: Q levels of the quantiles to give.
    """

    width, location = 3, 0

    def __init__(self, levels: Sequence[float]):
        self.levels = tuple(levels)

    def start(self, outcomes: np.ndarray) -> np.ndarray:
        """(3,) outputs near the likeliest constant: median and spread of the middle half, 4 degrees of freedom."""
        low, median, high = np.quantile(outcomes, [0.25, 0.5, 0.75])
        scale = max((high - low) / (2 * 0.7407), SMALLEST)  # the upper quartile of t with 4 degrees of freedom
        return np.array([median, math.log(math.expm1(scale)), math.log(math.expm1(2.0))], "float32")

    def loss(self, outputs: tf.Tensor, outcomes: tf.Tensor) -> tf.Tensor:
        """(B, H) negative log-likelihood, natural logarithm."""
        location, scale, freedom = self._parameters(outputs)
        z = (outcomes - location) / scale
        half = (freedom + 1) / 2
        constant = tf.math.lgamma(half) - tf.math.lgamma(freedom / 2) - 0.5 * tf.math.log(freedom * math.pi)
        return tf.math.log(scale) - constant + half * tf.math.log1p(tf.square(z) / freedom)

    def mirrored(self, outputs: tf.Tensor) -> tf.Tensor:
        """(B, H, 3) the location changes its sign."""
        return outputs * [-1.0, 1.0, 1.0]

    def quantiles(self, outputs: tf.Tensor) -> tf.Tensor:
        """(B, H, Q) rising."""
        location, scale, freedom = self._parameters(outputs)
        return location[..., None] + scale[..., None] * student_t_quantiles(freedom, self.levels)

    def _parameters(self, outputs: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        location, scale, freedom = tf.unstack(outputs, axis=-1)
        return location, tf.nn.softplus(scale) + SMALLEST, 2 + tf.nn.softplus(freedom)


class PointHead:
    """One number; every quantile is that number until calibration tells them apart.

    Args:
        levels: Q levels.
        kind: of loss: "mae", "mse" or "huber", which is quadratic up to 1 and linear beyond.
    """

    width, location = 1, 0

    def __init__(self, levels: Sequence[float], kind: str = "huber"):
        self.levels = tuple(levels)
        self.kind = kind

    def start(self, outcomes: np.ndarray) -> np.ndarray:
        """(1,) the best constant answer: the mean for mse, else the median."""
        return np.array([np.mean(outcomes) if self.kind == "mse" else np.median(outcomes)], "float32")

    def loss(self, outputs: tf.Tensor, outcomes: tf.Tensor) -> tf.Tensor:
        """(B, H)."""
        error = tf.abs(outcomes - outputs[..., 0])
        if self.kind == "mae":
            return error
        if self.kind == "mse":
            return tf.square(error)
        return tf.where(error <= 1, 0.5 * tf.square(error), error - 0.5)

    def mirrored(self, outputs: tf.Tensor) -> tf.Tensor:
        """(B, H, 1) negated."""
        return -outputs

    def quantiles(self, outputs: tf.Tensor) -> tf.Tensor:
        """(B, H, Q), all equal."""
        return tf.repeat(outputs, len(self.levels), axis=-1)
