"""Batches of waveforms by length, within a budget of seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from rnnapps.text.length_groups import length_groups

Batch = tuple[dict[str, np.ndarray], np.ndarray]
Augment = Callable[[np.ndarray, np.random.Generator], np.ndarray]
GROUPS = 12


class Bucket(NamedTuple):
    """Recordings of similar length: their numbers, shortest first, and into how many batches they go."""

    rows: np.ndarray
    batches: int


class WaveformBatches:
    """Every recording once per epoch, in batches of similar lengths whose order (seed, epoch) decides.

    Recordings are put into buckets of lengths that make the padding least, and a bucket into as few batches as the
    budget allows, whose numbers of recordings differ by at most one. Each epoch shuffles the recordings within their
    bucket, and then the batches.

    Args:
        waveforms: n waveforms (N,) float32.
        samples: (n,) int, the length of each.
        labels: n sequences of int; 0 is what shorter ones are padded with.
        batch_size: recordings in a batch, at most.
        samples_per_batch: recordings x samples of the longest in a batch, at most; a longer one is a batch of its own.
        seed: int >= 0.
        short_first: the first epoch takes the recordings in the order of their lengths.
        augment: makes another waveform of one in training, with the generator it is given: that of (seed, epoch,
            number of the recording), so a resumed epoch hears what an undisturbed one would. None leaves them alone.
        least: (n,) int: a variation with fewer samples than this is not used, the recording itself is: one that was
            sped up must still have room for its labels.
    Raises:
        ValueError: no recording, or sizes below 1, or of different numbers of rows.
    """

    def __init__(
        self,
        waveforms: Sequence[np.ndarray],
        samples: np.ndarray,
        labels: Sequence[Sequence[int]],
        batch_size: int,
        samples_per_batch: int,
        seed: int,
        short_first: bool = False,
        augment: Augment | None = None,
        least: np.ndarray | None = None,
    ):
        _check(samples, labels, batch_size, samples_per_batch)
        self.waveforms, self.samples, self.labels = waveforms, np.asarray(samples), labels
        self.seed, self.short_first, self.augment = seed, short_first, augment
        self.least = np.zeros(len(labels), int) if least is None else np.asarray(least)
        batches = max(len(labels) / batch_size, self.samples.sum() / samples_per_batch)
        # Two batches at least in each bucket, or the same recordings would always meet, in few batches that are full.
        self.buckets = tuple(
            Bucket(rows, -(-len(rows) // max(1, min(batch_size, samples_per_batch // max(width, 1)))))
            for rows, width in length_groups(self.samples, int(np.clip(batches / 2, 1, GROUPS)))
        )

    def __len__(self) -> int:
        """Batches per epoch, the same in every epoch."""
        return sum(bucket.batches for bucket in self.buckets)

    @property
    def output_signature(self) -> Any:
        """`tf.TensorSpec` of a batch."""
        return output_signature()

    @property
    def real_share(self) -> float:
        """Share of an epoch's samples that are not padding, when each bucket is padded to its longest."""
        padded = sum(len(bucket.rows) * self.samples[bucket.rows].max() for bucket in self.buckets)
        return float(self.samples.sum() / max(padded, 1))

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches of one epoch, from number `start` on.

        Yields:
            {"waveform": (B, N) float32, "length": (B,) int32}, labels (B, L) int32, all padded with 0.
        """
        for rows in self._order(epoch)[start:]:
            yield batch([self._waveform(row, epoch) for row in rows], [self.labels[row] for row in rows])

    def _order(self, epoch: int) -> list[np.ndarray]:
        if self.short_first and epoch == 0:
            return [rows for bucket in self.buckets for rows in np.array_split(bucket.rows, bucket.batches)]
        random = np.random.default_rng([self.seed, epoch])
        batches = [
            rows for bucket in self.buckets for rows in np.array_split(random.permutation(bucket.rows), bucket.batches)
        ]
        return [batches[number] for number in random.permutation(len(batches))]

    def _waveform(self, row: int, epoch: int) -> np.ndarray:
        waveform = self.waveforms[row]
        if self.augment is None:
            return waveform
        varied = self.augment(waveform, np.random.default_rng([self.seed, epoch, int(row)]))
        return varied if len(varied) >= min(self.least[row], len(waveform)) else waveform


class OrderedWaveforms:
    """The same recordings in the same order in every epoch, as they are: for validation.

    Args:
        waveforms, samples, labels, batch_size, samples_per_batch: as of `WaveformBatches`.
    Raises:
        ValueError: as `WaveformBatches`.

    Attributes:
        rows: numbers of the recordings in each batch, one array for each.
    """

    def __init__(
        self,
        waveforms: Sequence[np.ndarray],
        samples: np.ndarray,
        labels: Sequence[Sequence[int]],
        batch_size: int,
        samples_per_batch: int,
    ):
        _check(samples, labels, batch_size, samples_per_batch)
        self.waveforms, self.labels = waveforms, labels
        starts, longest = [0], 0
        for row, length in enumerate(samples):
            longest = max(longest, length)
            count = row - starts[-1]
            if count and (count == batch_size or (count + 1) * longest > samples_per_batch):
                starts.append(row)
                longest = length
        self.rows = tuple(np.split(np.arange(len(labels)), starts[1:]))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def output_signature(self) -> Any:
        """`tf.TensorSpec` of a batch."""
        return output_signature()

    def epoch(self, epoch: int, start: int = 0) -> Iterator[Batch]:
        """The batches from number `start` on; `epoch` makes no difference."""
        for rows in self.rows[start:]:
            yield batch([self.waveforms[row] for row in rows], [self.labels[row] for row in rows])


def batch(waveforms: Sequence[np.ndarray], labels: Sequence[Sequence[int]]) -> Batch:
    """Waveforms and labels side by side, padded with 0 to the longest.

    >>> inputs, labels = batch([np.ones(2), np.ones(3)], [[5], []])
    >>> inputs["waveform"].tolist(), inputs["length"].tolist(), labels.tolist()
    ([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0]], [2, 3], [[5], [0]])
    """
    length = np.array([len(waveform) for waveform in waveforms], np.int32)
    return {"waveform": _padded(waveforms, np.float32), "length": length}, _padded(labels, np.int32)


def output_signature() -> Any:
    """What `batch` returns, as nested `tf.TensorSpec`."""
    import tensorflow as tf

    inputs = {"waveform": tf.TensorSpec((None, None), tf.float32), "length": tf.TensorSpec((None,), tf.int32)}
    return inputs, tf.TensorSpec((None, None), tf.int32)


def _padded(rows: Sequence, dtype: type) -> np.ndarray:
    padded = np.zeros((len(rows), max(map(len, rows))), dtype)
    for number, row in enumerate(rows):
        padded[number, : len(row)] = row
    return padded


def _check(samples, labels, batch_size: int, samples_per_batch: int) -> None:
    if not len(samples):
        raise ValueError("waveforms: there is none; training needs at least one recording")
    if len(samples) != len(labels):
        raise ValueError(f"samples and labels: {len(samples)} and {len(labels)} recordings")
    if batch_size < 1 or samples_per_batch < 1:
        raise ValueError(f"batch_size {batch_size} and samples_per_batch {samples_per_batch} must be at least 1")
