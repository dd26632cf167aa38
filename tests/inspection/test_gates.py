"""Gates over time are those of the plain step, whatever loop, mask or direction the layer has."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps.inspection.gates import gate_activations, gates_in, recurrent_parts
from rnnapps.kernels import LSTMParameters, reference
from rnnapps.kernels.gru import GRUSteps
from rnnapps.kernels.input_projection import project
from rnnapps.kernels.lstm import LSTMSteps
from rnnapps.layers import GRU, LSTM, AttentionDecoder, BahdanauAttention, Bidirectional, LSTMCell, SimpleRNN

RNG = np.random.default_rng(1)
X = RNG.normal(size=(2, 5, 3)).astype("float32")
MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], bool)
LAYERS = [SimpleRNN, LSTM, GRU]


def built(kind, **options):
    keras.utils.set_random_seed(2)
    layer = kind(4, return_sequences=True, **options)
    layer(X)
    return layer


def test_the_gates_of_one_lstm_step_are_those_worked_out_by_hand():
    one = tf.ones((1, 1))
    p = LSTMParameters(
        kernel=tf.constant([[0.0, 1.0, 2.0, -1.0]]),
        recurrent_kernel=tf.zeros((1, 4)),
        bias=None,
        activation=tf.tanh,
        recurrent_activation=tf.sigmoid,
    )
    _, gates = reference.gated_step(one, (one, one), p)
    # sigmoid(0), sigmoid(1), tanh(2), sigmoid(-1)
    expected = {"input gate": 0.5, "forget gate": 0.73105858, "candidate": 0.96402758, "output gate": 0.26894142}
    assert {name: value.numpy().item() for name, value in gates.items()} == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("options", [{}, {"layer_norm": True}, {"zoneout": 0.3}, {"go_backwards": True}])
def test_the_output_is_the_layers_own(kind, options):
    layer = built(kind, **options)
    own = layer(X, mask=tf.constant(MASK)).numpy()
    found = gate_activations(layer, X, mask=MASK).output
    found = found[:, ::-1] if layer.go_backwards else found  # the layer gives its outputs in the order of its reading
    mask = MASK[:, ::-1] if layer.go_backwards else MASK
    np.testing.assert_allclose(found[mask], own[mask], atol=1e-5)


def test_lstm_gates_equal_those_of_the_hand_derived_loop():
    layer = built(LSTM, peephole=True)
    found = gate_activations(layer, X)
    parameters = layer.cell.parameters(False, X[:, 0], None)
    steps, projected = LSTMSteps(parameters), project(tf.transpose(X, (1, 0, 2)), parameters)
    states = (tf.zeros((2, 4)), tf.zeros((2, 4)))
    for t in range(5):
        states, (gates,) = steps.forward(projected[t], states)
        here = [found.values[name][:, t] for name in ("input gate", "forget gate", "candidate", "output gate")]
        np.testing.assert_allclose(np.concatenate(here, axis=-1), gates, atol=1e-5)
        np.testing.assert_allclose(found.values["cell state"][:, t], states[1], atol=1e-5)


def test_gru_gates_equal_those_of_the_hand_derived_loop():
    layer = built(GRU)
    found = gate_activations(layer, X)
    parameters = layer.cell.parameters(False, X[:, 0], None)
    steps, projected = GRUSteps(parameters), project(tf.transpose(X, (1, 0, 2)), parameters)
    states = (tf.zeros((2, 4)),)
    for t in range(5):
        old, (states, _) = states[0].numpy(), steps.forward(projected[t], states)
        z, candidate = found.values["update gate"][:, t], found.values["candidate"][:, t]
        np.testing.assert_allclose(z * old + (1 - z) * candidate, states[0], atol=1e-5)


def test_masked_steps_have_no_gates():
    found = gate_activations(built(LSTM), X, mask=MASK)
    assert np.isnan(found.values["forget gate"][1, 3:]).all() and not np.isnan(found.values["forget gate"][0]).any()


def test_a_row_has_its_valid_steps_only():
    found = gate_activations(built(LSTM), X, mask=MASK)
    assert found.row(1)["output"].shape == (3, 4)


def test_what_a_model_gives_its_layers_is_what_their_gates_are_of():
    model = keras.Sequential([keras.layers.Dense(3), Bidirectional(GRU(4, return_sequences=True))])
    model(X)
    found = gates_in(model, lambda: model(X))
    forward = next(layer for name, layer in recurrent_parts(model).items() if "forward" in name)
    expected = gate_activations(forward, model.layers[0](X))
    name = next(name for name in found if "forward" in name)
    np.testing.assert_array_equal(found[name].values["reset gate"], expected.values["reset gate"])


def test_the_forward_layer_comes_before_the_backward_one():
    model = keras.Sequential([Bidirectional(GRU(4, return_sequences=True))])
    model(X)
    assert ["backward" in name for name in recurrent_parts(model)] == [False, True]


def test_the_cell_of_an_attention_decoder_has_gates_at_every_target_step():
    decoder = AttentionDecoder(LSTMCell(4), BahdanauAttention(3), readout_units=None)
    model = keras.Sequential([decoder])
    target = RNG.normal(size=(2, 6, 3)).astype("float32")
    outputs = decoder(target, values=X, mask=tf.constant(MASK))
    found = gates_in(model, lambda: decoder(target, values=X, mask=tf.constant(MASK)))
    (gates,) = found.values()
    # features are [output; context; input]: the first four are the cell's.
    np.testing.assert_allclose(gates.output, outputs[..., :4], atol=1e-5)


def decoding(**options):
    cell = LSTMCell(4, **options)
    return keras.Sequential([AttentionDecoder(cell, BahdanauAttention(3), readout_units=None, name="decoder")])


def test_zoneout_is_in_the_states_of_a_decoders_cell():
    model = decoding(zoneout=0.3, zoneout_cell=0.4)
    target = RNG.normal(size=(2, 6, 3)).astype("float32")
    outputs = model.layers[0](target, values=X)
    (gates,) = gates_in(model, lambda: model.layers[0](target, values=X)).values()
    np.testing.assert_allclose(gates.output, outputs[..., :4], atol=1e-5)


def test_of_a_decoder_that_runs_twice_the_last_time_is_shown():
    model = decoding()
    first, last = (RNG.normal(size=(2, 6, 3)).astype("float32") for _ in range(2))
    decoder = model.layers[0]
    (gates,) = gates_in(model, lambda: [decoder(target, values=X) for target in (first, last)]).values()
    assert gates.output.shape == (2, 6, 4)
    np.testing.assert_allclose(gates.output, decoder(last, values=X)[..., :4], atol=1e-5)


def test_what_did_not_run_has_no_gates():
    model = decoding()
    model.layers[0](X, values=X)
    assert gates_in(model, lambda: None) == {}


def test_a_model_is_as_it_was_after_a_look():
    model = keras.Sequential([GRU(4, return_sequences=True)])
    before = model(X).numpy()
    gates_in(model, lambda: model(X))
    assert "inner_loop" not in model.layers[0].__dict__
    np.testing.assert_array_equal(model(X), before)


def test_an_unknown_layer_is_an_error_that_lists_them():
    model = keras.Sequential([GRU(4, name="only")])
    model(X)
    with pytest.raises(ValueError, match="'other' is none of the model's: only"):
        gates_in(model, lambda: None, ["other"])


@pytest.mark.parametrize(
    ("layer", "message"), [(keras.layers.Dense(3), "expected a SimpleRNN"), (GRU(3), "has no weights yet")]
)
def test_what_has_no_gates_is_refused(layer, message):
    with pytest.raises(ValueError, match=message):
        gate_activations(layer, X)
