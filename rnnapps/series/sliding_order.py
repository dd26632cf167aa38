"""Order statistics of a set that gains and loses members, for many columns at once."""

from __future__ import annotations

import numpy as np

DIGIT = 16  # children of a node


class SlidingOrder:
    """Which of the values now present in a column is the k-th smallest, in a few steps however many there are.

    A tree of counts over the ranks of all values that will ever be present, 16 children to a node: adding a value
    counts it in one node per floor, and the k-th smallest is found by walking down. What is found depends on the
    values present alone; those not yet present decide only at which rank a value is counted.

    Args:
        values: (N, C), all values that may be present in each of C columns.
    """

    def __init__(self, values: np.ndarray):
        size, columns = values.shape
        order = np.argsort(values, axis=0, kind="stable")
        self._sorted = np.take_along_axis(values, order, 0)
        self._ranks = np.empty(order.shape, "int32")
        np.put_along_axis(self._ranks, order, np.arange(size, dtype="int32")[:, None], 0)
        # From the leaves, which stand for one rank each, up to a floor of at most 16 nodes.
        self._counts, nodes = [], size
        while not self._counts or nodes > 1:
            nodes = -(-nodes // DIGIT)
            self._counts.insert(0, np.zeros((columns, nodes, DIGIT), "int32"))

    def count(self, rows: np.ndarray, columns: np.ndarray, change: int) -> None:
        """Adds (change 1) or removes (change -1) the values in these rows and columns, arrays that broadcast."""
        ranks = self._ranks[rows, columns]
        columns = np.broadcast_to(columns, ranks.shape)
        for height, counts in enumerate(reversed(self._counts)):
            # Flat indices of one dimension are what `np.add.at` is quick at.
            places = columns * counts[0].size + ranks // DIGIT**height
            np.add.at(counts.reshape(-1), places.ravel(), np.int32(change))

    def smallest(self, k: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """(C',) the k-th smallest value present, k from 1, in each of these columns; each must have k values."""
        left, node, here = k.astype("int64"), np.zeros(len(columns), "int64"), np.arange(len(columns))
        for counts in self._counts:
            until = np.cumsum(counts[columns, node], 1, dtype="int32")
            child = (until < left[:, None]).sum(1)
            left = left - np.where(child > 0, until[here, child - 1], 0)
            node = node * DIGIT + child
        return self._sorted[node, columns]
