"""The weights averaged over the latest steps: steadier than any one step's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import tensorflow as tf


class MovingAverage(keras.callbacks.Callback):
    """Keeps an exponential moving average of the trainable weights, for validation and for the end.

    d_n = min(decay, (1 + n) / (10 + n))            n: optimizer steps so far
    a  <- d_n^every a + (1 - d_n^every) w           after every `every` steps; a starts as the first w

    Early on the average thus reaches back over a ninth of the steps so far, and is never held back by the
    random start. Keras's validation in `fit` and, with `DecodedMetric(average=...)`, the decoded metric and the
    best weights use the average; training goes on with the weights themselves. Training ends with the average
    in the model. In `rnnapps.training.fit` it is part of the checkpoints.

    Differs from `use_ema=True` of a Keras optimizer: the decay warms up, and the weights are read every few steps
    only, because an average over all weights in every step costs a small model on a CPU a tenth of its time.

    Args:
        decay: float in (0, 1), per step. Default 0.999.
        every: int >= 1, steps between two updates. Default 10.
    Raises:
        ValueError: an argument out of range.

    Polyak and Juditsky 1992, Acceleration of stochastic approximation by averaging.
    """

    def __init__(self, decay: float = 0.999, every: int = 10):
        super().__init__()
        if not 0 < decay < 1:
            raise ValueError(f"decay must be in (0, 1), got {decay}")
        if every < 1:
            raise ValueError(f"every must be >= 1, got {every}")
        self.decay = decay
        self.every = every
        self._average: list[keras.Variable] = []
        self._step = 0

    @property
    def variables(self) -> list[keras.Variable]:
        """The average, weight by weight, as `model.trainable_variables` are ordered; the model must be built."""
        if not self._average:
            self._average = [
                keras.Variable(weight.numpy(), dtype=weight.dtype, trainable=False, name=f"average_of_{weight.name}")
                for weight in self.model.trainable_variables
            ]
            self._update, self._swap = tf.function(self._move), tf.function(self._exchange)
        return self._average

    @contextmanager
    def in_model(self) -> Iterator[None]:
        """Within the block the model has the average for its weights."""
        self.variables  # noqa: B018 - reading it makes them
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def on_train_begin(self, logs=None):
        self._step = int(self.model.optimizer.iterations)
        if self.model.built:
            self.variables  # noqa: B018 - from the very first weights on

    def on_train_batch_end(self, batch, logs=None):
        step, before = int(self.model.optimizer.iterations), self._step
        self._step = step
        # With several steps in one execution not every multiple is seen.
        if step // self.every > before // self.every:
            self.variables  # noqa: B018
            self._update(tf.constant(min(self.decay, (1 + step) / (10 + step)) ** self.every, tf.float32))

    def on_test_begin(self, logs=None):
        self.variables  # noqa: B018
        self._swap()

    def on_test_end(self, logs=None):
        self._swap()

    def on_train_end(self, logs=None):
        for weight, average in zip(self.model.trainable_variables, self.variables, strict=True):
            weight.assign(average)

    def _move(self, kept):
        for weight, average in zip(self.model.trainable_variables, self._average, strict=True):
            share = tf.cast(1 - kept, average.dtype)
            average.value.assign_sub(share * (average.value - weight.value))

    def _exchange(self):
        for weight, average in zip(self.model.trainable_variables, self._average, strict=True):
            before = tf.identity(weight.value)
            weight.value.assign(average.value)
            average.value.assign(before)
