"""Early stopping and best weights by a metric of what the model says, not of its loss."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import keras

from rnnapps.training.moving_average import MovingAverage
from rnnapps.training.save_weights import save_weights


class DecodedMetric(keras.callbacks.Callback):
    """Measures decoded output at the end of epochs, keeps the best weights, and stops when they stay the
    best.

    The validation loss under teacher forcing keeps falling while translations get no better, or rises while
    they still improve; so the metric that users read decides. The value enters the logs under `name`, so it
    is in the progress line, in `History` and visible to other callbacks. Among equal values the weights with the least
    `val_loss` are kept, where the logs have one; that is no improvement to `patience`. All state survives a resume.

    Args:
        name: str, name in the logs, e.g. "val_bleu".
        evaluate: function without arguments, decodes the validation data with the model and returns a float, or a
            dictionary of figures for the logs, the one of this `name` among them.
        mode: "max" when greater is better (BLEU, accuracy), "min" when smaller is (error rates). Default
            "max".
        patience: int >= 1, measurements without improvement after which training stops, or None to never
            stop.
        min_delta: float >= 0, an improvement must be greater than this. Default 0.
        every: int >= 1, measure after every so many epochs, and after the last one. Default 1.
        folder: where the best weights are kept, `best-<epoch>.weights.h5`; by default the checkpoints' folder
            of `rnnapps.training.fit`.
        restore_best: bool, put the best weights into the model when training ends. Default True.
        average: a `MovingAverage`, another callback of the same training, listed before this one: its weights are
            measured and saved instead of the latest ones.

    Attributes:
        best: float or None, the best value so far.
        best_epoch: int or None, 1-based epoch it was reached in.
        best_weights: path of its weights or None; `model.load_weights` reads it.
    Raises:
        ValueError: an argument out of range, or `evaluate` gave something that is not a number.

    Best weights that cannot be written (disk full) are no error: a message says so, the ones before stay the best.
    """

    def __init__(
        self,
        name: str,
        evaluate: Callable[[], float | Mapping[str, float]],
        mode: str = "max",
        patience: int | None = None,
        min_delta: float = 0.0,
        every: int = 1,
        folder: str | Path | None = None,
        restore_best: bool = True,
        average: MovingAverage | None = None,
    ):
        super().__init__()
        if mode not in ("max", "min"):
            raise ValueError(f'mode must be "max" or "min", got {mode!r}')
        if patience is not None and patience < 1:
            raise ValueError(f"patience must be >= 1 or None, got {patience}")
        if every < 1:
            raise ValueError(f"every must be >= 1, got {every}")
        if min_delta < 0:
            raise ValueError(f"min_delta must be >= 0, got {min_delta}")
        self.name = name
        self.evaluate = evaluate
        self.mode = mode
        self.patience = patience
        self.min_delta = min_delta
        self.every = every
        self.folder = None if folder is None else Path(folder)
        self.restore_best = restore_best
        self.average = average
        self.best: float | None = None
        self.best_epoch: int | None = None
        self.wait = 0
        self._loss = math.inf
        # As many older best weights as there may be checkpoints that name them; `fit` sets it.
        self.keep = 3

    @property
    def best_weights(self) -> Path | None:
        return None if self.best_epoch is None else self._path(self.best_epoch)

    def on_train_begin(self, logs=None):
        if self.folder is None:
            raise ValueError("DecodedMetric needs a folder for the best weights outside of rnnapps.training.fit")

    def on_epoch_end(self, epoch, logs=None):
        last = self.model.stop_training or epoch + 1 == self.params.get("epochs")
        if (epoch + 1) % self.every and not last:
            return
        with self.average.in_model() if self.average else nullcontext():
            figures = self.measure()
            value = figures[self.name]
            improved = self.better(value)
            loss = ((logs or {}) | figures).get("val_loss", math.inf)
            among_equals = value == self.best and loss < self._loss
            if (improved or among_equals) and self._save_weights(self._path(epoch + 1)):
                self.best, self.best_epoch, self._loss = value, epoch + 1, loss
        if logs is not None:
            logs.update(figures)
        if improved:
            self.wait = 0
            return
        self.wait += 1
        if self.patience is not None and self.wait >= self.patience:
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        if not self.restore_best or self.best_weights is None:
            return
        try:
            self.model.load_weights(self.best_weights)
        except OSError as error:
            print(f"\n{self.best_weights}: damaged ({error}); the last weights stay instead", flush=True)

    def get_state(self) -> dict[str, Any]:
        """State for a checkpoint."""
        loss = None if math.isinf(self._loss) else float(self._loss)
        return {"best": self.best, "best_epoch": self.best_epoch, "wait": self.wait, "loss": loss}

    def set_state(self, state: dict[str, Any]) -> None:
        """Continue from a checkpoint's state.

        Raises:
            FileNotFoundError: the best weights that the state names are gone.
        """
        self.best, self.best_epoch, self.wait = state["best"], state["best_epoch"], state["wait"]
        loss = state.get("loss")  # not in checkpoints of earlier versions
        self._loss = math.inf if loss is None else loss
        for path in self._files():
            # Written after the checkpoint: this run will measure those epochs again.
            if int(path.name[5:11]) > (self.best_epoch or 0):
                path.unlink(missing_ok=True)
        if self.best_weights is not None and not self.best_weights.is_file():
            raise FileNotFoundError(f"{self.best_weights}: the best weights so far are missing; start a new run folder")

    def measure(self) -> dict[str, float]:
        """The figures of the weights that are in the model now, by their names in the logs.

        Raises:
            ValueError: `evaluate` gave something else.
        """
        found = self.evaluate()
        try:
            named = found if isinstance(found, Mapping) else {self.name: found}
            figures = {name: float(value) for name, value in named.items()}
        except (TypeError, ValueError):
            figures = {}
        if self.name not in figures:
            raise ValueError(f"evaluate of {self.name!r} must return a number, got {found!r}")
        return figures

    def better(self, value: float) -> bool:
        """Whether `value` improves on the best so far by more than `min_delta`."""
        if math.isnan(value):
            return False
        if self.best is None:
            return True
        gain = value - self.best if self.mode == "max" else self.best - value
        return gain > self.min_delta

    def _path(self, epoch):
        return self.folder / f"best-{epoch:06d}.weights.h5"

    def _save_weights(self, path):
        try:
            save_weights(self.model, path)
        except OSError as error:
            kept = self.best_weights or "none yet"
            print(f"\nbest weights not written: {error}; training goes on, last good ones: {kept}", flush=True)
            return False
        for old in self._files()[self.keep + 1 :]:
            old.unlink(missing_ok=True)
        return True

    def _files(self):
        return sorted(self.folder.glob("best-[0-9][0-9][0-9][0-9][0-9][0-9].weights.h5"), reverse=True)
