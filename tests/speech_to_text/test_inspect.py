"""What a look inside a recogniser shows, by value, and its report."""

import json
import shutil

import numpy as np
import pytest
import tensorflow as tf

from apps.speech_to_text import inspected as module
from apps.speech_to_text.__main__ import main
from apps.speech_to_text.config import FeaturesConfig, ModelConfig, SpeechConfig
from apps.speech_to_text.inspected import inspected, subject_of
from apps.speech_to_text.model import build_recognizer
from apps.speech_to_text.recognition import Recognition
from apps.speech_to_text.run_folder import RunFolder
from apps.speech_to_text.units import Units
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


def test_a_batch_of_one_recording_is_told_by_symbols_too(subject, monkeypatch):
    monkeypatch.setattr(module, "TOGETHER", 1)
    example = next(iter(subject.data_set()))
    example.run()
    (labels,) = example.labels("recurrent_0/forward_recurrent_0", 0)
    assert set("".join(labels)) <= set("aoen␣")
    step = f"{subject.model.frame_seconds:g} s"
    assert step in example.step_name("recurrent_0") and "likeliest symbol" in example.step_name("recurrent_0")


def test_the_decoder_of_a_head_that_spells_has_gates_under_its_symbols(tmp_path):
    model = ModelConfig(
        head="joint", cell="gru", layers=1, units=4, filters=2, embedding=3, attention_units=3, decoder_units=5
    )
    config = SpeechConfig(features=FeaturesConfig(rate=2000, bands=6), model=model)
    recognition = Recognition(build_recognizer(config, 4), Units("characters", ("", " ", "a", "b")), config)
    sound = np.sin(np.arange(1500, dtype="float32") ** 1.3)
    spelt = subject_of(recognition, "x.wav", sound, "ab a", list)
    _, arrays = look(spelt, "gates", tmp_path, layer="attention/decoder/cell_1")
    memory, frames = recognition.model.encode(sound[None], np.array([1500]))
    mask = tf.sequence_mask(frames, tf.shape(memory)[1])
    decoder = recognition.model.attention.decoder
    _, state = decoder(np.array([[0, 2, 3, 1, 2]]), values=memory, mask=mask, return_state=True)
    with np.load(arrays) as found:
        assert found["output_columns"].tolist() == ["(start)", "a", "b", "␣", "a"]
        np.testing.assert_allclose(found["output"][:, -1], state[0], atol=1e-5)


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
