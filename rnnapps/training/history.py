"""The run's numbers, one row per epoch, as a CSV file that survives a resume."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path
from typing import Any

import keras

from rnnapps.training.write_atomically import write_atomically


class History(keras.callbacks.Callback):
    """Writes every epoch's logs to a CSV file and keeps them for the caller.

    The rows are part of the run's checkpoints: after a resume the file holds every epoch exactly once,
    whatever was in it when the run was killed. Columns: epoch (from 1), seconds, learning_rate, then the
    logs.

    Args:
        path: CSV file to write, replaced whole after every epoch. If it cannot be (disk full), a message says so and
            training goes on.

    Attributes:
        rows: list of dicts, one per finished epoch.
        history: dict, name -> list of values, as `keras.callbacks.History` has it.
    """

    def __init__(self, path: str | Path):
        super().__init__()
        self.path = Path(path)
        self.rows: list[dict[str, float]] = []
        self._before = 0.0
        self._began = time.monotonic()

    @property
    def history(self) -> dict[str, list[float]]:
        names = dict.fromkeys(name for row in self.rows for name in row)
        return {name: [row[name] for row in self.rows if name in row] for name in names}

    def on_epoch_begin(self, epoch, logs=None):
        self._began = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        row = {"epoch": epoch + 1, "seconds": round(self._elapsed(), 2)}
        row["learning_rate"] = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self.rows.append(row | {name: float(value) for name, value in (logs or {}).items()})
        self._before, self._began = 0.0, time.monotonic()
        self._write()

    def get_state(self) -> dict[str, Any]:
        """State for a checkpoint."""
        return {"rows": self.rows, "seconds": self._elapsed()}

    def set_state(self, state: dict[str, Any]) -> None:
        """Continue from a checkpoint's state."""
        self.rows = list(state["rows"])
        self._before = state["seconds"]
        self._write()

    def _elapsed(self):
        return self._before + time.monotonic() - self._began

    def _write(self):
        text = io.StringIO(newline="")
        names = dict.fromkeys(name for row in self.rows for name in row)
        writer = csv.DictWriter(text, list(names), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        try:
            write_atomically(self.path, lambda file: file.write(text.getvalue().encode()))
        except OSError as error:  # the rows are in memory and in the checkpoints, and written with the next one
            print(f"\nhistory not written: {error}; training goes on", flush=True)
