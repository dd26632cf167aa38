"""What a training run leaves behind and says."""

import csv
import json

import numpy as np
import pytest
import soundfile

from apps.speech_to_text.__main__ import main
from apps.speech_to_text.export import load_trained
from apps.speech_to_text.run_folder import RunFolder
from apps.speech_to_text.training_run import silent_epochs
from tests.speech_to_text.conftest import RATE, spoken


@pytest.fixture(scope="module")
def metrics(trained_run):
    return json.loads((trained_run / "metrics.json").read_text())


@pytest.fixture(scope="module")
def history(trained_run):
    with (trained_run / "history.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def printed(trained_run):
    return (trained_run.parent / "printed.txt").read_text()


def test_a_run_holds_what_it_promises(trained_run):
    names = ["config.yaml", "metrics.json", "history.csv", "units.json", "model.weights.h5", "examples/1.wav"]
    for name in (*names, "plots/history.png", "plots/gradient_flow_time.png", "1/saved_model.pb", "1/model_card.md"):
        assert (trained_run / name).is_file(), name


def test_the_rate_of_the_recordings_is_written_into_the_options(trained_run):
    assert RunFolder.open(trained_run).config().features.rate == RATE


def test_every_epoch_is_measured(history):
    for name in ("loss", "val_loss", "val_cer", "val_wer", "val_blank"):
        assert all(row[name] for row in history), name


def test_the_silence_at_first_is_seen_and_counted(history, metrics):
    blank = [float(row["val_blank"]) for row in history]
    assert blank[0] == 1 and blank[-1] < 0.5
    assert metrics["training"]["silent_epochs"] == sum(share == 1 for share in blank)


def test_silent_epochs_are_epochs_and_not_measurements(tmp_path):
    folder = RunFolder(tmp_path)
    folder.history.write_text("epoch,val_blank\n1,\n2,1.0\n3,\n4,1.0\n5,\n6,0.9\n7,\n8,1.0\n")
    assert silent_epochs(folder) == 4


def test_the_tones_are_learnt(metrics):
    assert metrics["test"]["cer"] < 15
    assert metrics["test"]["wer"] < metrics["test"]["baselines"]["commonest text"]["wer"] / 2


def test_the_weights_of_the_best_epoch_are_kept(history, metrics):
    best = min(history, key=lambda row: (float(row["val_cer"]), float(row["val_loss"])))
    assert metrics["training"]["val_cer"] == float(best["val_cer"])
    assert metrics["training"]["best_epoch"] == int(best["epoch"])


def test_the_recordings_of_the_three_sides_are_counted(metrics):
    assert metrics["data"]["recordings"] == {"training": 80, "validation": 10, "test": 10}


def test_training_ends_with_figures_examples_and_paths(trained_run, printed):
    for words in (
        "10 test recordings, in percent",
        "words wrong",
        "commonest text",
        "said",
        "heard",
        f"run folder: {trained_run}",
        "plots/history.png",
        f"SavedModel: {trained_run / '1'}",
    ):
        assert words in printed


def test_three_recordings_to_try_it_with_are_written(trained_run):
    files = sorted((trained_run / "examples").glob("*.wav"))
    assert [file.name for file in files] == ["1.wav", "2.wav", "3.wav"]
    assert all(soundfile.info(file).samplerate == RATE for file in files)
    assert all(file.with_suffix(".txt").read_text().strip() for file in files)


def test_the_weights_of_a_run_hear_what_was_printed(trained_run, printed):
    waveform, _ = soundfile.read(trained_run / "examples" / "1.wav", dtype="float32")
    (transcript,) = load_trained(RunFolder.open(trained_run)).transcriber().transcribe([waveform])
    assert f"heard  {transcript.text}" in printed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--decode.lm", "word", "--decode.lm_text", "no.txt"], "no.txt"),
        (["--decode.lm", "word", "--decode.arpa", "no.arpa"], "no.arpa: no such file"),
    ],
)
def test_files_for_decoding_are_read_before_training(options, words, manifest, tmp_path, capsys):
    assert main(["train", "--data", str(manifest), "--run", str(tmp_path / "run"), *options]) == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_keyword_head_is_judged_by_its_accuracy(tmp_path, capsys):
    words = ("ano", "one")
    lines = []
    for number in range(24):
        text = words[number % 2]
        soundfile.write(tmp_path / f"{number}.wav", spoken(text, seed=number), RATE)
        lines.append(f"{number}.wav\t{text}")
    (tmp_path / "table.tsv").write_text("\n".join(lines) + "\n")
    options = {"model.head": "keyword", "model.filters": 8, "model.units": 8, "model.layers": 1, "train.epochs": 6}
    options |= {"data.validation_size": 6, "data.test_size": 0, "train.learning_rate": 0.02, "train.warmup_steps": 2}
    options |= {"train.batch_size": 6, "train.averaging": "none", "augment.speed": 0, "augment.noise": 0}
    run = tmp_path / "run"
    arguments = [f"--{name}={value}" for name, value in options.items()]
    assert main(["train", "--data", str(tmp_path / "table.tsv"), "--run", str(run), *arguments]) == 0
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["validation"]["accuracy"] == 100.0  # there is no test side
    assert metrics["training"]["val_accuracy"] == 100.0
    printed = capsys.readouterr().out
    assert "6 validation recordings, in percent" in printed
    assert "The run was chosen on these recordings" in printed


def test_the_learning_rate_that_was_given_is_used(history):
    np.testing.assert_allclose(float(history[-1]["learning_rate"]), 0.01, rtol=1e-6)
