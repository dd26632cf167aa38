"""Order statistics of a set that gains and loses members: those of sorting it anew."""

import numpy as np
import pytest

from rnnapps.series.sliding_order import SlidingOrder


@pytest.mark.parametrize("size", [1, 16, 17, 300, 5000])
def test_the_kth_smallest_is_that_of_sorting(size):
    rng = np.random.default_rng(size)
    values = rng.normal(size=(size, 3)).round(1)  # rounded, so that there are ties
    order = SlidingOrder(values)
    present = rng.permutation(size)[: max(1, size // 2)]
    order.count(present[:, None], np.arange(3), 1)
    for k in {1, (len(present) + 1) // 2, len(present)}:
        expected = np.sort(values[present], axis=0)[k - 1]
        np.testing.assert_array_equal(order.smallest(np.full(3, k), np.arange(3)), expected)


def test_a_value_that_left_is_not_found_again():
    order = SlidingOrder(np.array([[3.0], [1.0], [2.0]]))
    order.count(np.array([[0], [1], [2]]), np.array([0]), 1)
    order.count(np.array([[1]]), np.array([0]), -1)
    assert order.smallest(np.array([1]), np.array([0])) == 2.0


def test_columns_may_hold_different_numbers_of_values():
    order = SlidingOrder(np.array([[3.0, 7.0], [1.0, 5.0]]))
    order.count(np.array([0, 0, 1]), np.array([0, 1, 1]), 1)
    assert order.smallest(np.array([1, 2]), np.array([0, 1])).tolist() == [3.0, 7.0]
