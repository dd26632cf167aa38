"""Running a LiteRT model in a process that has LiteRT and NumPy, and nothing of TensorFlow or of this project."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

RUNNER = """
import json, sys
import numpy as np
from ai_edge_litert.interpreter import Interpreter

model, signature, inputs, outputs = sys.argv[1:]
run = Interpreter(model, num_threads=1).get_signature_runner(signature)
given, found = np.load(inputs), {}
for row in sorted({name.partition("/")[0] for name in given}, key=int):
    answer = run(**{name.partition("/")[2]: given[name] for name in given if name.startswith(f"{row}/")})
    found |= {f"{row}/{name}": value for name, value in answer.items()}
np.savez(outputs, **found)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
UNWANTED = {"tensorflow", "keras", "rnnapps", "rnnapps_apps", "apps"}


def litert_answers(model: Path, rows: list[dict], folder: Path, signature: str = "serving_default") -> list[dict]:
    """What `model` answers to rows of named arrays, one after the other.

    Raises:
        AssertionError: the process failed, or needed more than it should.
    """
    inputs, outputs = folder / "inputs.npz", folder / "outputs.npz"
    np.savez(inputs, **{f"{number}/{name}": value for number, row in enumerate(rows) for name, value in row.items()})
    command = [sys.executable, "-I", "-c", RUNNER, str(model), signature, str(inputs), str(outputs)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not UNWANTED & set(json.loads(done.stdout.splitlines()[-1]))
    found = np.load(outputs)
    return [
        {name.partition("/")[2]: found[name] for name in found if name.startswith(f"{number}/")}
        for number in range(len(rows))
    ]
