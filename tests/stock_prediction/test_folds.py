"""Rolling origins of a search: no fold sees what comes after it, and every window length is judged alike."""

import dataclasses

import numpy as np
import pytest

from apps.stock_prediction.config import DataConfig, ModelConfig, StockConfig
from apps.stock_prediction.folds import fold_data
from rnnapps.series.panel import Panel

TIMES = np.arange("2020-01-01", "2021-01-01", dtype="datetime64[D]").astype("datetime64[s]")
PANEL = Panel(("A",), ("value",), np.arange(1.0, len(TIMES) + 1)[:, None], TIMES, np.array([0, len(TIMES)]))
CONFIG = StockConfig(
    data=DataConfig(validation_start="2020-07-01", test_start="2020-10-01"), model=ModelConfig(window=16, horizon=3)
)


def date(text):
    return np.datetime64(text, "s")


def test_what_is_judged_are_the_dates_that_training_validates_on_one_stretch_after_the_other():
    periods = fold_data(PANEL, CONFIG, 3, 16).periods
    assert periods[0].start == date("2020-07-01")
    assert [period.end for period in periods[:-1]] == [period.start for period in periods[1:]]
    assert periods[-1].end == date("2020-10-01")


def test_no_fold_sees_a_row_from_its_end_on():
    data = fold_data(PANEL, CONFIG, 3, 16)
    for period in data.periods:
        sides = data.sides(CONFIG, period)
        assert sides.test.panel.times.max() < period.end
        assert sides.training.outcome_times.max() < period.validation_start <= sides.validation.outcome_times.min()
        assert sides.validation.outcome_times.max() < period.start <= sides.test.outcome_times.min()


def test_no_fold_reaches_the_test_side():
    data = fold_data(PANEL, CONFIG, 4, 16)
    assert max(data.sides(CONFIG, period).test.outcome_times.max() for period in data.periods) < date("2020-10-01")


def test_the_test_side_is_that_of_training():
    data = fold_data(PANEL, CONFIG, 3, 16)
    sides = data.sides(CONFIG, data.whole)
    assert sides.validation.outcome_times.min() == date("2020-07-01")
    assert sides.test.outcome_times.min() == date("2020-10-01")


@pytest.mark.parametrize("window", [4, 16, 64])
def test_every_window_is_judged_on_the_origins_of_the_longest(window):
    # A series that begins late has few rows before what is judged.
    late = TIMES[date("2020-06-10") <= TIMES]
    times = np.concatenate([TIMES, late])
    values = np.arange(1.0, len(times) + 1)[:, None]
    panel = Panel(("A", "B"), ("value",), values, times, np.array([0, len(TIMES), len(times)]))
    config = dataclasses.replace(CONFIG, model=dataclasses.replace(CONFIG.model, window=window))
    data = fold_data(panel, config, 1, 64)
    judged = data.sides(config, data.periods[0]).test
    assert judged.window == window
    assert judged.origin_times[judged.series == 1].min() == late[63]


def test_stretches_that_are_too_short_are_told():
    with pytest.raises(ValueError, match="--folds 40: 92 dates of the validation side are too few"):
        fold_data(PANEL, CONFIG, 40, 16)
