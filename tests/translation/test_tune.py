"""The command tune on small data: it goes on after a kill, and its best configuration is what train takes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apps.translation.__main__ import main
from tests.translation.conftest import TINY, options

pytest.importorskip("keras_tuner", reason="needs keras-tuner, which rnnapps[tuning] brings")
ROOT = Path(__file__).parents[2]
SPACE = "model.units: [48, 16]\ntrain.learning_rate: [0.005, 0.0005]\n"


@pytest.mark.slow
def test_tune_goes_on_after_a_kill_and_train_takes_its_best_configuration(pairs_file, tmp_path):
    (tmp_path / "space.yaml").write_text(SPACE)
    search = tmp_path / "search"
    small = {**TINY, "train.epochs": 4, "train.evaluate_every": 2, "data.validation_fraction": 0.2}
    chosen = ["--search", str(search), "--space", str(tmp_path / "space.yaml"), "--tuner", "random", "--trials", "3"]
    arguments = ["tune", "--data", str(pairs_file), *options(small), *chosen]
    command = [sys.executable, "-m", "apps.translation", *arguments]
    with (tmp_path / "killed.txt").open("w") as output:
        killed = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output, env={**os.environ})
        while not (search / "trial_1").exists():
            assert killed.poll() is None, (tmp_path / "killed.txt").read_text()
            time.sleep(0.2)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    first = (search / "trial_0" / "outcome.json").stat().st_mtime_ns
    assert main(arguments) == 0
    assert (search / "trial_0" / "outcome.json").stat().st_mtime_ns == first
    results = json.loads((search / "results.json").read_text())
    assert (results["trials"], results["objective"]) == (3, "bleu")
    assert main(["train", "--config", str(search / "best.yaml"), "--run", str(tmp_path / "run")]) == 0
