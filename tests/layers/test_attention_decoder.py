"""What is particular to the decoder; what it shares with every layer is in test_contract.py."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps.layers import AttentionDecoder, BahdanauAttention, LuongAttention
from tests.layers.decoders import MASK, TIMINGS, B, M, T, V, hand_decoder, make_decoder


def test_bahdanau_queries_the_previous_state_and_the_context_enters_the_cell():
    # e_j = tanh(s_{i-1} + h_j), h = (1, 2), s_0 = -1, y = (0.5, 0.25).
    # Step 1: e = tanh(0), tanh(1) = 0, 0.761594; alpha_2 = 1 / (1 + exp(-0.761594)) = 0.681700;
    #   c = 1.681700; s_1 = y + c + s_0 = 1.181700.
    # Step 2: e = tanh(2.181700), tanh(3.181700) = 0.974831, 0.996561; alpha_2 = 0.505432;
    #   c = 1.505432; s_2 = 0.25 + 1.505432 + 1.181700 = 2.937132.
    attention = BahdanauAttention(1, query_initializer="ones", key_initializer="ones", score_initializer="ones")
    features, alignments, state = hand_decoder(attention)(
        np.array([[[0.5], [0.25]]]),
        values=np.array([[[1.0], [2.0]]]),
        initial_state=[np.array([[-1.0]])],
        return_attention_scores=True,
        return_state=True,
    )
    np.testing.assert_allclose(alignments[0, :, 1], [0.681700, 0.505432], atol=5e-5)
    # o, c, y of each step: without a readout layer the features are their concatenation.
    np.testing.assert_allclose(features[0], [[1.181700, 1.681700, 0.5], [2.937132, 1.505432, 0.25]], atol=5e-5)
    np.testing.assert_allclose(state, [[2.937132]], atol=5e-5)


def test_luong_queries_the_current_state_and_feeds_the_attentional_vector():
    # e_j = s_i h_j, h = (1, 2), s_0 = -1, y = (0.5, 0.25), t = tanh(c + s).
    # Step 1: s_1 = 0.5 + 0 - 1 = -0.5; e = -0.5, -1; alpha_2 = 1 / (1 + exp(0.5)) = 0.377541;
    #   c = 1.377541; t_1 = tanh(0.877541) = 0.705185.
    # Step 2: s_2 = 0.25 + 0.705185 - 0.5 = 0.455185; alpha_2 = 1 / (1 + exp(-0.455185)) = 0.611871;
    #   c = 1.611871; t_2 = tanh(2.067056) = 0.968471.
    decoder = hand_decoder(LuongAttention("dot"), timing="luong", input_feeding=True)
    decoder.build((1, 2, 1), (1, 2, 1))
    decoder.readout_layer.kernel.assign(tf.ones((2, 1)))
    features, alignments = decoder(
        np.array([[[0.5], [0.25]]]),
        values=np.array([[[1.0], [2.0]]]),
        initial_state=[np.array([[-1.0]])],
        return_attention_scores=True,
    )
    np.testing.assert_allclose(alignments[0, :, 1], [0.377541, 0.611871], atol=1e-5)
    np.testing.assert_allclose(features[0, :, 0], [0.705185, 0.968471], atol=1e-5)


@pytest.mark.parametrize("timing", TIMINGS)
@pytest.mark.parametrize("cells", ["lstm", "gru", "simple_rnn", "keras_gru", "stack", "projected"])
def test_teacher_forcing_equals_step_by_step(cells, timing, ids, values):
    decoder = make_decoder(cells, timing)
    logits, alignments, *final = decoder(ids, values=values, mask=MASK, return_attention_scores=True, return_state=True)
    memory = decoder.prepare(values, MASK)
    states = decoder.initial_states(memory)
    for t in range(T):
        step_logits, states, alignment = decoder.step(ids[:, t], states, memory)
        np.testing.assert_allclose(logits[:, t], step_logits, atol=1e-5)
        np.testing.assert_allclose(alignments[:, t], alignment, atol=1e-5)
    for state, expected in zip(states.cells, final, strict=True):
        np.testing.assert_allclose(state, expected, atol=1e-5)


@pytest.mark.parametrize("timing", TIMINGS)
def test_a_later_target_changes_no_earlier_logits(timing, ids, values):
    decoder = make_decoder("gru", timing)
    changed = ids.copy()
    changed[:, 3:] = 1 + changed[:, 3:] % (V - 1)
    np.testing.assert_allclose(decoder(ids, values=values)[:, :3], decoder(changed, values=values)[:, :3], atol=1e-6)


@pytest.mark.parametrize("timing", TIMINGS)
def test_the_gradient_equals_a_finite_difference(timing):
    keras.utils.set_random_seed(3)
    keras.config.set_dtype_policy("float64")
    try:
        options = {name: value for name, value in TIMINGS[timing].items() if name != "attention"}
        cell, attention = keras.layers.GRUCell(3), TIMINGS[timing]["attention"]()
        decoder = AttentionDecoder(cell, attention, None, keras.layers.Dense(2), **options)
    finally:
        keras.config.set_dtype_policy("float32")
    point = [tf.random.normal((2, 3, 2), dtype="float64"), tf.random.normal((2, 3, 4), dtype="float64")]
    direction = [tf.random.normal(x.shape, dtype="float64") for x in point]
    loss = lambda inputs, values: tf.reduce_sum(tf.sin(decoder(inputs, values=values)))
    at = lambda size: loss(*[x + size * d for x, d in zip(point, direction, strict=True)])
    with tf.GradientTape() as tape:
        tape.watch(point)
        value = loss(*point)
    slope = sum(tf.reduce_sum(g * d) for g, d in zip(tape.gradient(value, point), direction, strict=True))
    assert float(slope) == pytest.approx(float(at(1e-5) - at(-1e-5)) / 2e-5, rel=1e-6)


def test_residual_adds_the_input_of_every_cell_above_the_first(values):
    # Cells above the first with all-zero weights put out zero, so only the residual path is left.
    zero = {"kernel_initializer": "zeros", "recurrent_initializer": "zeros"}
    inputs = np.random.default_rng(4).normal(size=(B, T, 3)).astype("float32")
    one = AttentionDecoder([keras.layers.SimpleRNNCell(7)], LuongAttention("general"), timing="luong")
    two = AttentionDecoder(
        [one.cells[0], keras.layers.SimpleRNNCell(7, **zero)], LuongAttention("general"), timing="luong",
        residual=True,
    )  # fmt: skip
    expected = one(inputs, values=values)
    two(inputs, values=values)
    two.attention.set_weights(one.attention.get_weights())
    two.readout_layer.set_weights(one.readout_layer.get_weights())
    np.testing.assert_allclose(two(inputs, values=values), expected, atol=1e-6)


def test_tied_projection_is_the_transposed_embedding(ids, values):
    embedding = keras.layers.ReversibleEmbedding(V, 6)
    decoder = make_decoder(embedding=embedding, projection="tied", readout_units=6)
    bare = AttentionDecoder(decoder.cells, decoder.attention, embedding, None, readout_units=6)
    logits = decoder(ids, values=values)
    bare(ids, values=values)
    bare.readout_layer.set_weights(decoder.readout_layer.get_weights())
    features = bare(ids, values=values).numpy()
    np.testing.assert_allclose(logits, features @ embedding.embeddings.numpy().T, atol=1e-5)


def test_a_mask_on_the_target_is_not_taken_for_the_sources(ids, values):
    plain = make_decoder(embedding=keras.layers.Embedding(V, 3))
    expected = plain(ids, values=values)
    masking = keras.layers.Embedding(V, 3, mask_zero=True)
    embedded = masking(ids)
    masking.set_weights(plain.embedding.get_weights())
    embedded = masking(ids)
    decoder = AttentionDecoder(plain.cells, plain.attention, None, plain.projection, readout_units=6)
    decoder(embedded, values=values)
    decoder.readout_layer.set_weights(plain.readout_layer.get_weights())
    logits = decoder(embedded, values=values)
    np.testing.assert_allclose(logits, expected, atol=1e-6)
    assert getattr(logits, "_keras_mask", None) is None


def test_a_functional_model_passes_initial_states_and_gets_final_ones(ids, values):
    tokens, source = keras.Input((None,), dtype="int32"), keras.Input((None, M))
    first = [keras.Input((7,)), keras.Input((7,))]
    decoder = make_decoder("lstm")
    model = keras.Model([tokens, source, *first], decoder(tokens, source, initial_state=first, return_state=True))
    states = [np.full((B, 7), 0.3, "float32"), np.full((B, 7), -0.2, "float32")]
    expected = decoder(ids, values, initial_state=states, return_state=True)
    for got, want in zip(model.predict([ids, values, *states], verbose=0), expected, strict=True):
        np.testing.assert_allclose(got, want, atol=1e-5)


@pytest.mark.parametrize("timing", ["bahdanau", "input_feeding"])
def test_compiled_by_xla_the_gradients_are_the_same(timing, ids, values):
    decoder = make_decoder("keras_lstm", timing)
    decoder(ids, values=values)

    def gradients(ids, values):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(decoder(ids, values=values) ** 2)
        return [tf.convert_to_tensor(g) for g in tape.gradient(loss, decoder.trainable_variables)]

    arguments = tf.constant(ids, tf.int32), tf.constant(values)
    for compiled, plain in zip(
        tf.function(gradients, jit_compile=True)(*arguments), gradients(*arguments), strict=True
    ):
        np.testing.assert_allclose(compiled, plain, atol=1e-4)


@pytest.mark.parametrize("timing", TIMINGS)
def test_what_padding_holds_never_matters_not_even_nan(timing, ids, values):
    decoder = make_decoder("gru", timing)
    poisoned = np.where(MASK[..., None], values, np.nan)

    def run(values):
        with tf.GradientTape() as tape:
            logits = decoder(ids, values=values, mask=MASK)
            loss = tf.reduce_sum(logits**2)
        return [logits, *map(tf.convert_to_tensor, tape.gradient(loss, decoder.trainable_variables))]

    for a, b in zip(run(values), run(poisoned), strict=True):
        np.testing.assert_array_equal(a, b)
