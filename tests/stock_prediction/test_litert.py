"""The LiteRT model forecasts what the SavedModel forecasts, in a process without TensorFlow."""

import dataclasses
import json

import numpy as np
import pytest

from apps.stock_prediction.__main__ import main
from apps.stock_prediction.export import load_trained
from apps.stock_prediction.litert import litert_model
from apps.stock_prediction.load import load_forecaster
from apps.stock_prediction.run_folder import RunFolder
from tests.litert_process import litert_answers

pytest.importorskip("ai_edge_litert")


@pytest.fixture(scope="module")
def exported(trained_run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("phone") / "litert"
    assert main(["export", str(trained_run), "--format", "litert", "--output", str(folder)]) == 0
    return folder


def test_forecasts_are_those_of_the_saved_model(exported, trained_run, tmp_path):
    panel = RunFolder.open(trained_run).state().panel
    # The last rows of each ticker, as they were and as if time ran backwards.
    windows = [panel.values[panel.rows(k)][-16:][::step] for k in range(3) for step in (1, -1)]
    inputs = {
        "window": np.stack(windows).astype("float32"),
        "ticker": np.repeat(np.arange(3, dtype="int32"), 2),
    }
    expected = load_forecaster(trained_run).quantiles(inputs)
    rows = [{name: value[i : i + 1] for name, value in inputs.items()} for i in range(6)]
    answers = litert_answers(exported / "model.tflite", rows, tmp_path)
    found = np.concatenate([answer["quantiles"] for answer in answers])
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_levels_and_tickers_lie_beside_the_model(exported):
    about = json.loads((exported / "metadata.json").read_text(encoding="utf-8"))
    assert about["tickers"] == ["ABC", "DEF", "GHI"]
    assert about["quantile_levels"] == [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95]


def test_the_page_says_what_a_window_holds(exported):
    page = (exported / "README.md").read_text(encoding="utf-8")
    assert "- `window` float32[1, 16, 5]: rows of open, high, low, close, volume" in page
    assert "Not investment advice" in page


def test_quantiles_of_student_t_cannot_be_converted(trained_run):
    folder = RunFolder.open(trained_run)
    config = folder.config()
    config = dataclasses.replace(config, model=dataclasses.replace(config.model, head="student_t"))
    with pytest.raises(ValueError, match=r"model\.head: student_t cannot be converted to LiteRT.*Betainc"):
        litert_model("tiny", load_trained(folder), config, folder.state(), {})
