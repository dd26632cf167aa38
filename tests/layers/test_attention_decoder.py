"""What is particular to the decoder; what it shares with every layer is in test_contract.py."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps import layers
from rnnapps.layers import AttentionDecoder, BahdanauAttention, LuongAttention

B, T, S, M, V = 2, 5, 4, 6, 11

CELLS = {
    "lstm": lambda: layers.LSTMCell(7),
    "gru": lambda: layers.GRUCell(7),
    "simple_rnn": lambda: layers.SimpleRNNCell(7),
    "keras_lstm": lambda: keras.layers.LSTMCell(7),
    "keras_gru": lambda: keras.layers.GRUCell(7),
    "stack": lambda: [keras.layers.LSTMCell(7), layers.GRUCell(7), layers.LSTMCell(7)],
    "projected": lambda: [layers.LSTMCell(9, projection_units=5), layers.LSTMCell(7, peephole=True)],
}
TIMINGS = {
    "bahdanau": {"attention": lambda: BahdanauAttention(8), "timing": "bahdanau", "readout_units": 6},
    "maxout": {
        "attention": lambda: BahdanauAttention(8, normalize=True, use_bias=True),
        "timing": "bahdanau",
        "readout_units": 6,
        "readout": "maxout",
    },
    "no_readout": {"attention": lambda: LuongAttention("general"), "timing": "bahdanau"},
    "luong": {"attention": lambda: LuongAttention("general"), "timing": "luong"},
    "input_feeding": {
        "attention": lambda: LuongAttention("concat"),
        "timing": "luong",
        "input_feeding": True,
    },
}


def make_decoder(cells="lstm", timing="bahdanau", **options):
    options = {**TIMINGS[timing], **options}
    attention = options.pop("attention")()
    embedding = options.pop("embedding", None) or keras.layers.Embedding(V, 3)
    projection = options.pop("projection", None) or keras.layers.Dense(V)
    return AttentionDecoder(CELLS[cells](), attention, embedding, projection, **options)


@pytest.fixture
def ids():
    return np.random.default_rng(1).integers(1, V, size=(B, T))


@pytest.fixture
def values():
    return np.random.default_rng(2).normal(size=(B, S, M)).astype("float32")


MASK = np.array([[1, 1, 1, 1], [1, 1, 0, 0]], bool)


def hand_decoder(attention, **options):
    """Widths of one, every weight one, linear: the numbers of the tests below can be checked by hand."""
    cell = keras.layers.SimpleRNNCell(
        1, activation="linear", use_bias=False, kernel_initializer="ones", recurrent_initializer="ones"
    )
    return AttentionDecoder(cell, attention, **options)


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
    np.testing.assert_allclose(alignments[0, :, 1], [0.681700, 0.505432], atol=1e-5)
    # o, c, y of each step: without a readout layer the features are their concatenation.
    np.testing.assert_allclose(features[0], [[1.181700, 1.681700, 0.5], [2.937132, 1.505432, 0.25]], atol=1e-5)
    np.testing.assert_allclose(state, [[2.937132]], atol=1e-5)


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


def test_the_initial_state_is_flat_bottom_cell_first(ids, values):
    decoder = make_decoder("stack")
    states = [np.full((B, 7), i / 10, "float32") for i in range(5)]  # h, c; h; h, c
    logits = decoder(ids, values=values, initial_state=states)
    memory = decoder.prepare(values)
    first = decoder.initial_states(memory, states)
    np.testing.assert_allclose(logits[:, 0], decoder.step(ids[:, 0], first, memory)[0], atol=1e-5)
    assert [float(s[0, 0]) for s in first.cells] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])


def test_tied_projection_is_the_transposed_embedding(ids, values):
    embedding = keras.layers.ReversibleEmbedding(V, 6)
    decoder = make_decoder(embedding=embedding, projection="tied", readout_units=6)
    bare = AttentionDecoder(decoder.cells, decoder.attention, embedding, None, readout_units=6)
    logits = decoder(ids, values=values)
    bare(ids, values=values)
    bare.readout_layer.set_weights(decoder.readout_layer.get_weights())
    features = bare(ids, values=values).numpy()
    np.testing.assert_allclose(logits, features @ embedding.embeddings.numpy().T, atol=1e-5)


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


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timing": "late"}, "timing must be one of bahdanau, luong, got 'late'"),
        ({"input_feeding": True}, "input_feeding=True belongs to timing='luong'"),
        ({"readout": "maxout", "timing": "luong"}, "readout='maxout' belongs to timing='bahdanau'"),
        ({"readout": "relu", "readout_units": 3}, "kind must be one of tanh, maxout, got 'relu'"),
        ({"dropout": 1.0}, r"dropout must lie in \[0, 1\), got 1.0"),
        ({"projection": "linear"}, "projection must be a layer, 'tied' or None, got 'linear'"),
        ({"projection": "tied"}, "got Embedding"),
        ({"cells": []}, "at least one cell"),
        ({"cells": keras.layers.GRU(3)}, "cells must be cells such as GRUCell, got <GRU"),
        ({"attention": keras.layers.AdditiveAttention()}, "attention must be .* got <AdditiveAttention"),
        ({"readout": "maxout"}, "readout='maxout' needs readout_units"),
        ({"readout_units": 0}, "units must be at least 1, got 0"),
        ({"cells": [keras.layers.GRUCell(3), keras.layers.GRUCell(4)], "residual": True}, r"got \[3, 4\]"),
    ],
)
def test_arguments_that_do_not_fit_are_named(options, message):
    arguments = {"cells": keras.layers.GRUCell(3), "embedding": keras.layers.Embedding(4, 3), **options}
    arguments = {"attention": LuongAttention(), **arguments}
    with pytest.raises(ValueError, match=message):
        AttentionDecoder(**arguments)


def test_a_wrong_number_of_initial_states_is_named(ids, values):
    with pytest.raises(ValueError, match=r"2 tensors \(B, U\) of widths \[7, 7\], got shapes \[\(2, 7\)\]"):
        make_decoder()(ids, values=values, initial_state=[np.zeros((B, 7))])


def test_a_tied_projection_of_another_width_is_named(ids, values):
    decoder = make_decoder(embedding=keras.layers.ReversibleEmbedding(V, 3), projection="tied")
    with pytest.raises(ValueError, match="got 6 and 3; set readout_units"):
        decoder(ids, values=values)


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
def test_an_own_dtype_reaches_the_readout(timing):
    options = {name: value for name, value in TIMINGS[timing].items() if name != "attention"}
    keras.config.set_dtype_policy("float64")
    cell, attention = keras.layers.GRUCell(3), TIMINGS[timing]["attention"]()
    keras.config.set_dtype_policy("float32")
    decoder = AttentionDecoder(cell, attention, dtype="float64", **options)
    assert decoder(np.ones((1, 2, 3)), values=np.ones((1, 4, 3))).dtype == tf.float64


def test_cells_of_another_dtype_are_named():
    with pytest.raises(ValueError, match="in its own dtype=float64, got float32, float32"):
        AttentionDecoder(keras.layers.GRUCell(3), LuongAttention(), dtype="float64")


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


def test_initial_states_may_be_nested_per_cell_or_one_tensor(ids, values):
    h, c = np.full((B, 7), 0.3, "float32"), np.full((B, 7), -0.2, "float32")
    stack, gru = make_decoder("stack"), make_decoder("gru")
    flat, nested = [h, c, h, c, h], [[h, c], h, [c, h]]
    np.testing.assert_array_equal(
        stack(ids, values=values, initial_state=flat), stack(ids, values=values, initial_state=nested)
    )
    np.testing.assert_array_equal(gru(ids, values=values, initial_state=h), gru(ids, values=values, initial_state=[h]))


@pytest.mark.parametrize("state", [np.zeros((B, 5)), np.zeros(7)])
def test_an_initial_state_of_a_wrong_shape_is_named(state, ids, values):
    with pytest.raises(ValueError, match=r"1 tensors \(B, U\) of widths \[7\], got shapes"):
        make_decoder("gru")(ids, values=values, initial_state=[state])


def test_a_mask_of_a_wrong_shape_is_named(ids, values):
    with pytest.raises(ValueError, match=r"mask must be \(B, S\) like values \(2, 4, 6\), got \(2, 3\)"):
        make_decoder()(ids, values=values, mask=MASK[:, :3])
