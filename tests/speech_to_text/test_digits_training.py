"""The command without arguments: the embedded digits, learnt to at most 3 % of the words wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_digits_are_learnt_to_three_percent(tmp_path):
    command = [sys.executable, "-m", "apps.speech_to_text", "train", "--run", "digits"]
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    run = tmp_path / "saved_models" / "speech_to_text" / "digits"
    test = json.loads((run / "metrics.json").read_text(encoding="utf-8"))["test"]
    assert test["wer"] <= 3
    assert test["wer"] < test["baselines"]["commonest text"]["wer"]
