"""What a look inside a forecaster shows, by value, and its report."""

import json

import numpy as np
import pytest
import tensorflow as tf

from apps.stock_prediction.__main__ import main
from apps.stock_prediction.inspected import inspected
from apps.stock_prediction.run_folder import RunFolder
from rnnapps.inspection.look import look


@pytest.fixture(scope="module")
def subject(trained_run):
    return inspected(RunFolder.open(trained_run), None, "DEF")


def test_the_attention_of_every_row_ahead_sums_to_one_over_the_dates(subject):
    (attention,) = subject.pictures["attention"]().maps
    assert attention.rows == ("+1", "+2", "+3") and attention.columns[-1] == "2010-12-31"
    np.testing.assert_allclose(attention.values.sum(axis=1), 1, atol=1e-5)


def test_attention_that_is_nearly_even_is_pale(subject):
    (attention,) = subject.pictures["attention"]().maps
    assert attention.limits == (0.0, max(attention.values.max(), 3 / len(attention.columns)))


def test_saliency_sums_to_what_the_window_adds_to_the_median(subject):
    by_horizon, by_feature = subject.pictures["saliency"]().maps
    model, inputs = subject.model, subject.example.inputs
    rows, ahead = model.standardised(inputs)
    median = [
        model.head.quantiles(model.read(window, ahead, tf.constant(inputs["ticker"]))[0])[0, :, len(model.levels) // 2]
        for window in (rows, tf.zeros_like(rows))
    ]
    np.testing.assert_allclose(by_horizon.values.sum(axis=1), median[0] - median[1], atol=1e-4)
    np.testing.assert_allclose(by_feature.values.sum(axis=0), by_horizon.values[-1], atol=1e-5)


def test_every_feature_has_a_name(subject):
    _, by_feature = subject.pictures["saliency"]().maps
    assert by_feature.rows[:4] == ("returns", "gap", "range", "body") and len(set(by_feature.rows)) == len(
        by_feature.rows
    )


def test_gates_stand_under_dates_and_rows_ahead(subject, tmp_path):
    for layer, last in ((None, "2010-12-31"), ("decoder/cell_1", "+3")):
        _, arrays = look(subject, "gates", tmp_path, layer=layer)
        with np.load(arrays) as found:
            assert found["output_columns"][-1] == last


def test_units_are_told_by_dates_and_changes(subject, tmp_path):
    _, arrays = look(subject, "units", tmp_path)
    with np.load(arrays) as found:
        label = next(label for label in found["labels"].ravel() if label)
        assert label.startswith("2010-") and label.endswith("%")


def test_a_window_begins_with_the_change_from_the_row_before_it(subject):
    example = next(iter(subject.data_set()))  # windows of 16 rows that follow each other
    first, second = (labels[0] for labels in example.labels("encoder/lstm", 16)[:2])
    closes = example.inputs["window"][:2, :, subject.model.features.target]
    assert first == "2010-01-04"  # nothing is known before
    assert second.split("\n")[1] == f"{closes[1, 0] / closes[0, -1] - 1:+.1%}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--look", "units", "--ticker", "DEF"], "--ticker DEF: changes nothing with --look units"),
        (["--ticker", "XYZ"], "--ticker XYZ: is unknown to the model, which knows ABC, DEF, GHI"),
        (["--look", "attention", "--layer", "encoder"], "--layer encoder: changes nothing with --look attention"),
    ],
)
def test_a_mistake_is_one_line(trained_run, options, message, capsys):
    assert main(["inspect", str(trained_run), *options]) == 2
    assert message in capsys.readouterr().err


def test_a_training_ends_with_a_report(trained_run):
    page = (trained_run / "report.html").read_text(encoding="utf-8")
    assert "model.window" in page and "EWMA simulation" in page and "Forecast of what comes after" in page


def test_examples_are_forecasts_on_different_dates_with_what_came_true(trained_run):
    examples = json.loads((trained_run / "examples.json").read_text(encoding="utf-8"))
    for group in ("worst", "best"):
        assert len({example["texts"]["forecast on"] for example in examples[group]}) == 3
        assert (trained_run / examples[group][0]["picture"]).is_file()
        assert all("came true" in example["texts"] for example in examples[group])
