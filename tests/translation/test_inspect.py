"""What a look inside a translator shows, by value, and its report."""

import json

import numpy as np
import pytest
import tensorflow as tf

from apps.translation.__main__ import main
from apps.translation.inspected import inspected
from apps.translation.run_folder import RunFolder
from rnnapps.inspection.look import look
from tests.translation.random_run import make_random_run

TEXT = "I see two red cars."


@pytest.fixture(scope="module")
def subject(trained_run):
    return inspected(RunFolder.open(trained_run), TEXT)


@pytest.fixture(scope="module")
def saliency(subject):
    return subject.pictures["saliency"]().maps[0]


def test_the_saliency_of_a_target_token_sums_to_what_the_source_adds_to_it(subject, saliency):
    # The very last target token, from the network's ordinary call, and from one with embeddings of zeros.
    logits = subject.example.run()
    model = subject.model
    mask = tf.ones((1, len(saliency.columns)), tf.bool)
    zeros = tf.zeros((1, len(saliency.columns), model.source_embedding.output_dim))
    memory, initial = model.encode_embedded(zeros, mask)
    _, read = subject.example.inputs
    without = model.decoder(read, values=memory, mask=mask, initial_state=initial)
    last = tf.argmax(logits[0, -1])  # the end, which a beam search ends with
    added = tf.nn.log_softmax(logits)[0, -1, last] - tf.nn.log_softmax(without)[0, -1, last]
    assert saliency.values[-1].sum() == pytest.approx(float(added), abs=2e-3)


def test_rows_and_columns_are_the_tokens(saliency):
    assert saliency.columns[-1] == saliency.rows[-1] == "(end)"
    assert saliency.values.shape == (len(saliency.rows), len(saliency.columns))


def test_encoder_gates_stand_under_the_source_tokens_and_decoder_gates_under_the_target(subject, saliency, tmp_path):
    for layer, labels in ((None, saliency.columns), ("decoder/cell_1", ("(start)", *saliency.rows[:-1]))):
        _, arrays = look(subject, "gates", tmp_path, layer=layer)
        with np.load(arrays) as found:
            assert tuple(found["update_gate_columns"]) == labels
            assert (found["update_gate"] >= 0).all() and (found["update_gate"] <= 1).all()


def test_units_are_looked_for_in_the_test_side(trained_run, tmp_path, capsys):
    picture = tmp_path / "units.png"
    options = ["--look", "units", "--units", "3", "--output", str(picture)]
    assert main(["inspect", str(trained_run), *options]) == 0
    assert capsys.readouterr().out.splitlines() == [str(picture), str(picture.with_suffix(".npz"))]
    with np.load(picture.with_suffix(".npz")) as found:
        assert found["units"].tolist() == [3]
        assert all(title.startswith("I see") for title in found["titles"].ravel())


def test_unknown_tokens_are_shown_as_they_were_written(random_run):
    subject = inspected(RunFolder.open(random_run), "red ☃ car")
    assert "☃" in "".join(subject.example.labels("encoder", 0)[0])


def test_no_more_of_a_text_is_read_than_is_translated(tmp_path):
    folder = RunFolder.open(make_random_run(tmp_path / "run", {"max_source_tokens": 4}))
    subject = inspected(folder, "red green old big car tree")
    (labels,) = subject.example.labels("encoder", 0)
    assert len(labels) == 4 and labels[-1] == "(end)"
    assert "(its first 4 tokens)" in subject.title


@pytest.mark.parametrize("look", ["attention", "gates"])
def test_a_text_of_nothing_to_see_is_one_line(look, random_run, capsys):
    assert main(["inspect", str(random_run), "--text", "\u200b", "--look", look]) == 2
    assert "--text holds nothing to translate" in capsys.readouterr().err


def test_saliency_of_a_very_long_text_is_refused(random_run, monkeypatch):
    monkeypatch.setattr("apps.translation.inspected.LONGEST", 3)
    subject = inspected(RunFolder.open(random_run), "red car red car")
    with pytest.raises(ValueError, match=r"--look saliency: \d+ tokens are too long for a picture, 3 at most"):
        subject.pictures["saliency"]()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--look", "saliency"], "--text is missing"),
        (["--text", TEXT, "--look", "attention", "--units", "3"], "--units 3: changes nothing with --look attention"),
        (["--text", TEXT, "--look", "saliency", "--units", "999"], "--units 999: changes nothing"),
        (["--text", TEXT, "--look", "units"], f"--text {TEXT}: changes nothing with --look units"),
        (["--text", TEXT, "--look", "gates", "--rank", "2"], "--rank 2: changes nothing with --look gates"),
        (["--text", TEXT, "--look", "gates", "--layer", "none"], "recurrent layers are encoder/"),
        (["--text", TEXT, "--look", "gates", "--units", "999"], "--units 999: the layer's units are 0 to"),
        (["--text", TEXT, "--look", "saliency", "--output", "picture.txt"], "ends in .png, .pdf or .svg"),
        (["--text", TEXT, "--look", "gates", "--units", "a"], "'a' is no whole number"),
    ],
)
def test_a_mistake_is_one_line(trained_run, options, message, capsys):
    assert main(["inspect", str(trained_run), *options]) == 2
    assert message in capsys.readouterr().err


def test_a_training_ends_with_a_report(trained_run):
    page = (trained_run / "report.html").read_text(encoding="utf-8")
    assert "train.epochs" in page and "copying the nearest training sentence" in page
    assert "Attention: what the network looked at" in page and 'id="examples"' in page


def test_the_worst_sentences_are_in_it(trained_run):
    examples = json.loads((trained_run / "examples.json").read_text(encoding="utf-8"))
    assert list(examples) == ["worst", "best"] and len(examples["best"]) == 3
    page = (trained_run / "report.html").read_text(encoding="utf-8")
    assert all(example["texts"]["translation"] in page for example in examples["best"])


def test_report_writes_it_again_elsewhere(trained_run, tmp_path, capsys):
    assert main(["report", str(trained_run), "--output", str(tmp_path / "r.html")]) == 0
    assert (tmp_path / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_run_is_not_compared_with_itself(trained_run, capsys):
    assert main(["compare", str(trained_run), str(trained_run)]) == 2
    assert "named twice" in capsys.readouterr().err


def test_a_run_without_scores_has_no_report(random_run, capsys):
    assert main(["report", str(random_run)]) == 2
    assert "finish its training" in capsys.readouterr().err
