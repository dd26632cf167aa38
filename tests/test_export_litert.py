"""LiteRT models that answer as the functions they were made of, in a process without TensorFlow."""

import json

import numpy as np
import pytest
import tensorflow as tf

from rnnapps.export_litert import LiteRTModel, export_litert, litert_version_to_write
from rnnapps.layers import LSTM, Bidirectional
from tests.litert_process import litert_answers

pytest.importorskip("ai_edge_litert")


def model_of(function, spec, weights=(), **told):
    signature = tf.function(function, autograph=False).get_concrete_function(spec)
    told = {"title": "A model", "about": "It is small.", "meanings": {}, "metadata": {}, "licence": "CC0"} | told
    return LiteRTModel(signatures={"serving_default": signature}, weights=weights, **told)


@pytest.fixture(scope="module")
def layer():
    made = Bidirectional(LSTM(3, return_sequences=True))
    made.build((None, None, 2))
    return made


@pytest.fixture(scope="module")
def exported(layer, tmp_path_factory):
    """A layer that reads both ways, for one sequence of any length."""

    def run(x):
        return {"y": layer(x, mask=tf.ones(tf.shape(x)[:2], tf.bool))}

    model = model_of(
        run,
        tf.TensorSpec((1, None, 2), tf.float32, "x"),
        layer.variables,
        meanings={"x": "metres", "y": "nothing in particular"},
        metadata={"symbols": ["é", "b"]},
        files={"words.model": b"\x00\x01"},
    )
    return export_litert(model, tmp_path_factory.mktemp("run") / "litert" / "1")


def test_sequences_of_any_length_are_answered_as_by_the_layer(layer, exported, tmp_path):
    rng = np.random.default_rng(0)
    rows = [{"x": rng.normal(size=(1, steps, 2)).astype("float32")} for steps in (7, 1, 12)]
    for row, answer in zip(rows, litert_answers(exported / "model.tflite", rows, tmp_path), strict=True):
        np.testing.assert_allclose(answer["y"], layer(row["x"]), atol=1e-6)


def test_the_page_beside_the_model_says_what_goes_in_and_comes_out(exported):
    page = (exported / "README.md").read_text(encoding="utf-8")
    assert "- `x` float32[1, ?, 2]: metres" in page
    assert "Licence of the data: CC0" in page
    assert "- `y` float32[1, ?, 6]: nothing in particular" in page


def test_the_code_on_the_page_runs(exported, monkeypatch):
    page = (exported / "README.md").read_text(encoding="utf-8")
    monkeypatch.chdir(exported)
    names = {"x": np.zeros((1, 4, 2), "float32")}
    exec(page.partition("```python\n")[2].partition("```")[0], names)
    assert names["answer"]["y"].shape == (1, 4, 6)


def test_what_a_program_needs_lies_beside_the_model(exported):
    assert json.loads((exported / "metadata.json").read_text(encoding="utf-8")) == {"symbols": ["é", "b"]}
    assert (exported / "words.model").read_bytes() == b"\x00\x01"


def test_nothing_else_is_left(exported):
    assert sorted(file.name for file in exported.iterdir()) == [
        "README.md",
        "metadata.json",
        "model.tflite",
        "words.model",
    ]
    assert [folder.name for folder in exported.parent.iterdir()] == ["1"]


def test_the_next_model_gets_the_next_number(exported):
    assert litert_version_to_write(exported.parents[1]) == exported.parent / "2"


def test_an_operation_that_litert_lacks_is_named_in_one_line(tmp_path, capfd):
    beta = lambda x: {"y": tf.math.betainc(x, x, x)}
    with pytest.raises(ValueError, match=r"A model: cannot be converted to LiteRT: .* no operation for tf.Betainc$"):
        export_litert(model_of(beta, tf.TensorSpec((1,), tf.float32, "x")), tmp_path / "litert" / "1")
    assert capfd.readouterr().err == ""
    assert list((tmp_path / "litert").iterdir()) == []
