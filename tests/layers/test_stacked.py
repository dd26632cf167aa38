import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.layers import GRU, LSTM, RNN, Dense

from rnnapps.layers.bidirectional import Bidirectional
from rnnapps.layers.stacked import Stacked

SEQUENCES = np.random.default_rng(0).normal(size=(3, 5, 4)).astype("float32")
MASK = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [0, 1, 0, 1, 0]], bool)


def by_hand(stack: Stacked, mask=None) -> list[np.ndarray]:
    """The sequence after each layer of the stack, its layers called one after the other."""
    sequence, sequences = SEQUENCES, []
    for layer in stack.layers:
        sequence = layer(sequence, mask=mask)[0]
        sequences.append(np.asarray(sequence))
    return sequences


def test_the_output_of_each_layer_is_the_input_of_the_next():
    stack = Stacked([LSTM(3), GRU(2)], return_sequences=True)
    np.testing.assert_allclose(stack(SEQUENCES, mask=MASK), by_hand(stack, MASK)[-1], atol=1e-6)


def test_a_template_is_copied_depth_times_with_weights_of_its_own():
    stack = Stacked(GRU(4), 3)
    stack.build(SEQUENCES.shape)
    kernels = [np.asarray(layer.cell.kernel) for layer in stack.layers]
    assert len(kernels) == 3
    assert np.abs(kernels[0] - kernels[1]).max() > 1e-3


def test_the_same_template_gives_the_same_stack_as_the_list():
    template = Stacked(GRU(4), 2, return_sequences=True)
    listed = Stacked([GRU(4), GRU(4)], return_sequences=True)
    listed.build(SEQUENCES.shape)
    template.build(SEQUENCES.shape)
    listed.set_weights(template.get_weights())
    np.testing.assert_array_equal(listed(SEQUENCES), template(SEQUENCES))


def test_the_residual_adds_the_input_from_the_second_layer_on():
    stack = Stacked(GRU(4), 2, residual=True, return_sequences=True)
    output = np.asarray(stack(SEQUENCES, mask=MASK))
    first, second = by_hand(stack, MASK)
    np.testing.assert_allclose(output, first + second, atol=1e-6)


def test_the_last_step_with_residual_is_the_last_valid_step_of_the_sequence():
    stack = Stacked(GRU(4), 2, residual=True, return_sequences=True)
    sequence = np.asarray(stack(SEQUENCES, mask=MASK))
    last = Stacked(GRU(4), 2, residual=True)
    last.build(SEQUENCES.shape)
    last.set_weights(stack.get_weights())
    np.testing.assert_allclose(last(SEQUENCES, mask=MASK), sequence[[0, 1, 2], [2, 4, 3]], atol=1e-6)


def test_a_row_without_valid_steps_has_no_residual():
    stack = Stacked([Bidirectional(GRU(2)), GRU(4)], residual=True)
    np.testing.assert_array_equal(stack(SEQUENCES, mask=np.zeros((3, 5), bool)), np.zeros((3, 4)))


def test_a_bidirectional_layer_below_a_wide_one_can_be_bridged_by_a_residual():
    assert Stacked([Bidirectional(GRU(2)), GRU(4)], residual=True)(SEQUENCES).shape == (3, 4)


def test_a_residual_over_different_widths_is_an_error_that_shows_both():
    with pytest.raises(ValueError, match=r"3-wide input of layer 2 \(top\) is added to its 5-wide output"):
        Stacked([GRU(3), GRU(5, name="top")], residual=True).build(SEQUENCES.shape)


def test_dropout_stands_between_the_layers_and_not_at_the_ends():
    # Layers that pass a positive input on: what is zero in the output was dropped on the way.
    relay = keras.layers.SimpleRNN(
        100, activation=None, kernel_initializer="identity", recurrent_initializer="zeros", use_bias=False
    )
    ones = np.ones((1, 4, 100), "float32")
    np.testing.assert_array_equal(Stacked(relay, 1, dropout=0.5)(ones, training=True), 1.0)
    values = np.unique(Stacked(relay, 2, dropout=0.5, return_sequences=True, seed=1)(ones, training=True))
    np.testing.assert_array_equal(values, [0.0, 2.0])
    thrice = np.unique(Stacked(relay, 3, dropout=0.5, return_sequences=True, seed=1)(ones, training=True))
    np.testing.assert_array_equal(thrice, [0.0, 4.0])


