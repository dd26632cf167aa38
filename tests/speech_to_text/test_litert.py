"""The LiteRT model hears what the SavedModel hears, in a process without TensorFlow."""

import json

import numpy as np
import pytest

from apps.speech_to_text.__main__ import main
from apps.speech_to_text.export import load_trained
from apps.speech_to_text.litert import litert_model
from apps.speech_to_text.load import load_recognizer
from apps.speech_to_text.run_folder import RunFolder
from tests.litert_process import litert_answers
from tests.speech_to_text.conftest import RATE, spoken

pytest.importorskip("ai_edge_litert")
TEXTS = ("ano one", "noa", "eo an ano")


@pytest.fixture(scope="module")
def exported(trained_run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("phone") / "litert"
    assert main(["export", str(trained_run), "--format", "litert", "--output", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def waveforms():
    recordings = [spoken(text, seed=100 + number) for number, text in enumerate(TEXTS)]
    return [*recordings, recordings[0][:1]]  # one sample is a recording too


@pytest.fixture(scope="module")
def heard(exported, waveforms, tmp_path_factory):
    rows = [{"waveform": waveform[None]} for waveform in waveforms]
    return litert_answers(exported / "model.tflite", rows, tmp_path_factory.mktemp("elsewhere"))


def test_posteriors_of_recordings_of_any_length_are_those_of_the_saved_model(heard, waveforms, trained_run):
    posteriors = load_recognizer(trained_run).model.signatures["posteriors"]
    for answer, waveform in zip(heard, waveforms, strict=True):
        expected = posteriors(waveform=waveform[None], length=np.array([len(waveform)], "int32"))
        np.testing.assert_allclose(answer["log_probs"], expected["log_probs"], atol=1e-4)


def test_labels_spell_the_text_of_a_greedy_search(heard, waveforms, trained_run, exported):
    symbols = json.loads((exported / "metadata.json").read_text(encoding="utf-8"))["symbols"]
    texts = [" ".join("".join(symbols[label] for label in answer["labels"][0]).split()) for answer in heard]
    transcriber = load_trained(RunFolder.open(trained_run), {"beam_size": 1}).transcriber()
    assert texts == [transcriber.transcribe([waveform])[0].text for waveform in waveforms]
    assert all(texts[:3])


def test_the_page_says_how_sound_is_given(exported):
    page = (exported / "README.md").read_text(encoding="utf-8")
    assert f"- `waveform` float32[1, ?]: samples in [-1, 1], mono, {RATE} per second" in page


def test_options_of_decoding_are_refused(trained_run, capsys):
    assert main(["export", str(trained_run), "--format", "litert", "--beam_size", "4"]) == 2
    assert "--beam_size: a LiteRT model decodes greedily" in capsys.readouterr().err


def test_a_head_that_spells_cannot_be_converted(trained_run):
    model = load_trained(RunFolder.open(trained_run)).model
    model.dense = None
    with pytest.raises(ValueError, match=r"model\.head: attention cannot be converted to LiteRT"):
        litert_model("tiny", model, None, {})
