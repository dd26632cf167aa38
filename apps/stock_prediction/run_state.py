"""What a run remembers between its commands: the rows it saw last, and which weights go with them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnapps.series.calibration import History
from rnnapps.series.panel import Panel
from rnnapps.training import write_atomically

ARRAYS = ("values", "times", "starts", "past", "future", "ids")
PLAIN = ("names", "columns", "scale", "target", "past_columns", "future_columns")


@dataclass(frozen=True)
class RunState:
    """One file, replaced whole, so that rows and weights always belong together.

    Fields:
        panel: the last rows of every series, as far back as forecasts, calibration and `update` look.
        history: forecasts that calibration looks back on, in the network's units, and what came true.
        weights: name of the file of weights in the run's folder.
        updates: how often the run went on training on new rows.
    """

    panel: Panel
    history: History
    weights: str
    updates: int = 0

    def write(self, path: Path) -> None:
        """Writes or replaces the file."""
        panel = self.panel
        about = {name: getattr(panel, name) for name in PLAIN}
        about |= {"weights": self.weights, "updates": self.updates, "coming": list(panel.coming)}
        arrays = {name: getattr(panel, name) for name in ARRAYS}
        arrays |= {f"history/{name}": values for name, values in self.history._asdict().items()}
        arrays = {name: _plain(values) for name, values in arrays.items()}
        arrays |= {f"coming/{name}": rows for name, rows in panel.coming.items()}
        arrays["about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
        write_atomically(path, lambda file: np.savez(file, **arrays))

    @classmethod
    def read(cls, path: Path) -> RunState:
        """The inverse of `write`.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it cannot be read.
        """
        if not path.is_file():
            raise FileNotFoundError(f"{path}: not there; finish the run with train --resume")
        try:
            with np.load(path, allow_pickle=False) as file:
                about = json.loads(file["about"].tobytes())
                arrays = {name: _dated(name, file[name]) for name in ARRAYS}
                history = History(*(_dated(name, file[f"history/{name}"]) for name in History._fields))
                coming = {name: file[f"coming/{name}"] for name in about["coming"]}
        except Exception as error:  # a flipped bit can make the reader raise nearly anything
            raise ValueError(f"{path}: damaged ({error}); start another run") from None
        plain = {name: tuple(about[name]) if isinstance(about[name], list) else about[name] for name in PLAIN}
        return cls(Panel(**plain, **arrays, coming=coming), history, about["weights"], about["updates"])


def _plain(values: np.ndarray) -> np.ndarray:
    return values.astype("datetime64[s]").astype("int64") if values.dtype.kind == "M" else values


def _dated(name: str, values: np.ndarray) -> np.ndarray:
    return values.astype("datetime64[s]") if "times" in name else values


def last_rows(panel: Panel, count: int) -> Panel:
    """The last `count` rows of every series, or as many as it has."""
    lengths = np.diff(panel.starts)
    kept = np.minimum(lengths, count)
    skipped = np.repeat(panel.starts[1:] - kept, lengths)
    chosen = np.arange(len(panel.times)) >= skipped
    return panel.with_rows(np.flatnonzero(chosen))
