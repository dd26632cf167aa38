import json

import numpy as np
import pytest
import soundfile

from apps.speech_to_text.__main__ import main
from apps.speech_to_text.confidence_bins import confidence_bins, word_confidences
from apps.speech_to_text.edit_counts import count
from apps.speech_to_text.evaluation import evaluate_labels, evaluate_texts
from apps.speech_to_text.evaluation_report import full_report
from apps.speech_to_text.scored_recordings import find_recordings, transcribe_recordings
from apps.speech_to_text.transcript import Transcript, Word
from rnnapps.audio.recording import Recording

from .conftest import RATE, spoken


def recording(text, name="a.wav", speaker=None, seconds=1.0):
    return Recording.from_array(np.zeros(round(RATE * seconds)), RATE, text, name, speaker)


def heard(text, confidence=0.5):
    return Transcript(text, tuple(Word(word, 0.0, 0.1, confidence) for word in text.split()), confidence)


@pytest.fixture(scope="module")
def evaluated(trained_run, tmp_path_factory):
    """Folder of an evaluation, with what was printed."""
    folder = tmp_path_factory.mktemp("evaluation")
    assert main(["evaluate", str(trained_run), "--output", str(folder), "--plot", "worst,1"]) == 0
    return folder


def figures_of(folder):
    return json.loads((folder / "figures.json").read_text(encoding="utf-8"))


def lines_of(folder):
    return [json.loads(line) for line in (folder / "transcripts.jsonl").read_text(encoding="utf-8").splitlines()]


def test_evaluate_finds_the_error_rates_that_training_found(trained_run, evaluated):
    metrics = json.loads((trained_run / "metrics.json").read_text())["test"]
    figures = figures_of(evaluated)
    assert figures["recordings"] == metrics["recordings"] == 10
    assert figures["wer"]["rate"] == pytest.approx(metrics["wer"])
    assert figures["cer"]["rate"] == pytest.approx(metrics["cer"])


def test_every_recording_has_its_transcript(evaluated):
    lines = lines_of(evaluated)
    assert [line["number"] for line in lines] == list(range(1, 11))
    figures = figures_of(evaluated)
    said, texts = [line["said"] for line in lines], [line["heard"] for line in lines]
    assert figures["wer"]["substitutions"] == count(texts, said).words.rows[:, 0].sum()


def test_asked_recordings_and_the_confusion_are_drawn(evaluated):
    drawn = {path.name.partition("-")[0] for path in evaluated.glob("*-*.png")}
    worst = {str(one["number"]) for one in figures_of(evaluated)["worst"]}
    assert drawn == worst | {"1"}
    assert (evaluated / "confusion.png").is_file()


def test_speakers_of_a_run_are_told(evaluated):
    names = {row["speaker"] for row in figures_of(evaluated)["by_speaker"]["speakers"]}
    assert names <= {"s0", "s1", "s2", "s3"}


def test_other_recordings_are_scored_whole(trained_run, tmp_path, capsys):
    texts = ["an one", "eo noé"]
    rows = [f"{number}.wav\t{text}" for number, text in enumerate(texts)]
    for number, text in enumerate(texts):
        soundfile.write(tmp_path / f"{number}.wav", spoken(text.replace("é", "e"), 2 * RATE, number), 2 * RATE)
    (tmp_path / "other.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    out = tmp_path / "out"
    assert main(["evaluate", str(trained_run), "--data", str(tmp_path / "other.tsv"), "--output", str(out)]) == 0
    assert [line["said"] for line in lines_of(out)] == texts
    assert "1 texts hold what the model cannot write and gets wrong therefore: 'é'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--plot", "nobody.wav"], "--plot nobody.wav: no such recording"),
        (["--worst", "-1"], "--worst must be at least 0"),
        (["--resamples", "3"], "--resamples must be at least 40"),
        (["--data", "nowhere.tsv"], "nowhere.tsv"),
        (["--data", "nowhere.tsv", "--side", "test"], "leave it out with --data"),
        (["--lm_weight", "0.5"], "--lm_weight: needs a language model"),
    ],
)
def test_what_cannot_be_evaluated_is_one_line(trained_run, capsys, options, said):
    assert main(["evaluate", str(trained_run), *options]) == 2
    printed = capsys.readouterr().err.strip()
    assert said in printed
    assert len(printed.splitlines()) == 1