@pytest.mark.parametrize("variational", [False, True])
def test_variational_dropout_drops_the_same_features_at_all_steps(variational):
    relay = keras.layers.SimpleRNN(
        100, activation=None, kernel_initializer="identity", recurrent_initializer="zeros", use_bias=False
    )
    stack = Stacked(relay, 2, dropout=0.5, variational_dropout=variational, return_sequences=True, seed=1)
    output = np.asarray(stack(np.ones((2, 4, 100), "float32"), training=True))
    assert np.all(output[:, 0] == output[:, 1]) == variational
    assert np.any(output[0] != output[1])  # each row of the batch has a mask of its own


def test_nothing_is_dropped_in_inference():
    stack = Stacked(GRU(4), 2, dropout=0.5, return_sequences=True)
    np.testing.assert_allclose(stack(SEQUENCES), by_hand(stack)[-1], atol=1e-6)


def test_the_same_seed_drops_the_same():
    stack = Stacked(GRU(4), 2, dropout=0.5, seed=3)
    expected = np.asarray(stack(SEQUENCES, training=True))
    again = Stacked.from_config(stack.get_config())
    again.build(SEQUENCES.shape)
    again.set_weights(stack.get_weights())
    np.testing.assert_array_equal(again(SEQUENCES, training=True), expected)


def test_the_copies_of_a_seeded_template_have_seeds_of_their_own_in_both_directions():
    stack = Stacked(Bidirectional(GRU(4, seed=7)), 2)
    seeds = [part.cell.seed for layer in stack.layers for part in (layer.forward_layer, layer.backward_layer)]
    assert seeds == [7, 8, 9, 10]


def test_states_are_flat_with_the_lowest_layer_first():
    stack = Stacked([LSTM(3), Bidirectional(GRU(2)), LSTM(5)], return_state=True)
    assert [state.shape[-1] for state in stack(SEQUENCES)[1:]] == [3, 3, 2, 2, 5, 5]
    assert stack.state_size == [3, 3, 2, 2, 5, 5]


def test_a_sequence_in_two_parts_with_the_states_between_equals_the_whole():
    stack = Stacked([LSTM(3), GRU(3)], residual=True, return_sequences=True, return_state=True)
    whole = stack(SEQUENCES)
    first, *states = stack(SEQUENCES[:, :2])
    second, *states = stack(SEQUENCES[:, 2:], initial_state=states)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole[0], atol=1e-6)
    for state, expected in zip(states, whole[1:], strict=True):
        np.testing.assert_allclose(state, expected, atol=1e-6)


def test_too_few_initial_states_are_an_error_that_counts_them():
    with pytest.raises(ValueError, match="must hold 3 states, received 1"):
        Stacked([LSTM(3), GRU(3)])(SEQUENCES, initial_state=[tf.zeros((3, 3))])


def test_stateful_layers_carry_on_and_reset_together():
    stack = Stacked([LSTM(3, stateful=True), GRU(3, stateful=True)], return_sequences=True)
    whole = Stacked([LSTM(3), GRU(3)], return_sequences=True)
    whole.build(SEQUENCES.shape)
    stack.build((3, 2, 4))
    stack.set_weights(whole.get_weights())
    stack(SEQUENCES[:, :2])
    np.testing.assert_allclose(stack(SEQUENCES[:, 2:4]), whole(SEQUENCES[:, :4])[:, 2:], atol=1e-6)
    stack.reset_state()
    np.testing.assert_allclose(stack(SEQUENCES[:, :2]), whole(SEQUENCES[:, :2]), atol=1e-6)


def test_a_layer_that_reads_backwards_is_turned_back_for_the_next():
    stack = Stacked([GRU(3, go_backwards=True), GRU(3)], return_sequences=True)
    output = stack(SEQUENCES, mask=MASK)
    reversed_below = stack.layers[0](SEQUENCES, mask=MASK)[0]
    expected = stack.layers[1](np.asarray(reversed_below)[:, ::-1], mask=MASK)[0]
    np.testing.assert_allclose(output, expected, atol=1e-6)


