"""`AttentionDecoder` under dtype policies and dropout."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps import layers
from rnnapps.layers import AttentionDecoder, BahdanauAttention, LuongAttention
from tests.layers.decoders import MASK, TIMINGS, V, make_decoder


def test_mixed_precision_keeps_weights_float32_and_alignments_float32(ids, values):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        decoder = make_decoder("stack", "input_feeding", dropout=0.2)
    finally:
        keras.config.set_dtype_policy("float32")
    logits, alignments = decoder(ids, values=values, mask=MASK, training=True, return_attention_scores=True)
    assert logits.dtype == tf.bfloat16 and alignments.dtype == tf.float32
    assert {w.dtype for w in decoder.trainable_weights} == {"float32"}
    memory = decoder.prepare(values, MASK)
    assert decoder.step(ids[:, 0], decoder.initial_states(memory), memory)[0].dtype == tf.bfloat16


def test_dropout_uses_one_mask_for_all_steps():
    # Constant inputs through a cell without memory: features differ between steps only if masks do.
    cell = keras.layers.SimpleRNNCell(40, recurrent_initializer="zeros")
    decoder = AttentionDecoder(cell, LuongAttention("general"), timing="luong", dropout=0.5, seed=1)
    features = decoder(np.ones((1, 6, 30)), values=np.ones((1, 1, 4)), training=True).numpy()
    np.testing.assert_allclose(features[0], np.repeat(features[0, :1], 6, axis=0), atol=1e-6)
    assert 5 < np.sum(features[0, 0] == 0) < 35


def test_dropout_masks_differ_between_rows_and_calls():
    decoder = AttentionDecoder(keras.layers.GRUCell(40), LuongAttention("general"), timing="luong", dropout=0.5, seed=1)
    call = lambda: decoder(np.ones((2, 1, 30)), values=np.ones((2, 1, 4)), training=True).numpy()
    first, second = call(), call()
    assert np.any((first[0] == 0) != (first[1] == 0))
    assert np.any((first == 0) != (second == 0))


def test_without_training_nothing_is_dropped(ids, values):
    decoder = make_decoder("stack", dropout=0.9)
    np.testing.assert_array_equal(decoder(ids, values=values), decoder(ids, values=values))


@pytest.mark.parametrize(
    "cell",
    [
        lambda: keras.layers.LSTMCell(7, dropout=0.5, recurrent_dropout=0.5),
        lambda: keras.layers.GRUCell(7, dropout=0.5, recurrent_dropout=0.5),
        lambda: layers.LSTMCell(7, dropout=0.5, recurrent_dropout=0.5, zoneout=0.3),
    ],
)
def test_cells_with_dropout_of_their_own_train_in_a_graph_and_leak_no_mask(cell, ids, values):
    decoder = AttentionDecoder(cell(), BahdanauAttention(8), keras.layers.Embedding(V, 3), keras.layers.Dense(V))

    @tf.function
    def gradients():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(decoder(ids, values=values, training=True) ** 2)
        return tape.gradient(loss, decoder.trainable_variables)

    first, second = gradients(), gradients()
    assert np.any(tf.convert_to_tensor(first[0]) != tf.convert_to_tensor(second[0]))
    # A mask left behind by the graph would be an out-of-scope tensor here.
    assert np.all(np.isfinite(decoder(ids, values=values, training=True)))


@pytest.mark.parametrize("timing", TIMINGS)
def test_an_own_dtype_reaches_the_readout(timing):
    options = {name: value for name, value in TIMINGS[timing].items() if name != "attention"}
    keras.config.set_dtype_policy("float64")
    cell, attention = keras.layers.GRUCell(3), TIMINGS[timing]["attention"]()
    keras.config.set_dtype_policy("float32")
    decoder = AttentionDecoder(cell, attention, dtype="float64", **options)
    assert decoder(np.ones((1, 2, 3)), values=np.ones((1, 4, 3))).dtype == tf.float64


def test_a_float32_embedding_and_projection_serve_half_precision(ids, values):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        decoder = make_decoder(
            embedding=keras.layers.Embedding(V, 3, dtype="float32"), projection=keras.layers.Dense(V, dtype="float32")
        )
    finally:
        keras.config.set_dtype_policy("float32")
    assert decoder(ids, values=values, mask=MASK).dtype == tf.float32


def test_ids_that_come_as_floats_are_not_rounded_in_half_precision(values):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        decoder = make_decoder(embedding=keras.layers.Embedding(300, 3))
    finally:
        keras.config.set_dtype_policy("float32")
    ids = np.array([[257, 259], [293, 295]])  # bfloat16 knows even numbers only from 256 on
    expected, got = decoder(ids, values=values), decoder(ids.astype("float32"), values=values)
    np.testing.assert_array_equal(tf.cast(expected, "float32"), tf.cast(got, "float32"))
