"""Batches as a stream that can start at any step of any epoch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import keras
import numpy as np
import tensorflow as tf


class EpochBatches(Protocol):
    """What `EpochData` reads: batches whose order is a pure function of the epoch."""

    def __len__(self) -> int:
        """Batches per epoch, the same in every epoch."""

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Any]:
        """The batches of one epoch from number `start` on: nested arrays, as `fit` takes them."""


class EpochData:
    """Wraps batches into the `tf.data.Dataset` that training reads, from any (epoch, step) on.

    The stream runs over epoch ends without a pause, so that the first batches of an epoch are ready when the
    last one ends, and a resumed run continues with exactly the batch that the killed one would have seen
    next.

    Args:
        batches: object with `epoch(epoch, start) -> iterator` and `len()`, see `EpochBatches`.
        output_signature: nested `tf.TensorSpec` of a batch. Default: the one that `batches` has under that name, or
            else types and ranks of the first batch, every dimension free.
        prefetch: int >= 1, batches made ready ahead of the step that uses them. Default 4.
    Raises:
        ValueError: `batches` has no batch, or `prefetch` < 1.

    >>> data = EpochData(ArrayBatches(np.arange(6.0), np.arange(6.0), batch_size=2, seed=1))
    >>> len(data)
    3
    """

    def __init__(self, batches: EpochBatches, output_signature: Any = None, prefetch: int = 4):
        if prefetch < 1:
            raise ValueError(f"prefetch must be >= 1, got {prefetch}")
        if len(batches) == 0:
            raise ValueError("batches is empty: an epoch needs at least one batch")
        self.batches = batches
        self.prefetch = prefetch
        self._signature = getattr(batches, "output_signature", None) if output_signature is None else output_signature
        self.error: Exception | None = None

    def __len__(self) -> int:
        return len(self.batches)

    @property
    def output_signature(self) -> Any:
        """Nested `tf.TensorSpec` of a batch."""
        if self._signature is None:
            self._signature = keras.tree.map_structure(_free_spec, self.first())
        return self._signature

    def first(self) -> Any:
        """The first batch of epoch 0."""
        return next(iter(self.batches.epoch(0, 0)))

    def stream(self, epoch: int = 0, step: int = 0) -> tf.data.Dataset:
        """All batches from `step` of `epoch` on, epoch after epoch, without end."""

        def batches():
            current, start = epoch, step
            while True:
                yield from self._epoch(current, start)
                current, start = current + 1, 0

        return self._dataset(batches)

    def one_epoch(self, epoch: int = 0) -> tf.data.Dataset:
        """The batches of one epoch, for evaluation."""
        dataset = self._dataset(lambda: self._epoch(epoch, 0))
        return dataset.apply(tf.data.experimental.assert_cardinality(len(self)))

    def _dataset(self, generator):
        dataset = tf.data.Dataset.from_generator(generator, output_signature=self.output_signature)
        return dataset.prefetch(self.prefetch)

    def _epoch(self, epoch, start):
        # tf.data turns an exception into a text; the original is kept for the caller to raise.
        try:
            count = start
            for batch in self.batches.epoch(epoch, start):
                count += 1
                yield batch
            if count != len(self):
                raise ValueError(f"epoch {epoch} gave {count} batches where len() promised {len(self)}")
        except Exception as error:
            self.error = error
            raise


class ArrayBatches:
    """Rows of arrays in batches, shuffled anew in every epoch by (seed, epoch) alone.

    Args:
        x: array or nested arrays of N rows.
        y: array or nested arrays of N rows.
        batch_size: int >= 1, rows in a batch; the last batch of an epoch may hold fewer.
        seed: int >= 0, or None to keep the order of the rows.
    Raises:
        ValueError: arrays of different length, or `batch_size` < 1.

    >>> batches = ArrayBatches(np.arange(3), np.arange(3), batch_size=2, seed=None)
    >>> [x.tolist() for x, y in batches.epoch(0)]
    [[0, 1], [2]]
    """

    def __init__(self, x: Any, y: Any, batch_size: int, seed: int | None = 0):
        if batch_size < 1:
            raise ValueError(f"batch_size must be >= 1, got {batch_size}")
        self.arrays = keras.tree.map_structure(np.asarray, (x, y))
        lengths = sorted({len(array) for array in keras.tree.flatten(self.arrays)})
        if len(lengths) != 1:
            raise ValueError(f"x and y must have the same number of rows, got {lengths}")
        self.rows = lengths[0]
        self.batch_size = batch_size
        self.seed = seed

    def __len__(self) -> int:
        return -(-self.rows // self.batch_size)

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Any]:
        """The batches of `epoch` from number `start` on."""
        order = np.arange(self.rows)
        if self.seed is not None:
            np.random.default_rng((self.seed, epoch)).shuffle(order)
        for batch in range(start, len(self)):
            rows = order[batch * self.batch_size : (batch + 1) * self.batch_size]
            yield keras.tree.map_structure(lambda array, rows=rows: array[rows], self.arrays)


def _free_spec(array):
    array = np.asarray(array)
    return tf.TensorSpec([None] * array.ndim, array.dtype)
