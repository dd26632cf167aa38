"""What there is to say of a forecaster's run, by value."""

import dataclasses
import json
import shutil

import numpy as np
import pytest

from apps.stock_prediction.evaluation import Evaluation
from apps.stock_prediction.run_contents import scored_data
from apps.stock_prediction.run_folder import RunFolder
from apps.stock_prediction.truth import truth_of
from rnnapps.series.panel import Panel
from rnnapps.series.windows import windows_between
from tests.report.exported_later import assert_an_export_is_told

TIMES = np.datetime64("2020-01-01T00:00:00", "s") + np.arange(20) * np.timedelta64(86400, "s")
LEVELS = (0.1, 0.5, 0.9)


def scored(start=12, horizon=2, levels=LEVELS, factor=1.0, training=8, **fields) -> str:
    """Of the test side of two series of 20 days, from day `start` on."""
    rng = np.random.default_rng(0)
    values = 10 + factor * rng.uniform(size=(40, 1))
    panel = Panel(("A", "B"), ("close",), values, np.tile(TIMES, 2), np.array([0, 20, 40]), "log")
    panel = dataclasses.replace(panel, **fields)
    windows = windows_between(panel, 4, horizon, TIMES[start])
    return scored_data(Evaluation(windows, truth_of(windows, levels, panel, TIMES[training]), {}, {}))


@pytest.mark.parametrize(
    "other",
    [
        {"start": 13},
        {"horizon": 3},
        {"levels": (0.2, 0.5, 0.8)},
        {"factor": 2.0},
        {"names": ("A", "C")},
        {"scale": "linear"},
        {"times": np.tile(TIMES + np.timedelta64(3600, "s"), 2)},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_test_side_is_told_apart(other):
    assert scored(**other) != scored()


def test_another_unit_is_told_apart():
    # Plain series are counted in deviations of their training rows: fewer of those give another unit.
    assert scored(scale="linear", training=6) != scored(scale="linear")


def test_prices_are_counted_in_percent_whatever_was_trained_on():
    assert scored(training=6) == scored()


def test_a_training_says_what_it_scored(trained_run):
    folder = RunFolder.open(trained_run)
    assert len(folder.contents().scored_data) == 16


def test_what_is_not_a_number_is_compared_with_nothing(trained_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(trained_run, run)
    folder = RunFolder.open(run)
    metrics = folder.read_metrics()
    metrics["test"]["methods"]["model"]["all"]["pinball"] = float("nan")
    folder.metrics.write_text(json.dumps(metrics))
    contents = folder.contents()
    assert contents.verdict[0] == "The pinball loss is not a number, so it cannot be compared with anything."
    assert str(contents.results["pinball loss"]) == "not a number"


def test_an_export_is_told_in_the_report(trained_run, tmp_path):
    assert_an_export_is_told("stock_prediction", trained_run, tmp_path)
