"""Windows: which origins a period has, and what stands around each."""

import numpy as np
import pytest

from rnnapps.series.panel import Panel
from rnnapps.series.windows import windows_between


def day(number):
    return np.datetime64("2024-01-01", "s") + np.timedelta64(86400 * number, "s")


@pytest.fixture
def panel():
    """Series A on days 0 .. 9 with the values 0 .. 9, series B on days 4 .. 9 with 104 .. 109."""
    numbers = np.array([*range(10), *range(4, 10)])
    values = numbers + 100.0 * (np.arange(16) >= 10)
    return Panel(("A", "B"), ("x",), values[:, None], day(0) + numbers * np.timedelta64(86400, "s"),
                 np.array([0, 10, 16]), "linear")  # fmt: skip


def test_every_origin_with_a_whole_window_and_horizon_counts(panel):
    windows = windows_between(panel, window=3, horizon=2)
    assert windows.last.tolist() == [2, 3, 4, 5, 6, 7, 106, 107]
    assert windows.series.tolist() == [0] * 6 + [1] * 2


def test_all_outcomes_of_a_period_lie_in_it_while_windows_may_reach_back(panel):
    windows = windows_between(panel, 3, 2, start=day(5), end=day(8))
    assert windows.last.tolist() == [4, 5]  # B's first whole window ends on day 6, too late for two outcomes
    assert windows.outcome_times.min() >= day(5)
    assert windows.outcome_times.max() < day(8)


def test_a_batch_holds_the_rows_up_to_the_origin_and_the_levels_after_it(panel):
    windows = windows_between(panel, 3, 2)
    inputs, levels = windows.take(np.array([1, 7]))
    assert inputs["window"][..., 0].tolist() == [[1, 2, 3], [105, 106, 107]]
    assert levels.tolist() == [[4, 5], [108, 109]]
    assert inputs["ticker"].tolist() == [0, 1]
    assert inputs["times"][0].astype("datetime64[s]").tolist() == [day(1), day(2), day(3)]


def test_outcomes_are_changes_from_the_origin(panel):
    assert (windows_between(panel, 3, 2).outcomes == [[1, 2]] * 8).all()


def test_a_stride_skips_origins_within_each_series(panel):
    assert windows_between(panel, 3, 2, stride=4).last.tolist() == [2, 6, 106]


def test_batches_in_order_are_all_windows_once(panel):
    windows = windows_between(panel, 3, 2)
    seen = np.concatenate([inputs["window"][:, -1, 0] for inputs, _ in windows.batches(3)])
    assert seen.tolist() == windows.last.tolist()


def test_covariates_come_with_the_window_and_known_ones_with_the_horizon_too(panel):
    import dataclasses

    numbered = np.arange(16.0)[:, None]
    panel = dataclasses.replace(panel, past=numbered, past_columns=("p",), future=numbered, future_columns=("f",))
    inputs, _ = windows_between(panel, 3, 2).take(np.array([0]))
    assert inputs["past"][0, :, 0].tolist() == [0, 1, 2]
    assert inputs["future"][0, :, 0].tolist() == [0, 1, 2, 3, 4]


def test_a_window_longer_than_any_history_is_an_error_that_says_how_long(panel):
    with pytest.raises(
        ValueError, match="a window of 9 rows and a horizon of 2 need 11 rows, but the longest series has 10"
    ):
        windows_between(panel, 9, 2)


@pytest.mark.parametrize("name", ["window", "horizon", "stride"])
def test_sizes_below_one_are_named(panel, name):
    with pytest.raises(ValueError, match=f"{name} must be at least 1, is 0"):
        windows_between(panel, **{"window": 2, "horizon": 2, name: 0})
