"""Fine-tuning starts from an earlier run's weights and vocabulary."""

import json
import shutil

import h5py
import numpy as np
import pytest
import yaml

from apps.translation.__main__ import main
from tests.resumed_runs import trained_only
from tests.translation.conftest import TINY, options
from tests.translation.test_command_line import assert_bad_input

MODEL = {name: value for name, value in TINY.items() if name.startswith("model.")}
# So small a rate that the weights stay what they were.
FROZEN = {"train.epochs": 1, "train.learning_rate": 1e-12, "train.averaging": "none", "train.tokens_per_batch": 256}


def weights(run) -> list[np.ndarray]:
    found = []
    with h5py.File(run / "model.weights.h5") as file:
        file.visititems(lambda name, item: found.append(item) if isinstance(item, h5py.Dataset) else None)
        return [item[()] for item in found if item.dtype == np.float32 and "optimizer" not in item.name]


@pytest.fixture(scope="module")
def tuned(trained_run, pairs_file, tmp_path_factory):
    run = tmp_path_factory.mktemp("runs") / "tuned"
    argv = ["train", "--data", pairs_file, "--run", run, "--init_from", trained_run, *options(MODEL | FROZEN)]
    assert main([str(argument) for argument in argv]) == 0
    return run


def test_the_weights_are_the_earlier_runs(tuned, trained_run):
    for before, after in zip(weights(trained_run), weights(tuned), strict=True):
        np.testing.assert_allclose(after, before, atol=1e-6)


def test_the_vocabulary_is_the_earlier_runs(tuned, trained_run):
    assert (tuned / "tokenizer.model").read_bytes() == (trained_run / "tokenizer.model").read_bytes()


def test_the_configuration_says_where_it_came_from(tuned, trained_run):
    config = yaml.safe_load((tuned / "config.yaml").read_text())
    assert config["train"]["init_from"] == str(trained_run)
    assert json.loads((tuned / "metrics.json").read_text())["training"]["init_from"] == str(trained_run)
    assert config["tokenizer"]["vocabulary_size"] == TINY["tokenizer.vocabulary_size"]


def test_a_fine_tuned_run_resumes_when_the_earlier_one_is_gone(tuned, tmp_path, capsys):
    run = tmp_path / "copy"
    shutil.copytree(tuned, run)
    config = run / "config.yaml"
    config.write_text(config.read_text().replace("tiny", "gone"))
    for checkpoint in (run / "checkpoints").glob("*.npz"):
        content = dict(np.load(checkpoint))
        content["about"] = np.frombuffer(content["about"].tobytes().replace(b"tiny", b"gone"), np.uint8)
        np.savez(checkpoint, **content)
    trained_only("translation", main, ["train", "--run", str(run), "--resume"], "training_run.conclude")


def test_the_first_option_of_the_network_that_differs_is_named(trained_run, pairs_file, tmp_path, capsys):
    argv = ["train", "--data", pairs_file, "--run", tmp_path / "run", "--init_from", trained_run]
    argv += options(MODEL | {"model.units": 50, "model.attention_units": 7, "model.dropout": 0.5})
    assert_bad_input(capsys, argv, "--model.units 50", trained_run, "has 48")


def test_another_vocabulary_is_refused(trained_run, pairs_file, tmp_path, capsys):
    argv = ["train", "--data", pairs_file, "--run", tmp_path / "run", "--init_from", trained_run]
    argv += options(MODEL | {"tokenizer.vocabulary_size": 100})
    assert_bad_input(capsys, argv, "--tokenizer.vocabulary_size 100", "has 110")


def test_a_run_that_is_not_there_is_named(tmp_path, capsys):
    argv = ["train", "--run", tmp_path / "run", "--init_from", tmp_path / "none"]
    assert_bad_input(capsys, argv, tmp_path / "none", "no such model folder")


def test_a_run_without_weights_is_named(trained_run, tmp_path, capsys):
    shutil.copytree(trained_run, tmp_path / "half", ignore=shutil.ignore_patterns("*.h5", "1", "plots"))
    argv = ["train", "--run", tmp_path / "run", "--init_from", tmp_path / "half"]
    assert_bad_input(capsys, argv, "model.weights.h5", "its training has not ended")
