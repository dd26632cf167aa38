"""The mean of the last epochs' weights, where it is better than the best epoch's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnnapps.training.decoded_metric import DecodedMetric
from rnnapps.training.write_atomically import write_atomically


class CheckpointAverage(keras.callbacks.Callback):
    """Averages the weights after the last k epochs when training ends, and keeps the better of mean and best.

    w = (w_{n-k+1} + ... + w_n) / k         w_e: the trainable weights after epoch e

    The mean is measured once, with the metric's own function, and stays in the model if it is better than the
    best epoch; else the best epoch's weights do. List it after the metric. The weights of k epochs, and of as many
    more as checkpoints may lead back to, are files in the metric's folder; they survive a resume.

    Args:
        metric: the `DecodedMetric` of the same training.
        last: int >= 2, k. Fewer epochs than that are averaged if there are no more. Default 5.

    Attributes:
        value: float or None, the mean's metric, once training has ended.
        kept: bool, the mean was better and is in the model.
    Raises:
        ValueError: `last` < 2.

    Vaswani et al. 2017, Attention is all you need, section 6.1.
    """

    def __init__(self, metric: DecodedMetric, last: int = 5):
        super().__init__()
        if last < 2:
            raise ValueError(f"last must be >= 2, got {last}")
        self.metric = metric
        self.last = last
        self.epoch = 0
        self.value: float | None = None
        self.kept = False

    @property
    def files(self) -> list[Path]:
        """The weights of the epochs that are averaged, the latest first."""
        epochs = range(self.epoch, max(0, self.epoch - self.last), -1)
        return [path for path in map(self._path, epochs) if path.is_file()]

    def on_epoch_end(self, epoch, logs=None):
        self.epoch = epoch + 1
        try:
            self._save(self._path(self.epoch))
        except OSError as error:
            print(f"\nweights to average not written: {error}; training goes on without them", flush=True)
        self._path(self.epoch - self.last - self.metric.keep).unlink(missing_ok=True)

    def on_train_end(self, logs=None):
        files = self.files
        if len(files) < 2:
            return
        chosen = self.model.get_weights()
        self._load_mean(files)
        self.value = self.metric.measure()[self.metric.name]
        self.kept = self.metric.better(self.value)
        if not self.kept:
            self.model.set_weights(chosen)
        figures = f"{self.metric.name} {self.value:.4g}, the best epoch's {self.metric.best or float('nan'):.4g}"
        print(
            f"mean of {len(files)} epochs: {figures}; the {'mean' if self.kept else 'best epoch'} is kept", flush=True
        )

    def get_state(self) -> dict[str, Any]:
        """State for a checkpoint."""
        return {"epoch": self.epoch}

    def set_state(self, state: dict[str, Any]) -> None:
        """Continue from a checkpoint's state."""
        self.epoch = state["epoch"]

    def _save(self, path):
        # Not Keras's own file of weights: it would hold the optimizer too, three times as much.
        write_atomically(path, lambda file: np.savez(file, *[w.numpy() for w in self.model.trainable_variables]))

    def _load_mean(self, files):
        weights = self.model.trainable_variables
        total = [np.zeros(weight.shape) for weight in weights]
        for file in files:
            with np.load(file, allow_pickle=False) as stored:
                total = [so_far + stored[name] for so_far, name in zip(total, stored.files, strict=True)]
        for weight, value in zip(weights, total, strict=True):
            weight.assign(value / len(files))

    def _path(self, epoch):
        return self.metric.folder / f"epoch-{epoch:06d}.npz"
