import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps import layers
from rnnapps.training import gradient_norms


def compiled(inputs, outputs, loss="mse"):
    model = keras.Model(inputs, outputs)
    model.compile("sgd", loss)
    return model


def linear_network(a, steps=6, **options):
    """h_t = W x_t + a h_{t-1}: what reaches h_t through the later steps is a^(T - t) times what reaches h_T."""
    inputs = keras.Input((steps, 3))
    recurrent = keras.initializers.Identity(a)
    layer = keras.layers.SimpleRNN(3, activation="linear", recurrent_initializer=recurrent, **options)
    return compiled(inputs, layer(inputs))


def probe(steps=6, rows=2, seed=0):
    return np.random.default_rng(seed).normal(size=(rows, steps, 3)).astype("float32")


def only(norms):
    (curve,) = norms.states.values()
    return curve


@pytest.mark.parametrize("a", [0.5, 1.0, 1.1])
def test_a_linear_network_passes_the_power_of_its_recurrent_weight_back(a):
    model, x = linear_network(a), probe()
    h_last = model(x).numpy()
    # L = mean of (h_T - 1)^2 over 2 rows and 3 units.
    last = np.linalg.norm(2 * (h_last - 1) / 6)
    expected = last * a ** np.arange(5, -1, -1.0)
    np.testing.assert_allclose(only(gradient_norms(model, x, np.ones((2, 3)))), expected, rtol=1e-5)


def test_a_backward_layer_is_shown_by_position_in_the_sequence():
    curve = only(gradient_norms(linear_network(0.5, go_backwards=True), probe(), np.ones((2, 3))))
    np.testing.assert_allclose(curve[1:] / curve[:-1], 0.5, rtol=1e-5)


def test_the_weight_norm_is_that_of_an_ordinary_gradient():
    model, x, y = linear_network(0.7), probe(), np.ones((2, 3), "float32")
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(x) - y) ** 2)
    expected = tf.linalg.global_norm(tape.gradient(loss, [v.value for v in model.trainable_variables]))
    (norm,) = gradient_norms(model, x, y).weights.values()
    assert norm == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize("library", [keras.layers, layers])
@pytest.mark.parametrize("kind", ["SimpleRNN", "LSTM", "GRU"])
def test_the_total_derivative_is_what_a_nudge_of_the_state_costs(library, kind):
    # The gradient at the last step but one, held against a layer cut there and started from its states.
    inputs = keras.Input((5, 3))
    layer = getattr(library, kind)(4)
    model = compiled(inputs, layer(inputs))
    x, y = probe(5), np.ones((2, 4), "float32")
    states = keras.tree.flatten(layer.cell.get_initial_state(2))
    for step in range(4):
        _, states = layer.cell(x[:, step], states)
    states = keras.tree.flatten(states)
    with tf.GradientTape() as tape:
        tape.watch(states[0])
        loss = tf.reduce_mean((layer.cell(x[:, 4], states)[0] - y) ** 2)
    expected = np.linalg.norm(tape.gradient(loss, states[0]))
    (curve,) = [curve for name, curve in gradient_norms(model, x, y).states.items() if name.endswith(" h")]
    np.testing.assert_allclose(curve[3], expected, rtol=1e-4)


def test_padded_steps_have_no_gradient_and_change_nothing():
    inputs, mask = keras.Input((6, 3)), keras.Input((6,), dtype="bool")
    model = compiled([inputs, mask], keras.layers.Bidirectional(keras.layers.LSTM(2))(inputs, mask=mask))
    x, y = probe(), np.ones((2, 4))
    padded = gradient_norms(model, [x, tf.sequence_mask([4, 4], 6)], y).states
    cut = compiled([short := keras.Input((4, 3))], model.layers[-1](short, mask=None))
    alone = gradient_norms(cut, x[:, :4], y).states
    assert len(padded) == 4
    for (name, curve), other in zip(padded.items(), alone.values(), strict=True):
        np.testing.assert_allclose(curve, [*other, 0, 0], rtol=1e-4, err_msg=name)


