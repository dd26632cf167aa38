"""SimpleRNN, LSTM and GRU against the keras.layers of the same name, with the same weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps import layers

PAIRS = {
    "simple_rnn": (layers.SimpleRNN, keras.layers.SimpleRNN),
    "lstm": (layers.LSTM, keras.layers.LSTM),
    "gru": (layers.GRU, keras.layers.GRU),
}
U, D = 4, 3
ARGUMENTS = [
    {},
    {"use_bias": False},
    {"go_backwards": True},
    {"unroll": True},
    {"zero_output_for_mask": True},
    {"activation": "relu"},
    {"activation": None},
    {"activation": "gelu"},
]
LSTM_AND_GRU = [{"recurrent_activation": "hard_sigmoid"}, {"implementation": 1}]
CASES = [
    *[(name, arguments) for name in PAIRS for arguments in ARGUMENTS],
    *[(name, arguments) for name in ("lstm", "gru") for arguments in LSTM_AND_GRU],
    ("lstm", {"unit_forget_bias": False}),
    ("gru", {"reset_after": False}),
    ("gru", {"reset_after": False, "use_bias": False, "go_backwards": True}),
]
MASKS = {
    "none": lambda steps: None,
    "right": lambda steps: np.arange(steps) < np.array([[steps], [max(steps // 2, 1)], [1]]),
    "left": lambda steps: np.arange(steps) >= np.array([[0], [steps // 2], [steps - 1]]),
    "holes": lambda steps: (np.arange(steps) * np.array([[3], [5], [7]])) % 4 < 2,
}


def sequences(steps: int) -> np.ndarray:
    return np.random.default_rng(steps).normal(size=(3, steps, D)).astype("float32")


def pair(name: str, steps: int = 5, **arguments):
    """Our layer and Keras's with the same random weights."""
    ours, theirs = (layer(U, **arguments) for layer in PAIRS[name])
    ours.build((3, steps, D))
    theirs.build((3, steps, D))
    draw = np.random.default_rng(1)
    ours.set_weights([draw.normal(scale=0.5, size=weight.shape) for weight in ours.weights])
    theirs.set_weights(ours.get_weights())
    return ours, theirs


def outputs_and_gradients(layer, inputs, mask=None, initial_state=None, **call):
    watched = [tf.constant(inputs), *map(tf.constant, initial_state or [])]
    with tf.GradientTape() as tape:
        tape.watch(watched)
        outputs = layer(watched[0], initial_state=watched[1:] or None, mask=mask, **call)
        outputs = keras.tree.flatten(outputs)
        loss = tf.add_n([tf.reduce_sum(part * factors(part.shape)) for part in outputs])
    return outputs, tape.gradient(loss, watched + [variable.value for variable in layer.trainable_variables])


def factors(shape) -> np.ndarray:
    """Different for every entry: a gradient that mixes up steps or units cannot hide."""
    return np.cos(np.arange(np.prod(shape), dtype="float32")).reshape(shape)


