"""Training from the command line, and what a run leaves behind."""

import csv
import json
import shutil

import h5py
import numpy as np
import pytest
import yaml

from apps.translation.__main__ import main
from tests.translation.conftest import TINY


@pytest.fixture(scope="module")
def metrics(trained_run):
    return json.loads((trained_run / "metrics.json").read_text(encoding="utf-8"))


def test_a_trained_translator_beats_copying_the_nearest_sentence(metrics):
    assert metrics["test"]["bleu"]["score"] > metrics["test"]["baseline"]["bleu"]["score"] + 20


def test_scores_come_with_their_signatures(metrics):
    assert "tok:13a" in metrics["test"]["bleu"]["signature"]
    assert "nc:6" in metrics["test"]["chrf"]["signature"]


def test_a_run_folder_is_complete(trained_run):
    names = ["config.yaml", "metrics.json", "history.csv", "tokenizer.model", "model.weights.h5", "checkpoints"]
    names += ["plots/history.png", "plots/gradient_flow_layers.png", "1/saved_model.pb", "1/model_card.md"]
    assert [name for name in names if not (trained_run / name).exists()] == []


def test_the_configuration_holds_what_was_asked_for(trained_run):
    config = yaml.safe_load((trained_run / "config.yaml").read_text(encoding="utf-8"))
    assert (config["model"]["units"], config["train"]["epochs"]) == (48, TINY["train.epochs"])


def test_history_has_a_row_per_epoch_and_a_falling_loss(trained_run):
    with (trained_run / "history.csv").open(newline="") as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert len(losses) == TINY["train.epochs"]
    assert losses[-1] < losses[0] / 2


def test_heat_maps_show_words_that_change_places(trained_run):
    maps = [np.load(path) for path in (trained_run / "plots").glob("attention-*.npz")]
    assert maps
    for drawn in maps:
        looked_at = drawn["alignment"].argmax(axis=1)
        assert (looked_at[1:] < looked_at[:-1]).any()


def test_inspect_writes_a_picture_and_its_numbers(trained_run, tmp_path, capsys):
    picture = tmp_path / "map.png"
    text = "I see two red cars."
    assert main(["inspect", str(trained_run), "--text", text, "--output", str(picture)]) == 0
    numbers = np.load(tmp_path / "map.npz")
    assert numbers["alignment"].shape == (len(numbers["target_tokens"]), len(numbers["source_tokens"]))
    np.testing.assert_allclose(numbers["alignment"].sum(axis=1), 1.0, atol=1e-5)
    assert "".join(numbers["source_tokens"]).replace("▁", " ") == f" {text}</s>"
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_export_with_another_beam_is_the_next_version(trained_run, tmp_path, capsys):
    run = shutil.copytree(trained_run, tmp_path / "run")
    assert main(["export", str(run), "--beam_size", "2"]) == 0
    assert (run / "2" / "saved_model.pb").is_file()
    assert "K = 2 hypotheses" in (run / "2" / "model_card.md").read_text(encoding="utf-8")


def weights_of(run):
    """Every array of the weights file, by name."""
    arrays = []
    with h5py.File(run / "model.weights.h5") as file:
        file.visititems(lambda name, item: arrays.append(item[()]) if isinstance(item, h5py.Dataset) else None)
    return arrays


@pytest.mark.slow
def test_a_finished_run_resumes_to_the_same_figures(trained_run, metrics, tmp_path, capsys):
    run = shutil.copytree(trained_run, tmp_path / "run")
    assert main(["train", "--run", str(run), "--resume"]) == 0
    assert json.loads((run / "metrics.json").read_text(encoding="utf-8")) == metrics
    for before, after in zip(weights_of(trained_run), weights_of(run), strict=True):
        np.testing.assert_array_equal(after, before)
