"""An end to training by the clock."""

from __future__ import annotations

import time
from typing import Any

import keras


class TimeLimit(keras.callbacks.Callback):
    """Ends the training after the step in which so many minutes are over, as if the epoch ended there.

    What happens at an epoch's end still does: validation, the decoded metric, a checkpoint. In
    `rnnapps.training.fit` the minutes count over resumes: those of the process, validation included, up to the
    checkpoint that it went on from. A learning-rate schedule knows nothing of it and goes by steps.

    Args:
        minutes: float > 0.
    Raises:
        ValueError: `minutes` is not above 0.
    """

    def __init__(self, minutes: float):
        super().__init__()
        if not minutes > 0:
            raise ValueError(f"minutes must be > 0, got {minutes}")
        self.minutes = minutes
        self._before = 0.0
        self._began = time.monotonic()

    def on_train_begin(self, logs=None):
        self._began = time.monotonic()

    def on_train_batch_end(self, batch, logs=None):
        if self._seconds() >= 60 * self.minutes:
            print(f"\n{self.minutes:g} minutes are over: training ends with this step", flush=True)
            self.model.stop_training = True

    def get_state(self) -> dict[str, Any]:
        """State for a checkpoint."""
        return {"seconds": self._seconds()}

    def set_state(self, state: dict[str, Any]) -> None:
        """Continue from a checkpoint's state."""
        self._before = state["seconds"]

    def _seconds(self):
        return self._before + time.monotonic() - self._began
