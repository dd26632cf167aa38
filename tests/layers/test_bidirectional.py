import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps.layers.bidirectional import Bidirectional

SEQUENCES = np.random.default_rng(0).normal(size=(3, 5, 4)).astype("float32")
MASK = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [0, 1, 0, 1, 0]], bool)
MODES = ["concat", "sum", "mul", "ave", None]


def flat(outputs) -> list[np.ndarray]:
    return [np.asarray(part) for part in keras.tree.flatten(outputs)]


def keras_twin(layer: Bidirectional) -> keras.layers.Bidirectional:
    """Keras's layer with the same configuration and weights."""
    twin = keras.layers.Bidirectional.from_config(layer.get_config())
    twin.build(SEQUENCES.shape)
    twin.set_weights(layer.get_weights())
    return twin


@pytest.mark.parametrize("recurrent", [keras.layers.SimpleRNN, keras.layers.GRU, keras.layers.LSTM])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("return_sequences", [False, True])
def test_outputs_and_states_equal_those_of_keras_with_the_same_weights(recurrent, mode, return_sequences):
    layer = Bidirectional(recurrent(3, return_sequences=return_sequences, return_state=True), merge_mode=mode)
    ours = flat(layer(SEQUENCES, mask=MASK))
    for own, other in zip(ours, flat(keras_twin(layer)(SEQUENCES, mask=MASK)), strict=True):
        np.testing.assert_allclose(own, other, atol=1e-6)


def test_weights_stand_in_keras_order_and_shapes():
    layer = Bidirectional(keras.layers.LSTM(3))
    layer.build(SEQUENCES.shape)
    names = [weight.path.split("/")[-3:] for weight in layer.weights]
    assert [weight.shape for weight in layer.weights] == [(4, 12), (3, 12), (12,)] * 2
    assert [name[0].split("_")[0] for name in names] == ["forward"] * 3 + ["backward"] * 3


def test_padded_steps_are_zero_whatever_the_layer_says():
    layer = Bidirectional(keras.layers.GRU(3, return_sequences=True, zero_output_for_mask=False))
    np.testing.assert_array_equal(np.asarray(layer(SEQUENCES, mask=MASK))[~MASK], 0.0)


def test_flat_states_come_back_as_initial_state():
    layer = Bidirectional(keras.layers.LSTM(3, return_state=True))
    _, *states = layer(SEQUENCES)
    half = flat(layer(SEQUENCES[:, 2:], initial_state=list(layer(SEQUENCES[:, :2])[1:])))
    assert len(states) == 4
    np.testing.assert_allclose(half[1], states[0], atol=1e-6)  # the forward direction goes on where it was


def test_stateful_with_return_state_accepts_a_mask_that_keras_refuses():
    make = lambda wrapper: wrapper(keras.layers.GRU(3, stateful=True, return_sequences=True, return_state=True))
    with pytest.raises(TypeError):
        make(keras.layers.Bidirectional)(SEQUENCES, mask=tf.constant(MASK))
    output, forward, backward = make(Bidirectional)(SEQUENCES, mask=tf.constant(MASK))
    assert (output.shape, forward.shape, backward.shape) == ((3, 5, 6), (3, 3), (3, 3))


def test_stateful_carries_both_directions_on_and_reset_forgets():
    layer = Bidirectional(keras.layers.GRU(3, stateful=True))
    first, second = (np.asarray(layer(SEQUENCES)) for _ in range(2))
    layer.reset_state()
    np.testing.assert_array_equal(layer(SEQUENCES), first)
    assert np.abs(first - second)[:, :3].max() > 1e-3
    assert np.abs(first - second)[:, 3:].max() > 1e-3


def test_a_mask_that_comes_with_the_tensor_is_kept_beside_an_initial_state():
    layer = Bidirectional(keras.layers.GRU(3))
    states = [np.ones((3, 3), "float32")] * 2
    masked = keras.layers.Masking()(SEQUENCES * MASK[:, :, None])
    explicit = layer(SEQUENCES, initial_state=states, mask=MASK)
    np.testing.assert_allclose(layer(masked, initial_state=states), explicit, atol=1e-6)


@pytest.mark.parametrize("mode", ["concat", None])
def test_the_mask_reaches_the_next_layer(mode):
    layer = Bidirectional(keras.layers.GRU(3, return_sequences=True), merge_mode=mode)
    for output in keras.tree.flatten(layer(SEQUENCES, mask=tf.constant(MASK))):
        np.testing.assert_array_equal(output._keras_mask, MASK)


