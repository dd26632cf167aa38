"""What there is to say of a recogniser's run, by value."""

import json

import numpy as np
import pytest

from apps.speech_to_text.config import SpeechConfig
from apps.speech_to_text.run_contents import scored_data
from apps.speech_to_text.run_folder import RunFolder
from rnnapps.audio.recording import Recording
from tests.report.exported_later import assert_an_export_is_told


def recordings(*said: tuple[str, str], seconds: float = 1.0) -> list[Recording]:
    samples = np.zeros(round(8000 * seconds), "float32")
    return [Recording.from_array(samples, 8000, text, name) for name, text in said]


ONE = recordings(("a/1.wav", "one"), ("a/2.wav", "two"))


@pytest.mark.parametrize(
    "other",
    [
        recordings(("a/1.wav", "one"), ("a/3.wav", "two")),
        recordings(("a/1.wav", "One"), ("a/2.wav", "two")),
        recordings(("a/1.wav", "one")),
        recordings(("a/1.wav", "one"), ("a/2.wav", "two"), seconds=0.5),
    ],
    ids=["name", "form of the text", "number", "length"],
)
def test_another_test_side_is_told_apart(other):
    assert scored_data(other) != scored_data(ONE)


def test_the_same_recordings_in_another_folder_and_order_are_the_same():
    assert scored_data(recordings(("/b/2.wav", "two"), ("/b/1.wav", "one"))) == scored_data(ONE)


def test_a_training_says_what_it_scored(trained_run):
    from apps.speech_to_text.scored_recordings import scored_recordings

    folder = RunFolder.open(trained_run)
    assert folder.contents().scored_data == scored_data(scored_recordings(folder.config()).recordings)


def made(folder, scored: dict, **baselines: dict):
    run = RunFolder.create(folder / "run", SpeechConfig())
    metrics = {
        "test": {"recordings": 2, **scored, "baselines": baselines},
        "data": {"name": "a", "licence": "none", "recordings": {"training": 9, "validation": 1, "test": 2}},
        "parameters": 7,
    }
    run.metrics.write_text(json.dumps(metrics))
    return run


def words(wrong: float) -> dict:
    return {"wer": wrong, "cer": 2.0, "right": 60.0}


def test_the_baselines_stand_beside_the_scores(tmp_path):
    run = made(tmp_path, words(4.0), guess=words(90.0), greedy=words(5.0))
    assert {name: str(result) for name, result in run.contents().results.items()} == {
        "words wrong": "4.0 %",
        "characters wrong": "2.0 %",
        "recordings right": "60.0 %",
        "words wrong: guess": "90.0 %",
        "words wrong: greedy": "5.0 %",
        "parameters": "7",
    }


def test_labels_have_their_baseline_too(tmp_path):
    run = made(tmp_path, {"accuracy": 80.0}, guess={"accuracy": 10.0})
    assert str(run.contents().results["labels right: guess"]) == "10.0 %"


@pytest.mark.parametrize("scored", [words(float("nan")), {"accuracy": float("nan")}], ids=["words", "labels"])
def test_what_is_not_a_number_is_compared_with_nothing(tmp_path, scored):
    run = made(tmp_path, scored, guess=words(90.0) | {"accuracy": 10.0})
    (verdict,) = run.contents().verdict
    assert verdict.endswith(": not a number, so it cannot be compared with anything.")


def test_an_export_is_told_in_the_report(trained_run, tmp_path):
    assert_an_export_is_told("speech_to_text", trained_run, tmp_path)
