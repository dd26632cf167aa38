"""Heads: losses and quantiles by hand."""

import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import t

from rnnapps.series.heads import PointHead, QuantileHead, StudentTHead

LEVELS = (0.1, 0.5, 0.9)
HEADS = {"quantiles": QuantileHead, "student_t": StudentTHead, "point": PointHead}


def softplus(x):
    return np.log1p(np.exp(x))


def test_quantiles_are_the_median_and_positive_steps_away_from_it():
    outputs = tf.constant([[[0.0, 2.0, 1.0]]])
    expected = [2 - softplus(0.0), 2.0, 2 + softplus(1.0)]
    np.testing.assert_allclose(QuantileHead(LEVELS).quantiles(outputs)[0, 0], expected, rtol=1e-6)


def test_outer_quantiles_lie_outside_the_inner_ones():
    outputs = tf.constant([[[0.0, 1.0, 5.0, -1.0, 0.5]]])
    found = QuantileHead((0.05, 0.25, 0.5, 0.75, 0.95)).quantiles(outputs).numpy()[0, 0]
    expected = [5 - softplus(1) - softplus(0), 5 - softplus(1), 5, 5 + softplus(-1), 5 + softplus(-1) + softplus(0.5)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("head", HEADS)
def test_no_output_makes_quantiles_cross(head):
    outputs = tf.constant(np.random.default_rng(1).normal(0, 5, (50, 4, 9)).astype("float32"))
    head = HEADS[head]((0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.95))
    assert (np.diff(head.quantiles(outputs[..., : head.width])) >= 0).all()


def test_the_loss_of_quantiles_is_twice_the_mean_pinball():
    head = QuantileHead(LEVELS)
    outputs = tf.constant([[head.start(np.array([-1.0, 0.0, 1.0]))]])  # -0.8, 0, 0.8
    # Outcome 0.4: errors 1.2, 0.4, -0.4, so pinball 0.12, 0.2, 0.04.
    assert head.loss(outputs, tf.constant([[0.4]])).numpy()[0, 0] == pytest.approx(2 * 0.36 / 3, rel=1e-5)


def test_the_loss_of_student_t_is_its_negative_log_likelihood():
    outputs = tf.constant([[[0.3, 0.2, 1.0]]])
    expected = -t.logpdf(1.5, 2 + softplus(1.0), loc=0.3, scale=softplus(0.2) + 1e-3)
    assert StudentTHead(LEVELS).loss(outputs, tf.constant([[1.5]])).numpy()[0, 0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("kind, expected", [("mae", 3.0), ("mse", 9.0), ("huber", 2.5)])
def test_the_loss_of_a_point(kind, expected):
    assert PointHead(LEVELS, kind).loss(tf.constant([[[1.0]]]), tf.constant([[4.0]])).numpy()[0, 0] == expected


def test_quantiles_start_as_those_of_the_outcomes():
    outcomes = np.random.default_rng(1).standard_t(4, 10_000)
    head = QuantileHead(LEVELS)
    found = head.quantiles(tf.constant([[head.start(outcomes)]])).numpy()[0, 0]
    np.testing.assert_allclose(found, np.quantile(outcomes, LEVELS), rtol=1e-4)


def test_student_t_starts_near_the_outcomes():
    outcomes = 0.5 + 2 * np.random.default_rng(1).standard_t(4, 50_000)
    head = StudentTHead((0.25, 0.5, 0.75))
    found = head.quantiles(tf.constant([[head.start(outcomes)]])).numpy()[0, 0]
    np.testing.assert_allclose(found, np.quantile(outcomes, (0.25, 0.5, 0.75)), atol=0.02)


def test_a_constant_outcome_leaves_a_spread_to_divide_by():
    head = QuantileHead(LEVELS)
    assert np.isfinite(head.start(np.zeros(10))).all()


@pytest.mark.parametrize("head", HEADS)
def test_mirrored_outputs_say_the_same_of_the_negated_outcome(head):
    head = HEADS[head]((0.05, 0.25, 0.5, 0.75, 0.95))
    outputs = tf.random.stateless_normal((4, 2, head.width), [1, 2])
    mirrored = head.mirrored(outputs)
    np.testing.assert_allclose(head.quantiles(mirrored), -head.quantiles(outputs)[..., ::-1], rtol=1e-4, atol=1e-5)
    outcome = tf.constant(np.linspace(-2, 2, 8).reshape(4, 2).astype("float32"))
    np.testing.assert_allclose(head.loss(mirrored, -outcome), head.loss(outputs, outcome), rtol=1e-4, atol=1e-5)
