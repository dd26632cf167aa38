"""Integrated gradients: completeness, and values that are known."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps.inspection.integrated_gradients import complete_attribution, integrated_gradients
from rnnapps.layers import GRU, LSTM, SimpleRNN

RNG = np.random.default_rng(3)


def test_of_a_linear_function_they_are_weight_times_difference():
    weights = tf.constant([[2.0, 0.0], [-1.0, 3.0]])
    found = integrated_gradients(lambda x: x @ weights, [np.array([1.0, 5.0])], [np.array([0.0, 1.0])])
    np.testing.assert_allclose(found.values[0], [[2.0, -4.0], [0.0, 12.0]], rtol=1e-5)


def test_a_product_is_shared_by_its_factors_as_the_path_goes():
    # f = x y^2 along (s, 2 s): a_x = integral 4 s^2 ds = 4/3, a_y = 2 integral 2 s * 2 s ds = 8/3
    found = integrated_gradients(
        lambda x, y: (x * y**2)[:, None], [np.array(1.0), np.array(2.0)], [np.array(0.0), np.array(0.0)]
    )
    assert [value.item() for value in found.values] == pytest.approx([4 / 3, 8 / 3], rel=1e-5)


@pytest.mark.parametrize("kind", [SimpleRNN, LSTM, GRU])
def test_they_sum_to_the_difference_of_the_outputs(kind):
    keras.utils.set_random_seed(4)
    layer, head = kind(8, return_sequences=True), keras.layers.Dense(3)
    x = RNG.normal(size=(7, 5)).astype("float32") * 2
    function = lambda points: head(layer(points))[:, -1]
    found = integrated_gradients(function, [x], [np.zeros_like(x)])
    difference = (function(x[None]) - function(np.zeros_like(x)[None]))[0]
    np.testing.assert_allclose(found.values[0].sum((1, 2)), difference, atol=1e-4)
    np.testing.assert_allclose(found.gaps, 0, atol=1e-4)


def test_what_the_output_does_not_read_gets_nothing():
    found = integrated_gradients(lambda x, unread: tf.tanh(x), [np.ones(2), np.ones(3)], [np.zeros(2), np.zeros(3)])
    assert not found.values[1].any()


def test_small_batches_give_the_same():
    x, function = RNG.normal(size=4), lambda points: tf.tanh(points @ tf.ones((4, 3)))
    whole, parts = (integrated_gradients(function, [x], [np.zeros(4)], batch_size=size) for size in (256, 5))
    np.testing.assert_allclose(parts.values[0], whole.values[0], atol=1e-6)


def test_too_few_points_show_in_the_gaps():
    steep = lambda x: tf.sigmoid(40 * (x - 0.3))[:, None]
    few, many = (integrated_gradients(steep, [np.array(1.0)], [np.array(0.0)], steps) for steps in (2, 64))
    assert abs(few.gaps[0]) > 0.1 and abs(many.gaps[0]) < 1e-3


def test_points_are_added_until_the_contributions_are_complete():
    steep = lambda x: tf.sigmoid(150 * (x - 0.3))[:, None]
    once = integrated_gradients(steep, [np.array(1.0)], [np.array(0.0)])
    found = complete_attribution(steep, [np.array(1.0)], [np.array(0.0)], tolerance=0.001)
    assert abs(once.gaps[0]) > 0.001 and abs(found.gaps[0]) <= 0.001


def test_it_ends_where_no_number_of_points_is_enough():
    step = lambda x: tf.cast(x > 0.3, tf.float32)[:, None] + 0 * x[:, None]
    found = complete_attribution(step, [np.array(1.0)], [np.array(0.0)], most_steps=64)
    assert found.gaps[0] == pytest.approx(1.0)


def counted(function):
    """The function, and a list of how many points it was asked for."""
    points = []
    return lambda x: points.append(len(x)) or function(x), points


@pytest.mark.parametrize("jump", [1e-3, float("nan")])
def test_points_are_not_added_where_they_would_change_nothing(jump):
    # The whole difference is smaller than what a picture shows; or it is no number.
    function, points = counted(lambda x: tf.where(x > 0.3, jump, 0.0)[:, None] + 0 * x[:, None])
    complete_attribution(function, [np.array(1.0)], [np.array(0.0)])
    assert sum(points) == 2 + 32


def test_a_gap_is_told():
    step = lambda x: tf.cast(x > 0.3, tf.float32)[:, None] + 0 * x[:, None]
    smooth, broken = (
        integrated_gradients(function, [np.array(1.0)], [np.array(0.0)]) for function in (lambda x: x[:, None], step)
    )
    assert (smooth.sums_to, broken.sums_to) == ("sums to", "sums, but for 1, to")


def test_the_arrays_tell_outputs_and_gaps():
    found = integrated_gradients(lambda x: 3 * x[:, None], [np.array(2.0)], [np.array(1.0)])
    assert {name: values.round(4).tolist() for name, values in found.arrays.items()} == {
        "outputs": [6.0],
        "baseline_outputs": [3.0],
        "gaps": [0.0],
    }


@pytest.mark.parametrize(
    ("inputs", "baselines", "steps", "message"),
    [([], [], 8, "one or more"), ([np.ones(2)], [np.ones(3)], 8, "equal"), ([np.ones(2)], [np.ones(2)], 0, "steps")],
)
def test_arguments_that_do_not_fit_are_errors(inputs, baselines, steps, message):
    with pytest.raises(ValueError, match=message):
        integrated_gradients(lambda *x: x[0], inputs, baselines, steps)