def test_go_backwards_reads_the_reversed_sequence_and_leaves_the_output_reversed():
    stack = Stacked([LSTM(3), GRU(3)], return_sequences=True, go_backwards=True)
    backwards = np.asarray(stack(SEQUENCES, mask=MASK))
    forwards = Stacked([LSTM(3), GRU(3)], return_sequences=True)
    forwards.build(SEQUENCES.shape)
    forwards.set_weights(stack.get_weights())
    np.testing.assert_allclose(backwards, forwards(SEQUENCES[:, ::-1], mask=MASK[:, ::-1]), atol=1e-6)


def test_a_stack_can_be_run_in_both_directions():
    layer = Bidirectional(Stacked(GRU(3), 2, return_sequences=True, return_state=True))
    output, *states = layer(SEQUENCES, mask=MASK)
    lower, upper = layer.backward_layer.layers
    below = lower(SEQUENCES[:, ::-1], mask=MASK[:, ::-1])[0]
    expected = np.asarray(upper(below, mask=MASK[:, ::-1])[0])[:, ::-1]
    np.testing.assert_allclose(np.asarray(output)[MASK][:, 3:], expected[MASK], atol=1e-6)
    assert len(states) == 4


def test_zero_output_for_mask_clears_padded_steps_of_the_residual_too():
    stack = Stacked(GRU(4), 2, residual=True, return_sequences=True, zero_output_for_mask=True)
    output = np.asarray(stack(SEQUENCES, mask=MASK))
    np.testing.assert_array_equal(output[~MASK], 0.0)
    assert np.abs(output[MASK]).min() > 0.0


def test_a_mask_that_comes_with_the_tensor_is_kept_beside_an_initial_state():
    stack = Stacked(GRU(3), 2)
    states = [np.ones((3, 3), "float32")] * 2
    masked = keras.layers.Masking()(SEQUENCES * MASK[:, :, None])
    explicit = stack(SEQUENCES, initial_state=states, mask=MASK)
    np.testing.assert_allclose(stack(masked, initial_state=states), explicit, atol=1e-6)


def test_the_mask_goes_on_to_the_next_layer_reversed_where_the_output_is():
    forwards = Stacked(GRU(3), 2, return_sequences=True)
    backwards = Stacked(GRU(3), 2, return_sequences=True, go_backwards=True)
    np.testing.assert_array_equal(forwards(SEQUENCES, mask=tf.constant(MASK))._keras_mask, MASK)
    np.testing.assert_array_equal(backwards(SEQUENCES, mask=tf.constant(MASK))._keras_mask, MASK[:, ::-1])


def test_the_layers_handed_in_stay_as_they_are():
    layer = GRU(3)
    layer(SEQUENCES[:, :, :2])  # built for another width
    assert Stacked(layer, 2)(SEQUENCES).shape == (3, 3)
    assert (layer.return_sequences, layer.return_state) == (False, False)


def test_use_cudnn_is_carried_into_the_copies():
    stack = Stacked([LSTM(3, use_cudnn=False), Bidirectional(GRU(3, use_cudnn=False))])
    lower, upper = stack.layers
    assert (lower.use_cudnn, upper.forward_layer.use_cudnn, upper.backward_layer.use_cudnn) == (False,) * 3


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Stacked(GRU(3)), "depth=None"),
        (lambda: Stacked(GRU(3), 0), "depth=0"),
        (lambda: Stacked([GRU(3)], 2), "depth=2"),
        (lambda: Stacked([]), "empty list"),
        (lambda: Stacked([Dense(3)]), "Dense"),
        (lambda: Stacked([RNN([keras.layers.LSTMCell(3)] * 2)]), "nested states"),
        (lambda: Stacked([Bidirectional(GRU(3), merge_mode=None)]), "merge_mode=None"),
        (lambda: Stacked(GRU(3), 2, dropout=1.0), "dropout=1.0"),
    ],
)
def test_a_stack_that_cannot_be_is_an_error_that_says_why(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("template", [lambda: GRU(3), lambda: Bidirectional(LSTM(3))])
def test_the_copies_of_a_template_stay_apart_in_the_keras_file(template, tmp_path):
    sequences = keras.Input((None, 4))
    model = keras.Model(sequences, Stacked(template(), 3, return_sequences=True)(sequences))
    model.save(tmp_path / "stacked.keras")
    loaded = keras.models.load_model(tmp_path / "stacked.keras")
    data = np.random.default_rng(0).normal(size=(2, 5, 4)).astype("float32")
    np.testing.assert_array_equal(loaded.predict(data, verbose=0), model.predict(data, verbose=0))
    assert len(loaded.weights) == len(model.weights)
