"""Scheduled sampling: which inputs a decoder in training reads."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps.layers import AttentionDecoder, BahdanauAttention, GRUCell
from rnnapps.layers.sample_inputs import sample_inputs

IDS = np.array([[1, 4, 2, 7, 3], [1, 5, 5, 0, 0]], "int32")
VALUES = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")


def decoder(**options):
    keras.utils.set_random_seed(1)
    options = {"embedding": keras.layers.Embedding(9, 3), "projection": keras.layers.Dense(9), **options}
    layer = AttentionDecoder(GRUCell(6), BahdanauAttention(5), seed=1, **options)
    layer(IDS if options["embedding"] else np.zeros((2, 5, 3), "float32"), values=VALUES)
    return layer


def test_a_rate_of_zero_is_teacher_forcing():
    layer = decoder()
    np.testing.assert_array_equal(sample_inputs(layer, IDS, 0.0, VALUES), IDS)
    np.testing.assert_array_equal(layer(IDS, values=VALUES, sampling_rate=0.0), layer(IDS, values=VALUES))


def test_a_rate_of_one_replaces_all_but_the_start_by_what_the_decoder_says():
    layer = decoder()
    said = np.argmax(layer(IDS, values=VALUES), axis=-1)
    expected = np.concatenate([IDS[:, :1], said[:, :-1]], axis=1)
    np.testing.assert_array_equal(sample_inputs(layer, IDS, 1.0, VALUES), expected)
    np.testing.assert_array_equal(layer(IDS, values=VALUES, sampling_rate=1.0), layer(expected, values=VALUES))


def test_the_rate_is_the_share_that_is_replaced():
    layer = decoder()
    ids = np.tile(np.array([[1] + [8] * 400], "int32"), (5, 1))
    values = np.tile(VALUES[:1], (5, 1, 1))
    assert not np.any(np.argmax(layer(ids, values=values), axis=-1) == 8)  # so that every replacement shows
    share = np.mean(np.asarray(sample_inputs(layer, ids, 0.25, values))[:, 1:] != 8)
    assert share == pytest.approx(0.25, abs=0.04)  # 2000 draws: four standard deviations


def test_dropout_takes_no_part_in_the_choice():
    still, dropping = decoder(), decoder(dropout=0.5)
    np.testing.assert_array_equal(sample_inputs(dropping, IDS, 1.0, VALUES), sample_inputs(still, IDS, 1.0, VALUES))


def test_no_gradient_goes_through_the_choice():
    layer = decoder()

    def gradient(ids, **options):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.sin(layer(ids, values=VALUES, **options)))
        return tape.gradient(loss, layer.attention.v.value)

    replaced = sample_inputs(layer, IDS, 1.0, VALUES)
    np.testing.assert_allclose(gradient(IDS, sampling_rate=1.0), gradient(replaced), rtol=1e-6)


def test_vectors_cannot_be_replaced_by_ids():
    layer = decoder(embedding=None)
    with pytest.raises(ValueError, match="sampling_rate needs an embedding and a projection"):
        layer(np.zeros((2, 5, 3), "float32"), values=VALUES, sampling_rate=0.5)
