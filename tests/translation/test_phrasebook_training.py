"""The command without arguments: the embedded phrasebook, learnt to BLEU 90, and resumable after SIGKILL."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from .conftest import TINY, options

CHECKOUT = Path(__file__).parents[2]


def start(*arguments, cwd):
    command = [sys.executable, "-m", "apps.translation", *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    return subprocess.Popen(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_the_phrasebook_is_learnt_to_bleu_90(tmp_path):
    training = start("train", "--run", "phrasebook", cwd=tmp_path)
    output, _ = training.communicate()
    assert training.returncode == 0, output
    run = tmp_path / "saved_models" / "translation" / "phrasebook"
    test = json.loads((run / "metrics.json").read_text(encoding="utf-8"))["test"]
    assert test["bleu"]["score"] >= 90
    assert test["bleu"]["score"] > test["baseline"]["bleu"]["score"]
    # The pictures are of sentences whose words change places.
    for path in (run / "plots").glob("attention-*.npz"):
        looked_at = np.load(path)["alignment"].argmax(axis=1)
        assert (looked_at[1:] < looked_at[:-1]).any()


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_weights_of_an_undisturbed_one(tmp_path, pairs_file):
    ask = ["train", "--data", pairs_file, *options(TINY | {"model.dropout": 0.2, "train.checkpoint_every": 3})]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert start(*ask, "--run", whole, cwd=tmp_path).wait() == 0
    training = start(*ask, "--run", killed, cwd=tmp_path)
    # In mid-epoch: a checkpoint whose step is not 0 is the newest.
    while not any(not path.stem.endswith("-00000000") for path in (killed / "checkpoints").glob("checkpoint-000003-*")):
        assert training.poll() is None, "the run ended before it could be killed"
        time.sleep(0.01)
    training.send_signal(signal.SIGKILL)
    training.wait()
    assert not (killed / "model.weights.h5").exists()
    assert start("train", "--run", killed, "--resume", cwd=tmp_path).wait() == 0
    for name, expected in weights(whole).items():
        np.testing.assert_array_equal(weights(killed)[name], expected)


def weights(run):
    """Every array of the weights file, by name."""
    arrays = {}
    with h5py.File(run / "model.weights.h5") as file:
        file.visititems(lambda name, item: arrays.update({name: item[()]} if isinstance(item, h5py.Dataset) else {}))
    return arrays


@pytest.mark.slow
def test_control_c_ends_with_130_and_a_checkpoint(tmp_path, pairs_file):
    run = tmp_path / "run"
    training = start("train", "--data", pairs_file, *options(TINY), "--run", run, cwd=tmp_path)
    while not any((run / "checkpoints").glob("checkpoint-000002-*")):
        assert training.poll() is None, "the run ended before it could be interrupted"
        time.sleep(0.01)
    training.send_signal(signal.SIGINT)
    output, _ = training.communicate()
    assert training.returncode == 130
    assert "resume from there" in output
