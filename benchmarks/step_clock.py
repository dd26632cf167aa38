"""How long the steps of a training by Keras take."""

from __future__ import annotations

import keras

from benchmarks.step_times import StepTimes


class StepClock(keras.callbacks.Callback):
    """Notes in `times` when each step ends.

    Args:
        warm_up: see `StepTimes`.
    """

    def __init__(self, warm_up: int = 10):
        super().__init__()
        self.times = StepTimes(warm_up)

    def on_train_batch_end(self, batch, logs=None):
        self.times.note()
