"""The reference steps against numbers worked out by hand."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps.kernels import GRUParameters, LSTMParameters, SimpleRNNParameters, reference


def column(*values):
    return tf.constant([values], tf.float64)


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


TANH, SIGMOID = keras.activations.tanh, keras.activations.sigmoid


def test_simple_rnn_step():
    parameters = SimpleRNNParameters(
        kernel=column(2.0), recurrent_kernel=column(3.0), bias=tf.constant([0.5], tf.float64), activation=TANH
    )
    (h,) = reference.step(column(0.1), (column(-0.2),), parameters)
    assert h.numpy()[0, 0] == pytest.approx(math.tanh(2 * 0.1 + 3 * -0.2 + 0.5), abs=1e-12)


def lstm_by_hand(x, h, c, peephole=(0, 0, 0)):
    i = sigmoid(1 * x + 0.5 * h + 0.1 + peephole[0] * c)
    f = sigmoid(2 * x + 0.6 * h + 0.2 + peephole[1] * c)
    g = math.tanh(3 * x + 0.7 * h + 0.3)
    new_c = f * c + i * g
    o = sigmoid(4 * x + 0.8 * h + 0.4 + peephole[2] * new_c)
    return o * math.tanh(new_c), new_c


def lstm(**extra):
    return LSTMParameters(
        kernel=column(1.0, 2.0, 3.0, 4.0),
        recurrent_kernel=column(0.5, 0.6, 0.7, 0.8),
        bias=tf.constant([0.1, 0.2, 0.3, 0.4], tf.float64),
        activation=TANH,
        recurrent_activation=SIGMOID,
        **extra,
    )


def test_lstm_gates_stand_in_the_order_i_f_c_o():
    h, c = reference.step(column(0.3), (column(-0.4), column(0.9)), lstm())
    assert (h.numpy()[0, 0], c.numpy()[0, 0]) == pytest.approx(lstm_by_hand(0.3, -0.4, 0.9), abs=1e-12)


def test_peepholes_of_i_and_f_see_the_old_cell_and_that_of_o_the_new_one():
    peephole = (0.3, -0.2, 0.7)
    parameters = lstm(peephole=tf.constant([[p] for p in peephole], tf.float64))
    h, c = reference.step(column(0.3), (column(-0.4), column(0.9)), parameters)
    assert (h.numpy()[0, 0], c.numpy()[0, 0]) == pytest.approx(lstm_by_hand(0.3, -0.4, 0.9, peephole), abs=1e-12)


def test_projection_multiplies_the_output_and_leaves_the_cell():
    plain = reference.step(column(0.3), (column(-0.4), column(0.9)), lstm())
    projected = reference.step(column(0.3), (column(-0.4), column(0.9)), lstm(projection=column(2.0)))
    np.testing.assert_allclose(projected[0], 2 * plain[0])
    np.testing.assert_allclose(projected[1], plain[1])


def gru(reset_after, recurrent_bias=None):
    return GRUParameters(
        kernel=column(1.0, 2.0, 3.0),
        recurrent_kernel=column(0.5, 0.6, 0.7),
        bias=tf.constant([0.1, 0.2, 0.3], tf.float64),
        activation=TANH,
        recurrent_activation=SIGMOID,
        reset_after=reset_after,
        recurrent_bias=recurrent_bias,
    )


def test_gru_resets_before_the_product_without_reset_after():
    x, h = 0.3, -0.4
    z, r = sigmoid(x + 0.5 * h + 0.1), sigmoid(2 * x + 0.6 * h + 0.2)
    candidate = math.tanh(3 * x + 0.3 + 0.7 * (r * h))
    (new,) = reference.step(column(x), (column(h),), gru(False))
    assert new.numpy()[0, 0] == pytest.approx(z * h + (1 - z) * candidate, abs=1e-12)


def test_gru_resets_the_product_and_its_bias_with_reset_after():
    x, h = 0.3, -0.4
    z, r = sigmoid(x + 0.5 * h + 0.1 + 0.01), sigmoid(2 * x + 0.6 * h + 0.2 + 0.02)
    candidate = math.tanh(3 * x + 0.3 + r * (0.7 * h + 0.03))
    (new,) = reference.step(column(x), (column(h),), gru(True, tf.constant([0.01, 0.02, 0.03], tf.float64)))
    assert new.numpy()[0, 0] == pytest.approx(z * h + (1 - z) * candidate, abs=1e-12)


def test_layer_norm_of_the_lstm_normalises_the_four_sums_as_one_vector():
    # W x = (1, 2, 3, 4) * x has mean 2.5 and deviation sqrt(1.25) times x, whatever the size of x.
    ones, zeros = tf.ones(4, tf.float64), tf.zeros((1, 1), tf.float64)
    norm = {"norm_input": ones, "norm_recurrent": ones, "norm_cell_scale": ones[:1], "norm_cell_offset": zeros[0]}
    i, f, g, _ = (np.array([1, 2, 3, 4]) - 2.5) / math.sqrt(1.25) + [0.1, 0.2, 0.3, 0.4]
    _, c = reference.step(column(50.0), (zeros, column(0.9)), lstm(**norm))
    assert c.numpy()[0, 0] == pytest.approx(sigmoid(f) * 0.9 + sigmoid(i) * math.tanh(g), abs=1e-6)
