"""The generic contract over all layers."""

import subprocess
import sys
from functools import partial

import numpy as np
import pytest
import tensorflow as tf

from rnnapps.kernels import KERNELS
from rnnapps.layers import LSTM
from tests import layer_checks
from tests.layer_checks import MASK, PADDED, assert_close
from tests.layers.subjects import ATTENTION, CONFIGURED, DROPPING, RECURRENT, SUBJECTS, recurrent
from tests.recurrent_checks import RECURRENT_CHECKS

name_of = lambda check: check.__name__
# The others differ in their config and in what a model file holds, not in what is called here.
CALLED = [name for name in SUBJECTS if name not in {**DROPPING, **CONFIGURED}]
# Graphs take long to make: these hold every line of code that the others would trace again.
TRACED = [
    *["simple_rnn-everything", "lstm", "lstm-everything", "lstm-zoneout-dropout"],
    *["gru-everything", "gru-reset_before-layer_norm"],
    *["bidirectional-gru-sum", "stacked", "stacked-alternating"],
    *ATTENTION,
    *["decoder-bahdanau", "decoder-input_feeding", "decoder-stacked", "decoder-tied"],
]
GRAPH_CHECKS = [
    # The SavedModel below is a graph of unknown batch and time too.
    pytest.param(layer_checks.batch_and_time_may_be_unknown_in_a_graph, marks=pytest.mark.slow),
    layer_checks.fit_takes_a_step_that_moves_every_weight,
]


@pytest.mark.parametrize("check", layer_checks.CHECKS, ids=name_of)
@pytest.mark.parametrize("name", CALLED)
def test_contract(name, check):
    check(SUBJECTS[name])


@pytest.mark.parametrize("check", RECURRENT_CHECKS, ids=name_of)
@pytest.mark.parametrize("name", [name for name in CALLED if name in RECURRENT])
def test_recurrent_contract(name, check):
    check(SUBJECTS[name])


@pytest.mark.filterwarnings("ignore:The model does not have any trainable weights")  # luong-dot has none
@pytest.mark.parametrize("check", GRAPH_CHECKS, ids=name_of)
@pytest.mark.parametrize("name", TRACED)
def test_graph_contract(name, check):
    check(SUBJECTS[name])


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_model_file_gives_the_same_outputs(name, tmp_path):
    layer_checks.a_model_file_gives_the_same_outputs(SUBJECTS[name], tmp_path / "model.keras")


ON_KERNELS = {f"lstm-on_{kernel}": recurrent(partial(LSTM, 4, kernel=kernel)) for kernel in KERNELS}
LOAD_WITHOUT_THE_PACKAGE = """
import sys
sys.modules["rnnapps"] = None  # any import of it, or from it, fails
import numpy as np
import tensorflow as tf
inputs = np.load("inputs.npz")
loaded = tf.saved_model.load("saved")
outputs = loaded.outputs(dict(inputs))
np.savez("outputs.npz", **{name: value.numpy() for name, value in outputs.items()})
"""


@pytest.fixture(scope="module")
def outputs_here_and_there(tmp_path_factory):
    """Outputs of all layers, here and from one SavedModel in a process that cannot import the package."""
    folder = tmp_path_factory.mktemp("saved_model")
    subjects = {name: SUBJECTS[name] for name in TRACED} | ON_KERNELS
    layers = {name: subject.make() for name, subject in subjects.items()}
    inputs = {"sequences": PADDED, "mask": MASK}
    inputs |= {f"{name}-{i}": x for name, subject in subjects.items() for i, x in enumerate(subject.leading)}

    def outputs(inputs):
        return {
            f"{name}-{i}": output
            for name, subject in subjects.items()
            for i, output in enumerate(
                subject.run(
                    layers[name],
                    [*[inputs[f"{name}-{i}"] for i in range(len(subject.leading))], inputs["sequences"]],
                    inputs["mask"],
                )
            )
        }

    here = {name: value.numpy() for name, value in outputs(inputs).items()}
    module = tf.Module()
    # As keras.Model.export does: TensorFlow's own tracking does not find the seeds inside cells.
    module.state = [variable.value for layer in layers.values() for variable in layer.variables]
    signature = {name: tf.TensorSpec((None, None, *x.shape[2:]), x.dtype) for name, x in inputs.items()}
    module.outputs = tf.function(outputs, input_signature=[signature])
    tf.saved_model.save(module, folder / "saved")
    np.savez(folder / "inputs.npz", **inputs)
    code = [sys.executable, "-c", LOAD_WITHOUT_THE_PACKAGE]
    run = subprocess.run(code, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return here, np.load(folder / "outputs.npz")


@pytest.mark.parametrize("name", [*TRACED, *ON_KERNELS])
def test_a_saved_model_runs_where_the_package_cannot_be_imported(name, outputs_here_and_there):
    here, there = outputs_here_and_there
    own = [key for key in here if key.rpartition("-")[0] == name]
    assert own
    assert_close([there[key] for key in own], [here[key] for key in own], atol=1e-6)