def test_the_mask_of_a_reversed_output_is_reversed():
    layer = Bidirectional(
        keras.layers.GRU(3, return_sequences=True, go_backwards=True),
        backward_layer=keras.layers.GRU(3, return_sequences=True),
    )
    output = layer(SEQUENCES, mask=tf.constant(MASK))
    np.testing.assert_array_equal(output._keras_mask, MASK[:, ::-1])
    np.testing.assert_array_equal(np.any(output, axis=-1), MASK[:, ::-1])


def dropout_masks(layer) -> list[np.ndarray]:
    """The input dropout (1, 50) that each direction draws."""
    cells = [layer.forward_layer.cell, layer.backward_layer.cell]
    return [np.asarray(cell.get_dropout_mask(tf.ones((1, 50)))) for cell in cells]


def test_the_two_directions_draw_different_dropout_from_one_seed():
    recurrent = keras.layers.GRU(3, dropout=0.5, seed=7)
    forward, backward = dropout_masks(Bidirectional(recurrent))
    assert np.any(forward != backward)
    keras_forward, keras_backward = dropout_masks(keras.layers.Bidirectional(recurrent))
    np.testing.assert_array_equal(keras_forward, keras_backward)


def test_a_seeded_initializer_starts_the_two_directions_from_different_weights():
    layer = Bidirectional(keras.layers.GRU(3, kernel_initializer=keras.initializers.GlorotUniform(seed=7)))
    layer.build(SEQUENCES.shape)
    forward, backward = layer.forward_layer.cell.kernel, layer.backward_layer.cell.kernel
    assert np.abs(np.asarray(forward) - np.asarray(backward)).max() > 1e-3


def test_the_seed_of_a_given_backward_layer_is_its_own():
    layer = Bidirectional(keras.layers.GRU(3, seed=7), backward_layer=keras.layers.GRU(3, seed=7, go_backwards=True))
    assert layer.backward_layer.cell.seed == 7


def test_seeds_do_not_move_when_the_layer_is_saved_and_loaded_again():
    layer = Bidirectional(keras.layers.GRU(3, seed=7))
    again = Bidirectional.from_config(Bidirectional.from_config(layer.get_config()).get_config())
    assert (again.forward_layer.cell.seed, again.backward_layer.cell.seed) == (7, 8)


def test_directions_of_different_width_are_concatenated():
    layer = Bidirectional(
        keras.layers.GRU(3, return_sequences=True),
        backward_layer=keras.layers.LSTM(2, return_sequences=True, go_backwards=True),
    )
    assert layer(keras.Input((5, 4))).shape == (None, 5, 5)
    assert layer(SEQUENCES).shape == (3, 5, 5)


def test_a_backward_layer_keeps_its_own_use_cudnn():
    layer = Bidirectional(keras.layers.LSTM(3), backward_layer=keras.layers.LSTM(3, go_backwards=True, use_cudnn=False))
    assert (layer.forward_layer.use_cudnn, layer.backward_layer.use_cudnn) == ("auto", False)


@pytest.mark.parametrize(
    ("recurrent", "fused"),
    [(keras.layers.LSTM, "bidirectional_lstm"), (keras.layers.GRU, "bidirectional_gru")],
)
def test_no_fused_bidirectional_call_goes_past_the_two_layers(monkeypatch, recurrent, fused):
    called = []
    # Keras 3.12 has no such function yet.
    monkeypatch.setattr(f"keras.src.backend.{fused}", lambda *args, **kwargs: called.append(fused), raising=False)
    layer = Bidirectional(recurrent(3))
    layer(SEQUENCES)
    layer(SEQUENCES)  # Keras tries it once both directions are built
    assert called == []


def test_weights_are_set_when_the_layer_is_built():
    trained = Bidirectional(keras.layers.GRU(3))
    expected = np.asarray(trained(SEQUENCES))
    layer = Bidirectional(keras.layers.GRU(3), weights=trained.get_weights())
    np.testing.assert_array_equal(layer(SEQUENCES), expected)


def test_directions_that_go_the_same_way_are_an_error():
    with pytest.raises(ValueError, match="go_backwards"):
        Bidirectional(keras.layers.GRU(3), backward_layer=keras.layers.GRU(3))


def test_an_unknown_merge_mode_is_an_error_that_lists_the_known():
    with pytest.raises(ValueError, match="concat"):
        Bidirectional(keras.layers.GRU(3), merge_mode="max")


def test_something_that_is_no_layer_is_an_error():
    with pytest.raises(ValueError, match="Received: 3"):
        Bidirectional(3)
