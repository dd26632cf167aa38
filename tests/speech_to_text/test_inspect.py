"""What a look inside a recogniser shows, by value, and its report."""

import json
import shutil

import numpy as np
import pytest
import tensorflow as tf

from apps.speech_to_text.__main__ import main
from apps.speech_to_text.inspected import inspected
from apps.speech_to_text.run_folder import RunFolder
from rnnapps.inspection.look import look
from rnnapps.losses import ctc_loss


@pytest.fixture(scope="module")
def subject(trained_run):
    return inspected(RunFolder.open(trained_run), None)


def text_of(subject):
    return subject.title.partition(": ")[2]


def test_the_alignment_has_a_row_for_every_letter_and_at_most_one_letter_a_frame(subject):
    spectrum, alignment = subject.pictures["attention"]().maps
    assert "".join(alignment.rows).replace("␣", " ") == text_of(subject)
    assert alignment.values.sum(axis=0).max() <= 1 + 1e-6
    assert (np.diff(alignment.values.argmax(axis=1)) > 0).all()
    assert spectrum.rows[-1].endswith("Hz")


def test_saliency_sums_to_what_the_sound_adds_to_the_text(subject, trained_run):
    _, saliency = subject.pictures["saliency"]().maps
    model, inputs = subject.model, subject.example.inputs
    features, frames = model.features(*inputs)
    mean = tf.broadcast_to(tf.reduce_mean(features, axis=1, keepdims=True), features.shape)
    units = json.loads((trained_run / "units.json").read_text(encoding="utf-8"))["symbols"]
    labels = tf.constant([[units.index(letter) for letter in text_of(subject)]])
    scores = []
    for sound in (features, mean):
        memory, count = model.encode_features(sound, frames)
        scores.append(-float(ctc_loss(labels, model.dense(memory), count)[0]))
    assert saliency.values.sum() == pytest.approx(scores[0] - scores[1], rel=0.03)


def test_gates_stand_under_seconds(subject, tmp_path):
    _, arrays = look(subject, "gates", tmp_path)
    with np.load(arrays) as found:
        seconds = found["forget_gate_columns"].astype(float)
        assert seconds[0] == 0 and np.allclose(np.diff(seconds), subject.model.frame_seconds, atol=0.011)


def test_units_are_told_by_the_symbols_around_them(subject, tmp_path):
    _, arrays = look(subject, "units", tmp_path)
    with np.load(arrays) as found:
        assert set("".join(found["labels"].ravel())) <= set("aoen␣")


def test_a_recording_that_is_not_there_is_one_line(trained_run, capsys):
    assert main(["inspect", str(trained_run), "--recording", "none.wav"]) == 2
    assert "none.wav" in capsys.readouterr().err


def test_a_training_ends_with_a_report_that_can_be_heard(trained_run):
    page = (trained_run / "report.html").read_text(encoding="utf-8")
    assert "words wrong" in page and "commonest text" in page and 'src="data:audio/' in page


def test_the_worst_recordings_say_what_is_wrong(trained_run):
    examples = json.loads((trained_run / "examples.json").read_text(encoding="utf-8"))
    for example in examples["worst"]:
        assert "words wrong" in example["score"] and example["texts"]["errors"]
    for example in examples["best"]:
        assert example["texts"]["said"] == example["texts"]["heard"]
        assert (trained_run / example["sound"]).is_file()


def test_report_writes_it_again_with_looks(trained_run, tmp_path, capsys):
    run, page = tmp_path / "run", tmp_path / "r.html"
    shutil.copytree(trained_run, run, ignore=shutil.ignore_patterns("checkpoints", "1"))
    assert main(["report", str(run), "--output", str(page), "--looks"]) == 0
    assert str(page) in capsys.readouterr().out
    text = page.read_text(encoding="utf-8")
    assert all(f"plots/{name}.png" in text for name in ("attention-1", "gates-1", "saliency-1", "units"))