def test_a_recording_is_found_by_number_name_or_stem():
    recordings = [recording("a", "clips/x.wav"), recording("b", "clips/1.wav"), recording("c", "clips/y.flac")]
    assert find_recordings(["2", "x", "y.flac", "clips/x.wav"], recordings) == [1, 0, 2]
    assert find_recordings(["1", "1.wav"], recordings) == [0, 1]  # a number is a number before it is a name


def test_transcripts_come_in_the_order_of_the_recordings(monkeypatch):
    class Echo:
        rate = RATE

        def transcribe(self, waveforms):
            return [Transcript(f"{len(waveform) / RATE:.1f}") for waveform in waveforms]

    monkeypatch.setattr("apps.speech_to_text.scored_recordings.TOGETHER_SECONDS", 1.5)
    recordings = [recording("a", seconds=seconds) for seconds in (1.0, 0.2, 2.0, 0.5)]
    assert [one.text for one in transcribe_recordings(Echo(), recordings)] == ["1.0", "0.2", "2.0", "0.5"]


def test_the_worst_recordings_are_named():
    recordings = [recording("a b", "good.wav"), recording("a b", "bad.wav", "ann", seconds=2.0)]
    (worst,) = evaluate_texts(recordings, [heard("a b"), heard("x", 0.25)]).figures["worst"]
    assert (worst["name"], worst["number"], worst["speaker"], worst["seconds"]) == ("bad.wav", 2, "ann", 2.0)
    assert (worst["wer"], worst["confidence"]) == (100.0, 0.25)


def test_the_report_aligns_errors_and_tells_totals():
    recordings = [recording("one two", "good.wav", "ann"), recording("one two", "bad.wav", "bob")]
    report = full_report(evaluate_texts(recordings, [heard("one two"), heard("one too two")]).figures)
    assert "1 of 2 recordings are right to the last character: 50.0 %" in report
    lines = [line.strip() for line in report.splitlines()]
    assert "said   one  ***  two" in lines
    assert "heard  one  too  two" in lines


def test_the_report_of_labels_shows_the_surest_errors_first():
    recordings = [recording(text, f"{number}.wav") for number, text in enumerate(["yes", "no", "no"])]
    found = evaluate_labels(recordings, [heard("yes"), heard("yes", 0.6), heard("yes", 0.9)]).figures
    assert [one["name"] for one in found["worst"]] == ["2.wav", "1.wav"]
    assert found["accuracy"]["rate"] == pytest.approx(100 / 3)
    assert "1 of 3 recordings are right: 33.3 %" in full_report(found)


def test_labels_are_scored_by_speaker_worst_first():
    recordings = [recording("yes", speaker=name) for name in ("ann", "ann", "bob", "bob")]
    found = evaluate_labels(recordings, [heard("yes"), heard("yes"), heard("no"), heard("yes")]).figures
    assert [(row["speaker"], row["accuracy"]) for row in found["by_speaker"]] == [("bob", 50.0), ("ann", 100.0)]


def test_confidences_are_compared_with_what_was_right():
    # 0.85 and 0.85: half of them right; 0.995: right.
    found = confidence_bins(np.array([0.85, 0.85, 0.995]), np.array([True, False, True]))
    assert [(one["count"], one["confidence"], one["right"]) for one in found["bins"]] == [
        (2, pytest.approx(85.0), 50.0),
        (1, pytest.approx(99.5), 100.0),
    ]
    assert found["error"] == pytest.approx((2 * 35 + 0.5) / 3)


def test_every_word_heard_has_its_confidence():
    confidences, right = word_confidences([heard("a x", 0.7), Transcript("b")], count(["a x", "b"], ["a b", "b"]).words)
    np.testing.assert_array_equal(confidences, [0.7, 0.7])  # the second has none
    np.testing.assert_array_equal(right, [True, False])


def test_no_word_at_all_has_no_confidence():
    assert confidence_bins(np.zeros(0), np.zeros(0, bool)) is None
