"""The few best tokens are those of the whole softmax, however they are found."""

import numpy as np
import pytest
import tensorflow as tf

from rnnapps.decoding.best_tokens import best_tokens
from rnnapps.decoding.hypotheses import token_log_probs

# 7 tokens and a prime: one top_k; 1,200 tokens: only the best blocks are read.
VOCABULARIES = (7, 1201, 1200)


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
@pytest.mark.parametrize("forbidden", [(), (0, 1, 2)])
def test_they_are_the_best_of_all_log_probabilities(vocabulary, forbidden):
    logits = tf.random.stateless_normal((50, vocabulary), (1, vocabulary), stddev=3.0)
    ids, log_probs = best_tokens(logits, 4, forbidden)
    expected = tf.math.top_k(token_log_probs(logits, forbidden), 4)
    np.testing.assert_array_equal(ids, expected.indices)
    np.testing.assert_allclose(log_probs, expected.values, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_among_equals_the_lower_id_wins(vocabulary):
    logits = tf.random.stateless_uniform((50, vocabulary), (1, vocabulary), 0, 3, tf.int32)
    ids, _ = best_tokens(logits, 5)
    np.testing.assert_array_equal(ids, tf.math.top_k(logits, 5).indices)


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_logits_that_are_no_numbers_count_as_in_the_whole_softmax(vocabulary, value):
    logits = np.random.default_rng(0).normal(size=(6, vocabulary)).astype("float32")
    logits[:3, [1, 4]] = value
    logits[5] = value
    ids, log_probs = best_tokens(tf.constant(logits), 6)
    expected = tf.math.top_k(token_log_probs(tf.constant(logits)), 6)
    # Beside an infinite one the others are equally improbable.
    shown = 2 if value > 0 else 6
    np.testing.assert_array_equal(ids[:, :shown], expected.indices[:, :shown])
    np.testing.assert_allclose(log_probs, expected.values, rtol=1e-6, atol=1e-6)


def test_half_precision_is_summed_in_single():
    logits = tf.cast(tf.random.stateless_normal((3, 1200), (1, 2)), tf.bfloat16)
    _, log_probs = best_tokens(logits, 2)
    expected = tf.math.top_k(token_log_probs(logits), 2).values
    np.testing.assert_allclose(log_probs, expected, rtol=1e-6)


def test_fewer_tokens_than_asked_for_are_all_of_them():
    ids, log_probs = best_tokens(tf.constant([[0.0, 1.0]]), 5)
    np.testing.assert_array_equal(ids, [[1, 0]])
    np.testing.assert_allclose(log_probs, [[-0.313262, -1.313262]], rtol=1e-5)
