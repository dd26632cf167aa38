"""Batches of windows whose order is a pure function of seed and epoch, as a run that can be resumed needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from rnnapps.series.windows import Windows

Batch = tuple[dict[str, np.ndarray], np.ndarray]


class ShuffledWindows:
    """Every window once per epoch, in an order drawn anew for each.

    Args:
        windows: at least one.
        batch_size: int >= 1, windows in a batch; the last batch of an epoch may hold fewer.
        seed: int >= 0.
    Raises:
        ValueError: no window, or `batch_size` < 1.
    """

    def __init__(self, windows: Windows, batch_size: int, seed: int):
        _check(windows, batch_size)
        self.windows, self.batch_size, self.seed = windows, batch_size, seed

    def __len__(self) -> int:
        return -(-len(self.windows) // self.batch_size)

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches of `epoch` from number `start` on."""
        order = np.random.default_rng((self.seed, epoch)).permutation(len(self.windows))
        for step in range(start, len(self)):
            yield self.windows.take(order[step * self.batch_size : (step + 1) * self.batch_size])

    @property
    def output_signature(self) -> Any:
        """`tf.TensorSpec` of a batch."""
        return self.windows.output_signature()


class DrawnWindows:
    """A fixed number of batches per epoch, of windows drawn with replacement.

    What a step costs does not depend on how many windows there are, and no list of them is kept.

    Args:
        windows: at least one.
        batch_size: int >= 1, windows in a batch.
        steps: int >= 1, batches in an epoch.
        seed: int >= 0.
    Raises:
        ValueError: no window, or a size < 1.
    """

    def __init__(self, windows: Windows, batch_size: int, steps: int, seed: int):
        _check(windows, batch_size)
        if steps < 1:
            raise ValueError(f"steps must be at least 1, is {steps}")
        self.windows, self.batch_size, self.steps, self.seed = windows, batch_size, steps, seed

    def __len__(self) -> int:
        return self.steps

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches of `epoch` from number `start` on."""
        count = len(self.windows)
        for step in range(start, self.steps):
            # A generator of its own for each step, so that a resumed epoch need not draw what it has had.
            drawn = np.random.default_rng((self.seed, epoch, step)).integers(count, size=self.batch_size)
            yield self.windows.take(drawn)

    @property
    def output_signature(self) -> Any:
        """`tf.TensorSpec` of a batch."""
        return self.windows.output_signature()


class OrderedWindows:
    """The same windows in the same order in every epoch: for validation.

    Args:
        windows: at least one.
        batch_size: int >= 1, windows in a batch; the last one may hold fewer.
        most: int >= 1, how many to take, evenly over all of them; None takes all.
    Raises:
        ValueError: no window, or a size < 1.
    """

    def __init__(self, windows: Windows, batch_size: int, most: int | None = None):
        _check(windows, batch_size)
        if most is not None and most < 1:
            raise ValueError(f"most must be at least 1 or None, is {most}")
        self.windows, self.batch_size = windows, batch_size
        self.count = min(len(windows), most or len(windows))

    def __len__(self) -> int:
        return -(-self.count // self.batch_size)

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches from number `start` on; `epoch` makes no difference."""
        for step in range(start, len(self)):
            numbers = np.arange(step * self.batch_size, min((step + 1) * self.batch_size, self.count))
            yield self.windows.take(numbers * len(self.windows) // self.count)

    @property
    def output_signature(self) -> Any:
        """`tf.TensorSpec` of a batch."""
        return self.windows.output_signature()


def _check(windows: Windows, batch_size: int) -> None:
    if not len(windows):
        raise ValueError("windows: there is none; give more rows, or a shorter window or horizon")
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, is {batch_size}")
