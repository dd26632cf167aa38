"""Confidences that mean what they say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

# The mean log-probability of a symbol is cut off here: a logarithm of zero would make any slope infinite.
LEAST, MOST = 1e-6, 1 - 1e-6
# How much the scale resists leaving (1, 0): as much as so many words.
PRIOR = 0.1


@dataclass(frozen=True)
class ConfidenceScale:
    """P(right) = sigmoid(slope * logit(p) + offset), with log p the mean log-posterior of the symbols.

    Networks that are trained with CTC are surer than they are right. A slope of 1 and an offset of 0 leave p as it is.
    A graph function, which a SavedModel can hold.

    >>> round(float(ConfidenceScale(1.0, 0.0)(np.log(0.8))), 4)
    0.8

    Platt 1999, Probabilistic outputs for support vector machines.
    """

    slope: float = 1.0
    offset: float = 0.0

    def __call__(self, log_posteriors: tf.Tensor) -> tf.Tensor:
        """Probabilities of being right, of mean log-posteriors of any shape."""
        p = tf.clip_by_value(tf.exp(tf.cast(log_posteriors, tf.float32)), LEAST, MOST)
        return tf.sigmoid(self.slope * (tf.math.log(p) - tf.math.log1p(-p)) + self.offset)


def fit_confidence(log_posteriors: np.ndarray, right: np.ndarray) -> ConfidenceScale:
    """The scale under which what was right is likeliest.

    Args:
        log_posteriors: (N,) mean log-posteriors of words (or texts) that were recognised.
        right: (N,) bool, whether each is right.
    Returns:
        `ConfidenceScale` with a slope of at least 0. What is right in all of few cases is not taken for certain.
    """
    right = np.asarray(right, bool)
    p = np.clip(np.exp(np.asarray(log_posteriors, np.float64)), LEAST, MOST)
    inputs = np.stack([np.log(p) - np.log1p(-p), np.ones(len(p))], axis=1)
    # Platt's targets: one case more of either kind, half seen.
    targets = np.where(right, (right.sum() + 1) / (right.sum() + 2), 1 / ((~right).sum() + 2))
    scale = np.array([1.0, 0.0])
    for _ in range(50):
        likely = 1 / (1 + np.exp(-np.clip(inputs @ scale, -50, 50)))
        gradient = inputs.T @ (likely - targets) + PRIOR * (scale - [1.0, 0.0])
        curvature = inputs.T @ (inputs * (likely * (1 - likely))[:, None]) + PRIOR * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        # Newton's method alone may jump where the curve is flat.
        scale = scale - step / max(1.0, np.abs(step).max())
        scale[0] = max(scale[0], 0.0)
    return ConfidenceScale(*(float(value) for value in scale))
