"""Batches of windows: which windows, in which order, at what cost."""

import numpy as np
import pytest

from rnnapps.series.panel import Panel
from rnnapps.series.window_batches import DrawnWindows, OrderedWindows, ShuffledWindows
from rnnapps.series.windows import windows_between

WINDOW, HORIZON = 3, 2


def counted(series=2, rows=10):
    """Windows over series whose values are their row numbers: 6 origins for each 10 rows."""
    times = np.datetime64("2020-01-01", "s") + np.arange(rows) * np.timedelta64(1, "D")
    panel = Panel(
        names=tuple(f"s{k}" for k in range(series)),
        columns=("value",),
        values=np.arange(series * rows, dtype="float64")[:, None],
        times=np.tile(times, series),
        starts=np.arange(series + 1) * rows,
        scale="linear",
    )
    return windows_between(panel, WINDOW, HORIZON)


def origins(batches):
    return [int(row) for inputs, _ in batches for row in inputs["window"][:, -1, 0]]


def test_a_pass_has_every_window_once():
    assert sorted(origins(ShuffledWindows(counted(), 5, 1).epoch(0))) == [2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 16, 17]


def test_a_pass_promises_as_many_batches_as_it_gives():
    batches = ShuffledWindows(counted(), 5, 1)
    assert len(list(batches.epoch(0))) == len(batches) == 3


@pytest.mark.parametrize("batches", [ShuffledWindows(counted(), 5, 1), DrawnWindows(counted(), 5, 3, 1)])
def test_an_epoch_goes_on_from_any_step(batches):
    assert origins(batches.epoch(2, start=1)) == origins(batches.epoch(2))[5:]


@pytest.mark.parametrize("batches", [ShuffledWindows(counted(), 5, 1), DrawnWindows(counted(), 5, 3, 1)])
def test_every_epoch_has_an_order_of_its_own(batches):
    assert origins(batches.epoch(0)) != origins(batches.epoch(1))


def test_windows_are_drawn_from_every_series():
    drawn = origins(DrawnWindows(counted(), 50, 4, 1).epoch(0))
    assert set(drawn) == {2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 16, 17}


def test_targets_are_the_levels_after_the_origin():
    inputs, targets = next(DrawnWindows(counted(), 4, 1, 1).epoch(0))
    np.testing.assert_array_equal(targets, inputs["window"][:, -1] + [1, 2])


def test_ordered_windows_are_spread_evenly():
    assert origins(OrderedWindows(counted(), 2, most=4).epoch(0)) == [2, 5, 12, 15]


def test_ordered_windows_are_all_by_default():
    assert origins(OrderedWindows(counted(), 5).epoch(7)) == [2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 16, 17]


def test_no_list_of_windows_is_kept_when_they_are_drawn():
    # 4 million windows as int64 would be 32 MB.
    import tracemalloc

    windows = counted(series=400, rows=10_000)
    batches = DrawnWindows(windows, 8, 2, 1)
    tracemalloc.start()
    list(batches.epoch(0))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(windows) > 3_900_000
    assert peak < 1_000_000


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: ShuffledWindows(counted(), 0, 1), "batch_size"),
        (lambda: DrawnWindows(counted(), 4, 0, 1), "steps"),
        (lambda: OrderedWindows(counted(), 4, most=0), "most"),
    ],
)
def test_a_size_below_one_is_named(make, word):
    with pytest.raises(ValueError, match=f"{word} must be at least 1"):
        make()
