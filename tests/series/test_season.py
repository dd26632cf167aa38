"""The season of a file, from the times of its rows."""

import dataclasses

import numpy as np
import pytest

from rnnapps.series.panel import Panel
from rnnapps.series.season import infer_season


def panel(times):
    count = len(times)
    return Panel(("a",), ("value",), np.ones((count, 1)), times.astype("datetime64[s]"), np.array([0, count]))


def every(step, unit, count=60):
    return np.datetime64("2001-01-01", unit) + step * np.arange(count)


@pytest.mark.parametrize(
    ("times", "season"),
    [
        (every(1, "h"), 24),
        (every(15, "m"), 96),
        (every(1, "D"), 7),
        (every(7, "D"), 52),
        (every(1, "M"), 12),
        (every(3, "M"), 4),
        (every(1, "Y"), 1),
    ],
)
def test_regular_rows_have_the_season_of_their_step(times, season):
    assert infer_season(panel(times)) == season


def test_daily_rows_without_weekends_have_weeks_of_five():
    days = every(1, "D")
    assert infer_season(panel(days[np.is_busday(days)])) == 5


def test_a_gap_does_not_change_the_season():
    assert infer_season(panel(np.delete(every(1, "h"), np.arange(20, 40)))) == 24


def test_the_steps_between_series_do_not_count():
    both = panel(np.concatenate([every(1, "h", 3), every(1, "h", 3)]))
    assert infer_season(dataclasses.replace(both, names=("a", "b"), starts=np.array([0, 3, 6]), ids=None)) == 24


def test_one_row_has_no_season():
    assert infer_season(panel(every(1, "D", 1))) == 1
