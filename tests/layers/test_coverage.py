"""Attention that knows what it has looked at, by numbers worked out by hand."""

import keras
import numpy as np
import pytest

from rnnapps.layers import AttentionDecoder, BahdanauAttention, GRUCell


def ones(coverage=True):
    attention = BahdanauAttention(
        1, coverage=coverage, query_initializer="ones", key_initializer="ones", score_initializer="ones"
    )
    attention.build((None, 1), (None, None, 1))
    return attention


def test_coverage_enters_the_score_through_its_weight():
    attention = ones()
    attention.coverage_kernel.assign([-2.0])
    _, alignment = attention(
        np.array([[0.5]]), np.array([[[1.0], [2.0]]]), past=np.array([[0.25, 0.75]]), return_attention_scores=True
    )
    # tanh(0.5 + 1 - 2 * 0.25) = tanh(1), tanh(0.5 + 2 - 2 * 0.75) = tanh(1): the unseen half makes up for the value.
    np.testing.assert_allclose(alignment, [[0.5, 0.5]], rtol=1e-6)


def test_a_weight_of_zero_which_training_starts_from_changes_nothing():
    query, values = np.array([[0.5]]), np.array([[[1.0], [2.0]]])
    np.testing.assert_array_equal(ones()(query, values, past=np.array([[3.0, 0.0]])), ones(False)(query, values))


def test_a_decoder_adds_up_its_alignments():
    decoder = AttentionDecoder(GRUCell(3), BahdanauAttention(4, coverage=True))
    values = np.random.default_rng(1).normal(size=(2, 5, 6)).astype("float32")
    inputs = np.random.default_rng(2).normal(size=(2, 3, 2)).astype("float32")
    _, alignments = decoder(inputs, values=values, return_attention_scores=True)
    memory = decoder.prepare(values)
    states = decoder.initial_states(memory)
    np.testing.assert_array_equal(states.past[0], np.zeros((2, 5)))
    for t in range(3):
        _, states, _ = decoder.step(inputs[:, t], states, memory)
    np.testing.assert_allclose(states.past[0], np.sum(alignments, axis=1), rtol=1e-5)


@pytest.mark.parametrize("coverage", [True, False])
def test_coverage_missing_or_not_asked_for_is_an_error(coverage):
    given = None if coverage else np.zeros((1, 2))
    with pytest.raises(ValueError, match=f"coverage={coverage}, location_filters=0 needs the call argument past"):
        ones(coverage)(np.ones((1, 1)), np.ones((1, 2, 1)), past=given)


def test_many_queries_at_once_have_no_coverage():
    with pytest.raises(ValueError, match=r"with a past the query must be \(B, Q\), got \(1, 3, 1\)"):
        ones()(np.ones((1, 3, 1)), np.ones((1, 2, 1)), past=np.zeros((1, 2)))


def test_luong_timing_has_no_coverage():
    with pytest.raises(ValueError, match="coverage=True or location_filters belongs to timing='bahdanau'"):
        AttentionDecoder(GRUCell(3), BahdanauAttention(4, coverage=True), timing="luong")


def test_the_config_keeps_it():
    config = keras.saving.serialize_keras_object(BahdanauAttention(4, coverage=True))
    assert keras.saving.deserialize_keras_object(config).coverage is True
