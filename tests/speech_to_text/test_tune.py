"""The command tune on small data: it goes on after a kill, and its best configuration is what train takes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apps.speech_to_text.__main__ import main
from tests.speech_to_text.conftest import TINY, options

pytest.importorskip("keras_tuner", reason="needs keras-tuner, which rnnapps[tuning] brings")
ROOT = Path(__file__).parents[2]
SPACE = "model.units: [24, 16]\ntrain.learning_rate: [0.01, 0.001]\n"


@pytest.mark.slow
def test_tune_goes_on_after_a_kill_and_train_takes_its_best_configuration(manifest, tmp_path):
    (tmp_path / "space.yaml").write_text(SPACE)
    search = tmp_path / "search"
    small = {**TINY, "train.epochs": 4, "decode.lm": "character", "decode.beam_size": 4}
    chosen = ["--search", str(search), "--space", str(tmp_path / "space.yaml"), "--tuner", "random", "--trials", "3"]
    arguments = ["tune", "--data", str(manifest), *options(small), *chosen]
    command = [sys.executable, "-m", "apps.speech_to_text", *arguments]
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
    assert (results["trials"], results["objective"]) == (3, "cer")
    assert main(["train", "--config", str(search / "best.yaml"), "--run", str(tmp_path / "run")]) == 0
