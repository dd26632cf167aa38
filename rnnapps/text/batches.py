"""Batches of token pairs by length, within a budget of tokens."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from rnnapps.text.length_groups import length_groups
from rnnapps.text.subword_sampler import SubwordSampler
from rnnapps.text.tokenizer import PAD_ID, START_ID


class Bucket(NamedTuple):
    """Pairs that are padded to one shape: rows (n,), their indices; the padded width of either side."""

    rows: np.ndarray
    source_width: int
    target_width: int
    batches: int


class TokenBatches:
    """Teacher-forcing batches of token pairs, of few distinct shapes, in an order that (seed, epoch) decides.

    Pairs are put into buckets by target length and, within those, by source length, at widths that make
    the padding least. A bucket is divided into as few batches as the budget allows, whose row numbers
    differ by at most one: there are no tiny last batches, every epoch has as many batches, and at
    most two shapes per bucket. Each epoch shuffles the pairs within their bucket and then the batches.

    Args:
        source: ragged (N, None) int32 token ids, END_ID last: a `tf.RaggedTensor` or a list of sequences.
        target: as `source`, as many.
        tokens_per_batch: positions on the longer side, padding included: rows * max(S, T). A pair longer than
            that is a batch of its own.
        seed: decides the order together with the epoch.
        shuffle: False gives every epoch the same order, shortest first.
        target_widths: at most so many target widths.
        source_widths: at most so many source widths for each target width.
        samplers: one for the source and one for the target sentences, whose rows are those of `source` and
            `target`: every epoch cuts the sentences anew. Buckets and batches are those of the ids given, at widths
            in which most sampled segmentations have room; a sentence whose sampled one does not fit keeps its own.
    Raises:
        ValueError: no pairs, unequal numbers of them, an empty sequence, or an argument below 1.

    >>> source, target = [[5, 3], [6, 7, 3]], [[8, 9, 3], [8, 3]]
    >>> batches = TokenBatches(source, target, tokens_per_batch=3, shuffle=False)
    >>> for (source, target_in), target_out in batches.epoch(0):
    ...     print(source.tolist(), target_in.tolist(), target_out.tolist())
    [[6, 7, 3]] [[2, 8]] [[8, 3]]
    [[5, 3]] [[2, 8, 9]] [[8, 9, 3]]
    """

    def __init__(
        self,
        source,
        target,
        tokens_per_batch: int,
        seed: int = 1,
        shuffle: bool = True,
        target_widths: int = 8,
        source_widths: int = 3,
        samplers: tuple[SubwordSampler, SubwordSampler] | None = None,
    ):
        sizes = {
            "tokens_per_batch": tokens_per_batch,
            "target_widths": target_widths,
            "source_widths": source_widths,
        }
        for name, size in sizes.items():
            if size < 1:
                raise ValueError(f"{name}: {size} must be at least 1")
        self._source, self._source_starts = _flat(source, "source")
        self._target, self._target_starts = _flat(target, "target")
        if len(self._source_starts) != len(self._target_starts):
            counts = f"{len(self._source_starts) - 1} and {len(self._target_starts) - 1}"
            raise ValueError(f"source and target: {counts} sequences")
        self.seed = seed
        self.shuffle = shuffle
        self._samplers = samplers
        for side, sampler, starts in zip(
            ("source", "target"), samplers or (), (self._source_starts, self._target_starts), strict=False
        ):
            if len(sampler) != len(starts) - 1:
                raise ValueError(f"samplers: {len(sampler)} {side} sentences for {len(starts) - 1} sequences")
        growth = [sampler.growth() for sampler in samplers] if samplers else [1.0, 1.0]
        self.buckets = tuple(
            _bucket(rows, math.ceil(source_width * growth[0]), math.ceil(target_width * growth[1]), tokens_per_batch)
            for by_target, target_width in length_groups(np.diff(self._target_starts), target_widths)
            for inner, source_width in length_groups(np.diff(self._source_starts)[by_target], source_widths)
            for rows in [by_target[inner]]
        )

    def __len__(self) -> int:
        """Batches per epoch, the same in every epoch."""
        return sum(bucket.batches for bucket in self.buckets)

    @property
    def shapes(self) -> set[tuple[int, int, int]]:
        """The distinct (B, S, T)."""
        return {
            (len(rows), bucket.source_width, bucket.target_width)
            for bucket in self.buckets
            for rows in np.array_split(bucket.rows, bucket.batches)
        }

    @property
    def real_share(self) -> float:
        """Share of the positions of an epoch, both sides, that hold a token and not padding."""
        padded = sum(len(b.rows) * (b.source_width + b.target_width) for b in self.buckets)
        return (len(self._source) + len(self._target)) / padded

    @property
    def output_signature(self):
        """What `epoch` yields, as nested `tf.TensorSpec`."""
        import tensorflow as tf

        ids = tf.TensorSpec((None, None), tf.int32)
        return (ids, ids), ids

    def epoch(self, epoch: int, start: int = 0) -> Iterator[tuple[tuple[np.ndarray, np.ndarray], np.ndarray]]:
        """The batches of one epoch, from number `start` on.

        Args:
            epoch: from 0; together with the seed it decides the order, whatever was read before.
            start: batches to pass over, as if they had been read.
        Yields:
            ((source (B, S), target_in (B, T)), target_out (B, T)), int32, padded with PAD_ID. target_in is
            START_ID and then target_out without its last token.
        """
        for number, (rows, bucket) in enumerate(self._order(epoch)[start:], start):
            source = _padded(self._source, self._source_starts, rows, bucket.source_width)
            target_out = _padded(self._target, self._target_starts, rows, bucket.target_width)
            if self._samplers:
                for side, (sampler, ids) in enumerate(zip(self._samplers, (source, target_out), strict=True)):
                    _replace(ids, sampler.sample(rows, [self.seed, epoch, number, side]))
            target_in = np.full_like(target_out, START_ID)
            # The end symbol of a shorter row would go in as a token; what comes out there is padding.
            target_in[:, 1:] = np.where(target_out[:, 1:] == PAD_ID, PAD_ID, target_out[:, :-1])
            yield (source, target_in), target_out

    def _order(self, epoch: int) -> list[tuple[np.ndarray, Bucket]]:
        if not self.shuffle:
            return [(rows, b) for b in self.buckets for rows in np.array_split(b.rows, b.batches)]
        random = np.random.default_rng([self.seed, epoch])
        batches = [
            (rows, bucket)
            for bucket in self.buckets
            for rows in np.array_split(random.permutation(bucket.rows), bucket.batches)
        ]
        return [batches[i] for i in random.permutation(len(batches))]


def _bucket(rows: np.ndarray, source_width: int, target_width: int, tokens_per_batch: int) -> Bucket:
    """In as few batches as hold the rows; a row wider than the budget is one."""
    rows_in_batch = max(1, tokens_per_batch // max(source_width, target_width))
    return Bucket(rows, source_width, target_width, -(-len(rows) // rows_in_batch))


def _replace(ids: np.ndarray, sampled: list[list[int]]) -> None:
    """Puts the segmentations that fit into the rows of `ids`."""
    for row, drawn in zip(ids, sampled, strict=True):
        if len(drawn) <= len(row):
            row[: len(drawn)] = drawn
            row[len(drawn) :] = PAD_ID


def _flat(ids, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Values and row starts of ragged ids, the end of the last row as the last start."""
    if hasattr(ids, "row_splits"):
        values, starts = np.asarray(ids.values, np.int32), np.asarray(ids.row_splits, np.int64)
    else:
        rows = [np.asarray(row, np.int32).reshape(-1) for row in ids]
        values = np.concatenate([np.zeros(0, np.int32), *rows])
        starts = np.cumsum([0, *map(len, rows)], dtype=np.int64)
    if len(starts) < 2:
        raise ValueError(f"{name}: no sequences")
    if (np.diff(starts) < 1).any():
        raise ValueError(f"{name}: sequence {int(np.argmin(np.diff(starts)))} is empty; each ends with END_ID")
    return values, starts


def _padded(values: np.ndarray, starts: np.ndarray, rows: np.ndarray, width: int) -> np.ndarray:
    position = np.arange(width)[None]
    begin, length = starts[rows][:, None], (starts[rows + 1] - starts[rows])[:, None]
    real = position < length  # B, width
    return np.where(real, values[np.where(real, begin + position, 0)], np.int32(PAD_ID))
