import keras
import numpy as np
import pytest

from rnnapps.initializers import ChronoBias, OrthogonalPerGate


def singular_values_per_gate(kernel, gates: int) -> np.ndarray:
    blocks = np.split(np.asarray(kernel), gates, axis=1)
    return np.stack([np.linalg.svd(block, compute_uv=False) for block in blocks])


@pytest.mark.parametrize("gates", [1, 3, 4])
def test_each_gates_block_is_orthogonal(gates):
    kernel = OrthogonalPerGate(seed=3)((6, gates * 6))
    np.testing.assert_allclose(singular_values_per_gate(kernel, gates), 1.0, atol=1e-5)


def test_keras_orthogonal_leaves_the_single_gate_without_orthogonality():
    kernel = keras.initializers.Orthogonal(seed=3)((6, 24))
    assert singular_values_per_gate(kernel, 4).min() < 0.5


def test_the_gates_blocks_differ_from_each_other():
    i, f, c, o = np.split(np.asarray(OrthogonalPerGate(seed=3)((6, 24))), 4, axis=1)
    assert min(np.abs(i - other).max() for other in (f, c, o)) > 0.1


def test_gain_scales_every_block():
    kernel = OrthogonalPerGate(gain=2.5, seed=3)((6, 18))
    np.testing.assert_allclose(singular_values_per_gate(kernel, 3), 2.5, atol=1e-5)


@pytest.mark.parametrize("rows", [3, 9])
def test_a_block_that_is_not_square_has_orthonormal_rows_or_columns(rows):
    kernel = OrthogonalPerGate(gates=4, seed=3)((rows, 24))
    np.testing.assert_allclose(singular_values_per_gate(kernel, 4), 1.0, atol=1e-5)


def test_the_orthogonal_matrices_reflect_as_often_as_they_rotate():
    kernel = np.asarray(OrthogonalPerGate(gates=200, seed=3)((2, 400)))
    determinants = [np.linalg.det(block) for block in np.split(kernel, 200, axis=1)]
    assert 60 < np.sum(np.array(determinants) > 0) < 140


def test_a_keras_layer_takes_the_orthogonal_initializer():
    layer = keras.layers.LSTM(5, recurrent_initializer=OrthogonalPerGate(gates=4))
    layer.build((None, None, 3))
    np.testing.assert_allclose(singular_values_per_gate(layer.cell.recurrent_kernel, 4), 1.0, atol=1e-5)


@pytest.mark.parametrize(("gates", "shape"), [(None, (4, 10)), (3, (4, 16)), (None, (8, 4)), (4, (16,))], ids=str)
def test_a_shape_that_does_not_divide_into_gates_is_an_error_that_shows_it(gates, shape):
    with pytest.raises(ValueError, match=r"shape=\("):
        OrthogonalPerGate(gates=gates)(shape)


def test_gates_below_one_are_an_error():
    with pytest.raises(ValueError, match="gates=0"):
        OrthogonalPerGate(gates=0)


def test_chrono_forget_bias_lies_between_log_one_and_log_of_the_longest_memory():
    _, forget, _, _ = np.split(np.asarray(ChronoBias(100, seed=1)((4000,))), 4)
    # log U(1, 99): between 0 and 4.595, with mean (99 log 99 - 98) / 98 = 3.642.
    assert forget.min() >= 0.0
    assert forget.max() <= np.log(99.0) + 1e-6
    np.testing.assert_allclose(forget.mean(), 3.642, atol=0.1)


def test_chrono_input_bias_is_the_negative_of_the_forget_bias():
    i, forget, _, _ = np.split(np.asarray(ChronoBias(100, seed=1)((32,))), 4)
    np.testing.assert_array_equal(i, -forget)


def test_chrono_leaves_candidate_and_output_gate_at_zero():
    np.testing.assert_array_equal(np.asarray(ChronoBias(100)((32,)))[16:], 0.0)


def test_chrono_gru_sets_the_gate_that_keeps():
    z, r, h = np.split(np.asarray(ChronoBias(100, cell="gru", seed=1)((24,))), 3)
    assert z.min() > 0.0
    assert z.max() <= np.log(99.0) + 1e-6
    np.testing.assert_array_equal(np.concatenate([r, h]), 0.0)


