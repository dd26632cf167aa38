"""The SavedModel answers as `forecast` does, in a process that knows neither rnnapps nor apps."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest

from apps.stock_prediction.__main__ import main
from apps.stock_prediction.run_folder import RunFolder

# Runs without the project: only TensorFlow and what was exported.
LOADER = """
import importlib.abc, json, sys

class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("rnnapps", "apps", "rnnapps_apps", "keras"):
            raise ImportError(name)

import numpy as np
import tensorflow as tf
sys.meta_path.insert(0, Blocked())

path, inputs = sys.argv[1], np.load(sys.argv[2])
model = tf.saved_model.load(path)
by_number, by_name = model.signatures["serving_default"], model.signatures["by_name"]
window = tf.constant(inputs["window"])

def error(call):
    try:
        call()
    except tf.errors.InvalidArgumentError as found:
        return found.message

print(json.dumps({
    "by_number": by_number(window=window, ticker=tf.constant([0, 1, 2]))["quantiles"].numpy().tolist(),
    "by_name": by_name(window=window, ticker=tf.constant(["ABC", "DEF", "GHI"]))["quantiles"].numpy().tolist(),
    "levels": by_number(window=window, ticker=tf.constant([0, 1, 2]))["quantile_levels"].numpy().tolist()[2],
    "none": by_number(window=window[:0], ticker=tf.constant([], tf.int32))["quantiles"].shape.as_list(),
    "alone": by_number(window=window[1:2], ticker=tf.constant([1]))["quantiles"].numpy().tolist(),
    "tickers": [name.decode() for name in model.signatures["describe"]()["tickers"].numpy()],
    "horizon": int(model.signatures["describe"]()["horizon"]),
    "unknown_name": error(lambda: by_name(window=window[:1], ticker=tf.constant(["XYZ"]))),
    "unknown_number": error(lambda: by_number(window=window[:1], ticker=tf.constant([3]))),
    "nan": error(lambda: by_number(window=window[:1] * np.nan, ticker=tf.constant([0]))),
    "infinite": error(lambda: by_number(window=window[:1] * np.inf, ticker=tf.constant([0]))),
    "zero": error(lambda: by_number(window=window[:1] * 0, ticker=tf.constant([0]))),
    "project": sorted(name for name in sys.modules if name.startswith(("rnnapps", "apps"))),
}))
"""


@pytest.fixture(scope="module")
def windows(trained_run):
    """(3, 16, 5) the last rows that the run saw, of each ticker."""
    panel = RunFolder.open(trained_run).state().panel
    return np.stack([panel.values[panel.rows(k)][-16:] for k in range(3)]).astype("float32")


@pytest.fixture(scope="module")
def elsewhere(trained_run, windows, tmp_path_factory):
    """Answers of the SavedModel in another process, in a folder of its own."""
    folder = tmp_path_factory.mktemp("elsewhere")
    np.savez(folder / "inputs.npz", window=windows)
    command = [sys.executable, "-I", "-c", LOADER, str(trained_run / "1"), str(folder / "inputs.npz")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_the_other_process_knew_nothing_of_the_project(elsewhere):
    assert elsewhere["project"] == []


def test_another_process_gets_the_numbers_of_forecast(elsewhere, trained_run, tmp_path):
    path = tmp_path / "forecast.csv"
    assert main(["forecast", str(trained_run), "--output", str(path), "--charts", "none"]) == 0
    with path.open() as file:
        rows = [[float(row[name]) for name in row if name.startswith("q0")] for row in csv.DictReader(file)]
    np.testing.assert_allclose(np.reshape(rows, (3, 3, 7)), elsewhere["by_number"], rtol=1e-5)


def test_names_and_numbers_mean_the_same_ticker(elsewhere):
    assert elsewhere["by_name"] == elsewhere["by_number"]


def test_quantiles_rise_with_their_level(elsewhere):
    assert (np.diff(elsewhere["by_number"], axis=-1) >= 0).all()
    np.testing.assert_allclose(elsewhere["levels"], [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95], rtol=1e-6)


def test_a_window_is_answered_alike_alone_and_among_others(elsewhere):
    np.testing.assert_allclose(elsewhere["alone"][0], elsewhere["by_number"][1], rtol=1e-5)


def test_a_batch_of_no_windows_gives_no_quantiles(elsewhere):
    assert elsewhere["none"] == [0, 3, 7]


def test_the_model_says_what_it_knows(elsewhere):
    assert (elsewhere["tickers"], elsewhere["horizon"]) == (["ABC", "DEF", "GHI"], 3)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("unknown_name", "unknown ticker XYZ; the model knows 3, numbered from 0: ABC, DEF, GHI"),
        ("unknown_number", "unknown ticker 3; the model knows 3"),
        ("nan", "window holds a NaN or infinite value"),
        ("infinite", "window holds a NaN or infinite value"),
        ("zero", "window holds a price that is not above 0"),
    ],
)
def test_the_graph_itself_refuses(case, words, elsewhere):
    assert words in elsewhere[case]


def test_prices_twice_as_high_are_forecast_twice_as_high(trained_run, windows):
    # Everything between is relative to the last price; volume stays what it is.
    from apps.stock_prediction.load import load_forecaster

    forecaster = load_forecaster(trained_run)
    doubled = windows * np.array([2, 2, 2, 2, 1], "float32")
    numbers = np.arange(3, dtype="int32")
    once, twice = (forecaster.quantiles({"window": w, "ticker": numbers}) for w in (windows, doubled))
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-5)


def test_export_writes_the_next_version_and_prints_where(trained_run, tmp_path, capsys):
    assert main(["export", str(trained_run), "--output", str(tmp_path / "served")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'served'}\n"
    assert (tmp_path / "served" / "saved_model.pb").is_file()


def test_the_model_card_says_what_it_is_how_good_it_is_and_how_to_load_it(trained_run):
    card = (trained_run / "1" / "model_card.md").read_text(encoding="utf-8")
    for words in (
        "ABC, DEF, GHI",
        "open, high, low, close, volume",
        "window: float32[N, 16, 5]",
        "Not investment advice",
        "than the best baseline",
        "Licence of the data",
        "tf.saved_model.load",
        "Rows up to 2010-12-31",
    ):
        assert words in card


def test_the_code_of_the_model_card_runs(trained_run):
    card = (trained_run / "1" / "model_card.md").read_text(encoding="utf-8")
    code = card.partition("```python\n")[2].partition("```")[0].replace("path/of/this/folder", str(trained_run / "1"))
    exec(compile(code, "model_card.md", "exec"), {})
