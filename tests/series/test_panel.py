"""Panels: what belongs to a series stays with it."""

import numpy as np
import pytest

from rnnapps.series.panel import Panel


def days(*numbers):
    return np.datetime64("2024-01-01", "s") + np.array(numbers) * np.timedelta64(86400, "s")


@pytest.fixture
def panel():
    values = np.array([[1.0], [2.0], [4.0], [10.0], [20.0]])
    return Panel(("A", "B"), ("x",), values, days(0, 1, 2, 1, 2), np.array([0, 3, 5]))


def test_rows_know_their_series(panel):
    assert panel.series.tolist() == [0, 0, 0, 1, 1]
    assert panel.levels[panel.rows(1)].tolist() == [10.0, 20.0]


def test_a_period_keeps_the_rows_from_its_start_up_to_its_end(panel):
    kept = panel.between(days(1)[0], days(2)[0])
    assert kept.values[:, 0].tolist() == [2.0, 10.0]
    assert kept.starts.tolist() == [0, 1, 2]


def test_selected_series_come_in_the_order_asked_for_and_keep_their_numbers(panel):
    chosen = panel.select(["B", "A"])
    assert chosen.names == ("B", "A")
    assert chosen.values[:, 0].tolist() == [10.0, 20.0, 1.0, 2.0, 4.0]
    assert chosen.ids.tolist() == [1, 0]


def test_an_unknown_series_is_named(panel):
    with pytest.raises(ValueError, match="'C' is not among the series: A, B"):
        panel.select(["C"])


@pytest.mark.parametrize("scale, expected", [("log", np.log(2.0)), ("linear", 10.0)])
def test_a_change_is_a_log_ratio_or_a_difference_and_can_be_undone(scale, expected):
    panel = Panel(("A",), ("x",), np.ones((1, 1)), days(0), np.array([0, 1]), scale)
    change = panel.changes(np.array(10.0), np.array(20.0))
    assert change == pytest.approx(expected)
    assert panel.changed(np.array(10.0), change) == pytest.approx(20.0)


def test_sizes_that_do_not_fit_are_an_error():
    with pytest.raises(ValueError, match="values has 2 rows, but: times 1"):
        Panel(("A",), ("x",), np.ones((2, 1)), days(0), np.array([0, 2]))
    with pytest.raises(ValueError, match="2 names need 3 starts, found 2"):
        Panel(("A", "B"), ("x",), np.ones((2, 1)), days(0, 1), np.array([0, 2]))