def test_chrono_gru_with_reset_after_uses_the_input_bias_only():
    one_row = np.asarray(ChronoBias(100, cell="gru", seed=1)((24,)))
    bias = np.asarray(ChronoBias(100, cell="gru", seed=1)((2, 24)))
    np.testing.assert_array_equal(bias, np.stack([one_row, np.zeros(24)]))


def test_chrono_gru_remembers_an_initial_state_for_its_number_of_steps():
    layer = keras.layers.GRU(
        64,
        kernel_initializer="zeros",
        recurrent_initializer="zeros",
        bias_initializer=ChronoBias(50, cell="gru", seed=1),
        return_sequences=True,
    )
    kept = np.asarray(layer(np.zeros((1, 10, 1), "float32"), initial_state=[np.ones((1, 64), "float32")]))
    # The weights are zero, so each step multiplies the state by z = sigmoid(log n) = n / (1 + n).
    steps = np.exp(np.asarray(layer.cell.bias)[0, :64])
    np.testing.assert_allclose(kept[0, -1], (steps / (1 + steps)) ** 10, rtol=1e-4)


def test_chrono_reaches_an_lstm_without_unit_forget_bias():
    layer = keras.layers.LSTM(6, bias_initializer=ChronoBias(20, units=6, seed=1), unit_forget_bias=False)
    layer.build((None, None, 3))
    np.testing.assert_array_equal(layer.cell.bias, ChronoBias(20, seed=1)((24,)))


@pytest.mark.parametrize("units", [6, 8])
def test_chrono_under_unit_forget_bias_is_an_error_that_says_what_to_pass(units):
    layer = keras.layers.LSTM(units, bias_initializer=ChronoBias(20, units=units))
    with pytest.raises(ValueError, match="unit_forget_bias=False"):
        layer.build((None, None, 3))


@pytest.mark.parametrize(("cell", "shape"), [("lstm", (2, 8)), ("lstm", (6,)), ("gru", (8,)), ("gru", (3, 6))])
def test_chrono_refuses_a_shape_that_is_not_the_cells_bias(cell, shape):
    with pytest.raises(ValueError, match="received shape="):
        ChronoBias(20, cell=cell)(shape)


def test_chrono_refuses_a_memory_shorter_than_three_steps():
    with pytest.raises(ValueError, match="max_steps=2"):
        ChronoBias(2)


def test_chrono_refuses_an_unknown_cell():
    with pytest.raises(ValueError, match="cell='rnn'"):
        ChronoBias(10, cell="rnn")


INITIALIZERS = {
    "orthogonal": (OrthogonalPerGate(gates=4, gain=0.5, seed=7), (5, 20)),
    "chrono-lstm": (ChronoBias(30, units=5, seed=7), (20,)),
    "chrono-gru": (ChronoBias(30, cell="gru", seed=7), (2, 15)),
}


@pytest.mark.parametrize("name", INITIALIZERS)
def test_an_initializer_survives_serialisation_with_every_argument(name):
    initializer, _ = INITIALIZERS[name]
    again = keras.initializers.deserialize(keras.initializers.serialize(initializer))
    assert type(again) is type(initializer)
    assert again.get_config() == initializer.get_config()


@pytest.mark.parametrize("name", INITIALIZERS)
def test_the_same_seed_gives_the_same_values(name):
    initializer, shape = INITIALIZERS[name]
    np.testing.assert_array_equal(initializer(shape), initializer.clone()(shape))


@pytest.mark.parametrize("name", INITIALIZERS)
def test_without_a_seed_two_initializers_differ(name):
    initializer, shape = INITIALIZERS[name]
    config = {**initializer.get_config(), "seed": None}
    first, second = (type(initializer).from_config(config)(shape) for _ in range(2))
    assert np.abs(np.asarray(first) - np.asarray(second)).max() > 1e-3


@pytest.mark.parametrize("name", INITIALIZERS)
def test_a_seed_generator_gives_new_values_on_every_call(name):
    initializer, shape = INITIALIZERS[name]
    config = {**initializer.get_config(), "seed": keras.random.SeedGenerator(7)}
    drawing = type(initializer)(**config)
    assert np.abs(np.asarray(drawing(shape)) - np.asarray(drawing(shape))).max() > 1e-3