def assert_equal(ours, theirs, inputs, mask=None, initial_state=None, **call) -> None:
    outputs, gradients = outputs_and_gradients(ours, inputs, mask, initial_state, **call)
    expected, expected_gradients = outputs_and_gradients(theirs, inputs, mask, initial_state, **call)
    for own, other in zip(outputs, expected, strict=True):
        np.testing.assert_allclose(own, other, atol=1e-5)
    for own, other in zip(gradients, expected_gradients, strict=True):
        np.testing.assert_allclose(own, other, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("mask", ["none", "holes"])
@pytest.mark.parametrize(("name", "arguments"), CASES, ids=str)
def test_outputs_states_and_gradients_equal_those_of_keras(name, arguments, mask):
    ours, theirs = pair(name, return_sequences=True, return_state=True, **arguments)
    assert_equal(ours, theirs, sequences(5), MASKS[mask](5))


@pytest.mark.parametrize(
    ("steps", "mask"), [*[(steps, mask) for steps in (1, 2) for mask in MASKS], (50, "none"), (50, "holes")]
)
@pytest.mark.parametrize("name", PAIRS)
def test_short_and_long_sequences_equal_those_of_keras_under_every_kind_of_mask(name, steps, mask):
    ours, theirs = pair(name, steps, return_state=True)
    assert_equal(ours, theirs, sequences(steps), MASKS[mask](steps))


@pytest.mark.parametrize("mask", ["none", "left"])
@pytest.mark.parametrize("name", PAIRS)
def test_an_initial_state_and_its_gradient_equal_those_of_keras(name, mask):
    ours, theirs = pair(name, return_sequences=True, return_state=True)
    states = [np.random.default_rng(2).normal(size=(3, U)).astype("float32") for _ in ours.state_size]
    assert_equal(ours, theirs, sequences(5), MASKS[mask](5), states)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("name", PAIRS)
def test_a_graph_of_unknown_batch_and_time_equals_keras(name, masked):
    ours, theirs = pair(name, return_sequences=True)
    signature = [tf.TensorSpec((None, None, D)), tf.TensorSpec((None, None), tf.bool)]
    graph = tf.function(lambda x, m: ours(x, mask=m if masked else None), input_signature=signature)
    for steps in (2, 5):
        mask = MASKS["holes"](steps)
        expected = theirs(sequences(steps), mask=mask if masked else None)
        np.testing.assert_allclose(graph(sequences(steps), mask), expected, atol=1e-5)


@pytest.mark.parametrize("name", PAIRS)
def test_stateful_calls_carry_on_and_reset_like_keras(name):
    ours, theirs = pair(name, stateful=True, return_sequences=True)
    for call in range(3):
        if call == 2:
            ours.reset_state()
            theirs.reset_state()
        mask = MASKS["right"](5)
        np.testing.assert_allclose(ours(sequences(5), mask=mask), theirs(sequences(5), mask=mask), atol=1e-5)


@pytest.mark.parametrize(
    "arguments", [{"dropout": 0.4}, {"recurrent_dropout": 0.4}, {"dropout": 0.3, "recurrent_dropout": 0.3}], ids=str
)
@pytest.mark.parametrize("name", PAIRS)
def test_the_same_seed_drops_what_keras_drops(name, arguments):
    ours, theirs = pair(name, return_sequences=True, seed=11, **arguments)
    assert_equal(ours, theirs, sequences(5), MASKS["right"](5), training=True)
    assert_equal(ours, theirs, sequences(5), training=True)  # and goes on with the same draws


@pytest.mark.parametrize(("policy", "atol"), [("mixed_float16", 4e-3), ("mixed_bfloat16", 3e-2), ("float64", 1e-10)])
@pytest.mark.parametrize("name", PAIRS)
def test_other_precisions_equal_keras_to_their_rounding(name, policy, atol):
    ours, theirs = pair(name, return_sequences=True, dtype=policy)
    own, other = (layer(sequences(5), mask=MASKS["right"](5)) for layer in (ours, theirs))
    assert own.dtype == other.dtype
    np.testing.assert_allclose(tf.cast(own, "float64"), tf.cast(other, "float64"), atol=atol)


@pytest.mark.parametrize("name", PAIRS)
def test_weights_have_the_names_shapes_and_order_of_keras(name):
    ours, theirs = pair(name)
    own, other = ([(weight.name, weight.shape) for weight in layer.weights] for layer in (ours, theirs))
    assert own == other


@pytest.mark.parametrize("name", PAIRS)
def test_a_keras_config_makes_our_layer(name):
    _, theirs = pair(name, return_sequences=True, dropout=0.2)
    ours = PAIRS[name][0].from_config(theirs.get_config())
    ours.build((3, 5, D))
    ours.set_weights(theirs.get_weights())
    np.testing.assert_allclose(ours(sequences(5)), theirs(sequences(5)), atol=1e-5)


@pytest.mark.parametrize("name", PAIRS)
def test_a_weights_file_of_keras_loads_into_our_layer(name, tmp_path):
    _, theirs = pair(name)
    inputs = keras.Input((5, D))
    keras.Model(inputs, theirs(inputs)).save_weights(tmp_path / "keras.weights.h5")
    model = keras.Model(inputs, PAIRS[name][0](U)(inputs))
    model.load_weights(tmp_path / "keras.weights.h5")
    np.testing.assert_allclose(model(sequences(5)), theirs(sequences(5)), atol=1e-5)
