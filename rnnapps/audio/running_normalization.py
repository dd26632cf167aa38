"""Normalisation by the past alone, as streaming needs it."""

from __future__ import annotations

import math

import numpy as np
import tensorflow as tf

BLOCK = 64  # frames


class RunningNormalization:
    """Subtracts the mean of the frames so far and divides by their deviation, older frames counting less and less.

    n_t = d n_{t-1} + 1,   s_t = d s_{t-1} + (x_t - m),   q_t = d q_{t-1} + (x_t - m)^2        d = exp(-1 / memory)
    n_0 = prior,           s_0 = 0,                       q_0 = prior v
    y_t = (x_t - m - s_t / n_t) / sqrt(q_t / n_t - (s_t / n_t)^2)

    Args:
        memory: frames, after which a frame counts 1/e.
        prior: frames > 0 that mean m and variance v, known beforehand, count for.
        least_deviation: smallest divisor.
    """

    def __init__(self, memory: float, prior: float, least_deviation: float):
        self.decay = math.exp(-1 / memory)
        self.prior = prior
        self.least_deviation = least_deviation

    def initial_state(self, batch: int | tf.Tensor, variance: tf.Tensor) -> tf.Tensor:
        """n, s and q before the first frame, (B, 2F + 1), for variance v (F,)."""
        start = tf.concat([[self.prior], tf.zeros_like(variance), self.prior * variance], axis=0)
        return tf.tile(start[None], [batch, 1])

    def __call__(self, values: tf.Tensor, mean: tf.Tensor, state: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Frames (B, T, F) normalised, and the state after them; m is `mean` (F,)."""
        width = values.shape[-1]
        centred = values - mean
        terms = tf.concat([tf.ones_like(centred[..., :1]), centred, tf.square(centred)], axis=-1)  # B, T, 2F + 1
        sums = decayed_sums(tf.concat([state[:, None], terms], axis=1), self.decay)
        count, total, squares = tf.split(sums[:, 1:], [1, width, width], axis=-1)
        past = total / count
        deviation = tf.sqrt(tf.maximum(squares / count - tf.square(past), self.least_deviation**2))
        return (centred - past) / deviation, sums[:, -1]


def decayed_sums(terms: tf.Tensor, decay: float) -> tf.Tensor:
    """y_t = decay y_{t-1} + x_t along the second axis of (B, T, F).

    Within blocks by one matrix product, and from block to block in log2 of their number of steps.
    """
    steps, width = tf.shape(terms)[1], terms.shape[-1]
    powers = decay ** np.arange(BLOCK + 1)
    within = np.tril(decay ** np.abs(np.subtract.outer(np.arange(BLOCK), np.arange(BLOCK)))).astype("float32")
    rows = -1 if terms.shape[0] is None else terms.shape[0]  # a known number stays known
    padded = tf.pad(terms, [[0, 0], [0, -steps % BLOCK], [0, 0]])
    blocks = tf.matmul(within, tf.reshape(padded, [rows, (steps + BLOCK - 1) // BLOCK, BLOCK, width]))
    ends = _doubled_sums(blocks[:, :, -1], float(powers[BLOCK]))  # B, T / BLOCK, F
    before = tf.pad(ends[:, :-1], [[0, 0], [1, 0], [0, 0]])
    sums = blocks + before[:, :, None] * powers[1:, None].astype("float32")
    return tf.reshape(sums, [rows, steps + -steps % BLOCK, width])[:, :steps]


def _doubled_sums(terms, decay):
    """Hillis & Steele 1986, Data parallel algorithms."""
    length = tf.shape(terms)[1]

    def add_further_back(sums, shift, factor):
        earlier = tf.pad(sums[:, : length - shift], [[0, 0], [shift, 0], [0, 0]])
        return sums + factor * earlier, 2 * shift, factor * factor

    sums, _, _ = tf.while_loop(
        lambda sums, shift, factor: shift < length,
        add_further_back,
        (terms, tf.constant(1), tf.constant(decay, terms.dtype)),
        shape_invariants=(terms.shape, tf.TensorShape([]), tf.TensorShape([])),
    )
    return sums
