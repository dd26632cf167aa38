"""Moving sums over a window as one product: each row of the result is made of its own row and earlier ones."""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def moving_average(length: int, span: int) -> np.ndarray:
    """(T, T) float32 A with (x @ A)_j the mean of x_{j-span+1} .. x_j, or of what there is of them.

    >>> np.array([2.0, 4.0, 9.0]) @ moving_average(3, 2)
    array([2. , 3. , 6.5])
    """
    source, row = np.arange(length)[:, None], np.arange(length)
    inside = (source <= row) & (source > row - span)
    return (inside / inside.sum(0)).astype("float32")


def exponential_average(length: int, decay: float) -> np.ndarray:
    """(T, T) float32 A with (x @ A)_j the mean of x_0 .. x_j, x_i weighted by decay^(j - i).

    >>> np.array([2.0, 6.0]) @ exponential_average(2, 1 / 3)
    array([2., 5.])
    """
    age = np.arange(length) - np.arange(length)[:, None]
    weights = np.where(age >= 0, float(decay) ** np.maximum(age, 0), 0.0)
    return (weights / weights.sum(0)).astype("float32")


def weighted(values: tf.Tensor, weights: np.ndarray) -> tf.Tensor:
    """Values (B, T) by one of the matrices above.

    Row by row of the batch the same sum in the same order, so that a window's features do not depend on its company.
    """
    return tf.linalg.matmul(values, tf.constant(weights, values.dtype))


def previous(values: tf.Tensor) -> tf.Tensor:
    """(B, T) values one row earlier; the first row, which has none, repeats itself."""
    return tf.concat([values[:, :1], values[:, :-1]], axis=1)
