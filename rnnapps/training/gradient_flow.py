"""Watches the gradient during training, so that vanishing and exploding are seen, not guessed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnnapps.training.gradient_norms import gradient_norms
from rnnapps.training.plot_gradient_flow import plot_gradient_flow
from rnnapps.training.write_atomically import write_atomically

# Drawing takes a second, as an epoch of small data does.
SECONDS_BETWEEN_DRAWINGS = 60.0


class GradientFlow(keras.callbacks.Callback):
    """Records gradient norms per layer and per time step on one fixed batch, and plots them.

    See `rnnapps.training.gradient_norms` for what is measured. The training itself is not changed by it: not a
    bit of the weights. The records survive a resume. Needs matplotlib.

    Writes into `path`:
        gradient_flow.npz: `steps` (N,) optimizer steps of the records, `weights/<layer>` (N,),
            `states/<layer> h` (N, T).
        gradient_flow_layers.png: the norm of each layer's gradient over training.
        gradient_flow_time.png: the norm of dL/dh_t over the time steps, for each recurrent state.
    The pictures are drawn when training ends, and before that after an epoch about once a minute. What cannot be
    written (disk full) is told in a message, and training goes on.

    Args:
        batch: (x, y) or (x, y, sample_weight), the probe, as `keras.Model.train_on_batch` takes it.
        path: folder.
        every: int >= 1, training steps between records, or None for one per epoch. Default None.
    Raises:
        ValueError: `every` < 1, or a batch that is not two or three parts.
    """

    def __init__(self, batch: tuple[Any, ...], path: str | Path, every: int | None = None):
        super().__init__()
        if every is not None and every < 1:
            raise ValueError(f"every must be >= 1 or None, got {every}")
        if not isinstance(batch, (tuple, list)) or len(batch) not in (2, 3):
            raise ValueError(f"batch must be (x, y) or (x, y, sample_weight), got {type(batch).__name__}")
        self.batch = tuple(batch)
        self.path = Path(path)
        self.every = every
        self.records: dict[str, np.ndarray] = {}
        self._written = 0
        self._drawn = time.monotonic()

    @property
    def file(self) -> Path:
        return self.path / "gradient_flow.npz"

    def on_train_batch_end(self, batch, logs=None):
        if self.every and int(self.model.optimizer.iterations) % self.every == 0:
            self._record()

    def on_epoch_end(self, epoch, logs=None):
        if not self.every:
            self._record()
        if time.monotonic() - self._drawn > SECONDS_BETWEEN_DRAWINGS:
            self._draw()

    def on_train_end(self, logs=None):
        self._draw()

    def get_state(self) -> dict[str, Any]:
        """State for a checkpoint."""
        return {"records": self._written}

    def set_state(self, state: dict[str, Any]) -> None:
        """Continue from a checkpoint's state: records made after it are dropped, they will be made again."""
        if not state["records"]:
            return
        if not self.file.is_file():
            raise FileNotFoundError(f"{self.file}: the records so far are missing; start a new run folder")
        with np.load(self.file, allow_pickle=False) as stored:
            self.records = {name: stored[name][: state["records"]] for name in stored.files}
        self._written = len(self.records["steps"])

    def _record(self):
        norms = gradient_norms(self.model, *self.batch)
        new = {"steps": int(self.model.optimizer.iterations)}
        new |= {f"weights/{name}": value for name, value in norms.weights.items()}
        new |= {f"states/{name}": value for name, value in norms.states.items()}
        before = len(self.records.get("steps", ()))
        self.records = {name: self._extended(name, np.array(value), before) for name, value in new.items()}
        try:
            write_atomically(self.file, lambda file: np.savez(file, **self.records))
            self._written = before + 1
        except OSError as error:
            print(f"\ngradient norms not written: {error}; training goes on", flush=True)

    def _draw(self):
        if not self.records:
            return
        try:
            plot_gradient_flow(self.records, self.path)
        except OSError as error:
            print(f"\nplots of gradient norms not written: {error}; training goes on", flush=True)
        self._drawn = time.monotonic()

    def _extended(self, name, value, before):
        if not before:
            return value[None]
        # A layer without records so far, e.g. one that was frozen, was not measured then.
        earlier = self.records.get(name, np.full((before, *value.shape), np.nan))
        return np.concatenate([earlier, value[None]])
