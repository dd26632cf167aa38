"""What a training run leaves behind and says."""

import csv
import json

import numpy as np
import pytest

from apps.stock_prediction.config import TrainConfig
from apps.stock_prediction.export import load_trained
from apps.stock_prediction.run_folder import RunFolder
from apps.stock_prediction.training_run import training_batches
from rnnapps.series.windows import windows_between


@pytest.fixture(scope="module")
def metrics(trained_run):
    return json.loads((trained_run / "metrics.json").read_text())


def test_a_run_holds_what_it_promises(trained_run):
    for name in ("config.yaml", "metrics.json", "history.csv", "model.weights.h5", "state.npz", "1/saved_model.pb"):
        assert (trained_run / name).is_file()


def test_the_plots_of_a_run_are_there(trained_run):
    names = {path.stem for path in (trained_run / "plots").glob("*.png")}
    assert {"history", "forecast_ABC", "forecast_DEF", "forecast_GHI", "gradient_flow_time"} <= names


def test_the_validation_loss_of_the_kept_epoch_is_the_smallest(trained_run, metrics):
    with (trained_run / "history.csv").open() as file:
        losses = [float(row["val_loss"]) for row in csv.DictReader(file)]
    assert metrics["training"]["val_loss"] == min(losses)
    assert metrics["training"]["best_epoch"] == losses.index(min(losses)) + 1


def test_the_windows_of_the_three_sides_are_counted(metrics):
    # 260 days: validation outcomes are days 156 .. 207, test ones 208 .. 259; three tickers, 3 outcomes each.
    sides = {"training": 3 * (156 - 16 - 3 + 1), "validation": 3 * (52 - 3 + 1), "test": 3 * (52 - 3 + 1)}
    assert metrics["data"]["windows"] == sides


def test_the_weights_of_a_run_give_the_numbers_of_its_saved_model(trained_run):
    from apps.stock_prediction.load import load_forecaster
    from apps.stock_prediction.newest_windows import newest_windows

    folder = RunFolder.open(trained_run)
    inputs = newest_windows(folder.state().panel, 16, 3)
    ours = load_trained(folder).quantile_levels(inputs).numpy()
    np.testing.assert_allclose(load_forecaster(trained_run).quantiles(inputs), ours, rtol=1e-6)


def test_the_state_keeps_the_rows_that_later_commands_need(trained_run):
    # window 16 + horizon 3 + 20 dates of calibration
    panel = RunFolder.open(trained_run).state().panel
    assert np.diff(panel.starts).tolist() == [39, 39, 39]
    assert str(panel.times[-1]) == "2010-12-31T00:00:00"


def test_training_ends_with_verdict_forecasts_and_paths(trained_run):
    printed = (trained_run.parent / "printed.txt").read_text()
    for words in (
        "than the best baseline",
        "ABC",
        "90 % between",
        f"run folder: {trained_run}",
        f"SavedModel: {trained_run / '1'}",
    ):
        assert words in printed


def test_a_number_of_steps_draws_so_many_batches(trained_run):
    windows = windows_between(RunFolder.open(trained_run).state().panel, 16, 3)
    assert len(training_batches(windows, TrainConfig(steps_per_epoch=7, batch_size=4))) == 7


def test_no_number_of_steps_goes_through_all_windows(trained_run):
    # 3 series of 39 rows: 3 * (39 - 16 - 3 + 1) = 63 windows
    windows = windows_between(RunFolder.open(trained_run).state().panel, 16, 3)
    assert len(training_batches(windows, TrainConfig(batch_size=4))) == 16
