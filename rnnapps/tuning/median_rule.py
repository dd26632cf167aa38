"""Ending trainings that promise nothing."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

# Fewer finished trainings are no median to speak of.
FEWEST = 3


class MedianRule(keras.callbacks.Callback):
    """Ends a training whose best measurement so far is worse than the median of what others had by then.

    It comes after the callback that measures.

    Args:
        metric: the name in the logs and in history.csv.
        direction: "max" or "min".
        others: history.csv of finished trainings; files that are missing or lack the metric are passed over.
        after: epochs before which nothing is ended.

    Attributes:
        ended: bool, whether it has ended the training.

    Golovin et al. 2017, Google Vizier: a service for black-box optimization, section 3.2.2; with the best value so far
    in place of the mean.
    """

    def __init__(self, metric: str, direction: str, others: Sequence[Path], after: int):
        super().__init__()
        self.metric, self.after, self.ended = metric, after, False
        self._sign = 1.0 if direction == "max" else -1.0
        self._others = [found for path in others if (found := self._read(path))]
        self._best = -np.inf

    def on_epoch_end(self, epoch, logs=None):
        if self.metric not in (logs or {}):
            return
        self._best = max(self._best, self._sign * logs[self.metric])
        if epoch + 1 < self.after:
            return
        reached = [found[max(done)] for found in self._others if (done := [e for e in found if e <= epoch + 1])]
        if len(reached) < FEWEST or self._best >= np.median(reached):
            return
        median = self._sign * float(np.median(reached))
        print(
            f"\nended after {epoch + 1} epochs: {self.metric} {self._sign * self._best:.4g}, the median of the "
            f"others by then is {median:.4g}",
            flush=True,
        )
        self.model.stop_training = self.ended = True

    def get_state(self) -> dict[str, Any]:
        """State for a checkpoint."""
        return {"best": None if np.isinf(self._best) else float(self._best), "ended": self.ended}

    def set_state(self, state: dict[str, Any]) -> None:
        """Continue from a checkpoint's state."""
        self.ended = state["ended"]
        self._best = -np.inf if state["best"] is None else state["best"]

    def _read(self, path: Path) -> dict[int, float]:
        """Epoch -> the best value by then, greater being better."""
        if not path.is_file():
            return {}
        found, best = {}, -np.inf
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row.get(self.metric):
                    best = max(best, self._sign * float(row[self.metric]))
                    found[int(row["epoch"])] = best
        return found