def test_stacked_cells_have_a_curve_for_each_state():
    inputs = keras.Input((6, 3))
    stack = keras.layers.RNN([keras.layers.GRUCell(3), keras.layers.LSTMCell(2)], name="stack")
    curves = gradient_norms(compiled(inputs, stack(inputs)), probe(), np.ones((2, 2))).states
    assert {name: curve.shape for name, curve in curves.items()} == {
        "stack/1 h": (6,),
        "stack/2 h": (6,),
        "stack/2 c": (6,),
    }


def test_nothing_of_the_model_is_changed():
    inputs = keras.Input(batch_shape=(2, 6, 3))
    x = keras.layers.BatchNormalization()(keras.layers.Dropout(0.5)(inputs))
    layer = keras.layers.LSTM(3, stateful=True)
    model = compiled(inputs, layer(x))
    model.train_on_batch(probe(), np.ones((2, 3)))
    before = [variable.numpy() for variable in [*model.variables, *layer.states, *model.metrics_variables]]
    gradient_norms(model, probe(seed=1), np.zeros((2, 3)))
    after = [variable.numpy() for variable in [*model.variables, *layer.states, *model.metrics_variables]]
    for there, here in zip(before, after, strict=True):
        np.testing.assert_array_equal(there, here)


def test_the_layers_are_as_before_even_after_an_error():
    model = linear_network(0.5)
    with pytest.raises(ValueError):
        gradient_norms(model, np.zeros((2, 6, 7), "float32"), np.ones((2, 3)))
    layer = model.layers[-1]
    assert not {"inner_loop", "use_cudnn"} & layer.__dict__.keys()
    assert "call" not in layer.cell.__dict__
    assert layer.unroll is False


def test_a_model_whose_call_knows_no_training_argument_is_measured_too():
    class Last(keras.Model):
        def __init__(self):
            super().__init__()
            self.recurrent = keras.layers.GRU(2)

        def call(self, inputs):
            return self.recurrent(inputs)

    model = Last()
    model.compile("sgd", "mse")
    model(probe())
    assert [curve.shape for curve in gradient_norms(model, probe(), np.ones((2, 2))).states.values()] == [(6,)]


class Decoding(keras.Model):
    def __init__(self):
        super().__init__()
        self.decoder = layers.AttentionDecoder(layers.GRUCell(4), layers.BahdanauAttention(2), name="decoder")

    def call(self, inputs):
        return self.decoder(inputs, values=inputs)


def test_an_attention_decoder_has_a_curve_whatever_kernel_it_trains_with():
    model, x = Decoding(), probe(5)
    model.compile("sgd", "mse")
    features = model(x).numpy()  # [state; context; input]
    curves = gradient_norms(model, x, np.ones_like(features)).states
    assert list(curves) == ["decoder h"] and curves["decoder h"].shape == (5,)
    # Nothing comes after the last state: L is the mean of (features - 1)^2, and it is in four of them.
    last = np.linalg.norm(2 * (features[:, -1, :4] - 1) / features.size)
    assert curves["decoder h"][-1] == pytest.approx(last, rel=1e-5)


def test_the_forward_direction_comes_before_the_backward_one():
    inputs = keras.Input((5, 3))
    model = compiled(inputs, layers.Bidirectional(layers.GRU(2))(inputs))
    names = list(gradient_norms(model, probe(5), np.ones((2, 4))).states)
    assert names == ["bidirectional/forward_gru h", "bidirectional/backward_gru h"]


def test_every_trained_weight_is_in_one_layer():
    model, x = Decoding(), probe(5)
    model.compile("sgd", "mse")
    y = np.ones_like(model(x))
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(x) - y) ** 2)
    whole = tf.linalg.global_norm(tape.gradient(loss, [v.value for v in model.trainable_variables]))
    norms = gradient_norms(model, x, y).weights
    assert np.linalg.norm(list(norms.values())) == pytest.approx(float(whole), rel=1e-5)
