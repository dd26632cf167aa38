"""The generic contract over layers, their variants and kernels."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from rnnapps.initializers import ChronoBias, OrthogonalPerGate
from rnnapps.kernels import KERNELS
from rnnapps.layers import GRU, LSTM, Bidirectional, SimpleRNN, Stacked
from tests import layer_checks
from tests.layer_checks import MASK, PADDED, assert_close, outputs_and_gradients, same_weights

VARIANTS = {
    "simple_rnn": lambda **kw: SimpleRNN(4, **kw),
    "simple_rnn-layer_norm": lambda **kw: SimpleRNN(4, layer_norm=True, **kw),
    "simple_rnn-zoneout": lambda **kw: SimpleRNN(4, zoneout=0.3, **kw),
    "lstm": lambda **kw: LSTM(4, **kw),
    "lstm-layer_norm": lambda **kw: LSTM(4, layer_norm=True, **kw),
    "lstm-zoneout": lambda **kw: LSTM(4, zoneout=0.3, zoneout_cell=0.2, **kw),
    "lstm-peephole": lambda **kw: LSTM(4, peephole=True, **kw),
    "lstm-projection": lambda **kw: LSTM(4, projection_units=3, **kw),
    "lstm-everything": lambda **kw: LSTM(
        4, layer_norm=True, zoneout=0.3, zoneout_cell=0.2, peephole=True, projection_units=3, **kw
    ),
    "lstm-backwards": lambda **kw: LSTM(4, go_backwards=True, **kw),
    "gru": lambda **kw: GRU(4, **kw),
    "gru-reset_before": lambda **kw: GRU(4, reset_after=False, **kw),
    "gru-layer_norm": lambda **kw: GRU(4, layer_norm=True, **kw),
    "gru-reset_before-layer_norm": lambda **kw: GRU(4, reset_after=False, layer_norm=True, **kw),
    "gru-zoneout": lambda **kw: GRU(4, zoneout=0.3, **kw),
    "gru-backwards": lambda **kw: GRU(4, go_backwards=True, **kw),
}
DROPPING = {
    "simple_rnn-dropout": lambda **kw: SimpleRNN(4, dropout=0.3, recurrent_dropout=0.2, seed=3, **kw),
    "lstm-dropout": lambda **kw: LSTM(4, dropout=0.3, recurrent_dropout=0.2, seed=3, **kw),
    "gru-dropout": lambda **kw: GRU(4, dropout=0.3, recurrent_dropout=0.2, seed=3, **kw),
    "lstm-zoneout-dropout": lambda **kw: LSTM(4, zoneout=0.3, zoneout_cell=0.2, dropout=0.3, seed=3, **kw),
}


def initialised(**kw):
    orthogonal, chrono = OrthogonalPerGate(seed=1), ChronoBias(9, units=4, seed=1)
    return LSTM(4, recurrent_initializer=orthogonal, bias_initializer=chrono, unit_forget_bias=False, **kw)


WRAPPED = {
    "bidirectional-lstm": lambda **kw: Bidirectional(LSTM(4, **kw)),
    "bidirectional-gru-sum": lambda **kw: Bidirectional(GRU(4, layer_norm=True, **kw), merge_mode="sum"),
    "bidirectional-stacked": lambda **kw: Bidirectional(Stacked(GRU(4), 2, **kw)),
    "stacked": lambda **kw: Stacked(LSTM(4, projection_units=3), 2, residual=True, dropout=0.2, **kw),
    "stacked-bidirectional": lambda **kw: Stacked([Bidirectional(GRU(2)), LSTM(4)], residual=True, **kw),
    "stacked-backwards": lambda **kw: Stacked([SimpleRNN(4), GRU(4)], go_backwards=True, **kw),
    "stacked-alternating": lambda **kw: Stacked([GRU(4), GRU(4, go_backwards=True)], residual=True, **kw),
    "lstm-initialised": initialised,
}
EVERYTHING = {**VARIANTS, **DROPPING, **WRAPPED}


def on_kernel(make, kernel: str):
    return lambda **kw: make(kernel=kernel, **kw)


name_of = lambda check: check.__name__


@pytest.mark.parametrize("check", layer_checks.CHECKS, ids=name_of)
@pytest.mark.parametrize("variant", [*VARIANTS, *WRAPPED])
def test_contract(variant, check):
    check(EVERYTHING[variant])


def outputs_and_gradients_on(kernel: str, make, weights_of, training: bool = False):
    layer = make(kernel=kernel, **layer_checks.ALL_OUTPUTS)
    same_weights(weights_of, layer)
    layer.cell.seed_generator.state.assign(weights_of.cell.seed_generator.state)
    return outputs_and_gradients(layer, PADDED, MASK, training=training)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_kernel_gives_the_outputs_and_gradients_of_the_reference(variant):
    weights = VARIANTS[variant]()
    weights.build(PADDED.shape)
    expected = outputs_and_gradients_on("reference", VARIANTS[variant], weights)
    for kernel in set(KERNELS) - {"reference"}:
        assert_close(outputs_and_gradients_on(kernel, VARIANTS[variant], weights), expected)


@pytest.mark.parametrize("variant", [*DROPPING, "lstm-zoneout", "gru-zoneout", "simple_rnn-zoneout"])
def test_every_kernel_draws_the_same_dropout_and_zoneout_from_the_same_seed(variant):
    make = EVERYTHING[variant]
    weights = make()
    weights.build(PADDED.shape)
    expected = outputs_and_gradients_on("reference", make, weights, training=True)
    # Keras's loop asks the cell step by step, where the others draw zoneout for all steps at once.
    unlike = {"reference", "keras"} if "zoneout" in variant else {"reference"}
    for kernel in set(KERNELS) - unlike:
        assert_close(outputs_and_gradients_on(kernel, make, weights, training=True), expected)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("variant", ["simple_rnn", "lstm-everything", "gru-layer_norm"])
def test_padding_changes_nothing_on_any_kernel(variant, kernel):
    layer_checks.a_padded_batch_equals_its_sequences_one_by_one(on_kernel(VARIANTS[variant], kernel))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("check", layer_checks.GRAPH_CHECKS, ids=name_of)
@pytest.mark.parametrize("variant", ["simple_rnn", "lstm-everything", "gru"])
def test_graph_contract_on_every_kernel(variant, check, kernel):
    check(on_kernel(VARIANTS[variant], kernel))


@pytest.mark.parametrize("check", layer_checks.GRAPH_CHECKS, ids=name_of)
@pytest.mark.parametrize("variant", ["lstm-zoneout-dropout", *WRAPPED])
def test_graph_contract(variant, check):
    check(EVERYTHING[variant])


@pytest.mark.parametrize("variant", EVERYTHING)
def test_a_model_file_gives_the_same_outputs(variant, tmp_path):
    layer_checks.a_model_file_gives_the_same_outputs(EVERYTHING[variant], tmp_path / "model.keras")


LOAD_WITHOUT_THE_PACKAGE = """
import sys
sys.modules["rnnapps"] = None  # any import of it, or from it, fails
import numpy as np
import tensorflow as tf
inputs = np.load("inputs.npz")
loaded = tf.saved_model.load("saved")
outputs = loaded.outputs(inputs["sequences"], inputs["mask"])
np.savez("outputs.npz", **{name: value.numpy() for name, value in outputs.items()})
"""


@pytest.fixture(scope="module")
def outputs_here_and_there(tmp_path_factory):
    """Outputs of all layers, here and from one SavedModel in a process that cannot import the package."""
    folder = tmp_path_factory.mktemp("saved_model")
    kernels = [(variant, kernel) for variant in ("simple_rnn", "lstm", "gru") for kernel in KERNELS]
    layers = {name: make(return_sequences=True) for name, make in EVERYTHING.items()}
    layers |= {f"{v}-{k}": VARIANTS[v](return_sequences=True, kernel=k) for v, k in kernels}
    for layer in layers.values():
        layer.build(PADDED.shape)
    module = tf.Module()
    # As keras.Model.export does: TensorFlow's own tracking does not find the seeds inside cells.
    module.state = [variable.value for layer in layers.values() for variable in layer.variables]
    module.outputs = tf.function(
        lambda sequences, mask: {name: layer(sequences, mask=mask) for name, layer in layers.items()},
        input_signature=[tf.TensorSpec((None, None, 4)), tf.TensorSpec((None, None), tf.bool)],
    )
    tf.saved_model.save(module, folder / "saved")
    np.savez(folder / "inputs.npz", sequences=PADDED, mask=MASK)
    run = subprocess.run(
        [sys.executable, "-c", LOAD_WITHOUT_THE_PACKAGE],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    here = {name: np.asarray(layer(PADDED, mask=MASK)) for name, layer in layers.items()}
    return here, np.load(folder / "outputs.npz")


@pytest.mark.parametrize("variant", EVERYTHING)
def test_a_saved_model_runs_where_the_package_cannot_be_imported(variant, outputs_here_and_there):
    here, there = outputs_here_and_there
    assert_close(there[variant], here[variant], atol=1e-6)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("variant", ["simple_rnn", "lstm", "gru"])
def test_a_saved_model_of_every_kernel_runs_where_the_package_cannot_be_imported(
    variant, kernel, outputs_here_and_there
):
    here, there = outputs_here_and_there
    assert_close(there[f"{variant}-{kernel}"], here[f"{variant}-{kernel}"], atol=1e-6)
