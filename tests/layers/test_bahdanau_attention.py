import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps.layers import BahdanauAttention


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_context_and_alignment_are_those_of_the_equations(rng):
    query, values = rng.normal(size=(2, 3)), rng.normal(size=(2, 5, 4))
    layer = BahdanauAttention(6, use_bias=True, dtype="float64")
    context, alignment = layer(query, values, return_attention_scores=True)
    layer.bias.assign(rng.normal(size=6))
    context, alignment = layer(query, values, return_attention_scores=True)

    w, u, v, b = (keras.ops.convert_to_numpy(x) for x in (layer.query_kernel, layer.key_kernel, layer.v, layer.bias))
    for row in range(2):
        scores = np.array([np.tanh(query[row] @ w + h @ u + b) @ v[:, 0] for h in values[row]])
        weights = np.exp(scores) / np.exp(scores).sum()
        np.testing.assert_allclose(alignment[row], weights, rtol=1e-10)
        np.testing.assert_allclose(context[row], weights @ values[row], rtol=1e-10)


def test_one_hand_computed_alignment():
    # W_a = U_a = v = 1 and widths of one: e = tanh(q + h) = tanh(0) and tanh(1) = 0 and 0.761594;
    # alignment of the second = 1 / (1 + exp(-0.761594)) = 0.681700; context = 0.3183 * 1 + 0.6817 * 2.
    layer = BahdanauAttention(1, query_initializer="ones", key_initializer="ones", score_initializer="ones")
    context, alignment = layer(np.array([[-1.0]]), np.array([[[1.0], [2.0]]]), return_attention_scores=True)
    np.testing.assert_allclose(alignment, [[0.3183, 0.6817]], atol=1e-5)
    np.testing.assert_allclose(context, [[1.6817]], atol=1e-5)


def test_normalized_score_does_not_depend_on_the_length_of_v(rng):
    query, values = rng.normal(size=(2, 3)), rng.normal(size=(2, 5, 4))
    layer = BahdanauAttention(6, normalize=True)
    before = layer(query, values)
    layer.v.assign(3 * layer.v)
    np.testing.assert_allclose(layer(query, values), before, atol=1e-5)


def test_normalized_score_starts_with_length_one_over_root_units():
    layer = BahdanauAttention(16, normalize=True)
    layer.build((None, 3), (None, None, 4))
    assert float(layer.g) == pytest.approx(0.25)


def test_queries_over_time_equal_queries_one_by_one(rng):
    query, values = rng.normal(size=(2, 7, 3)), rng.normal(size=(2, 5, 4))
    mask = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]], bool)
    layer = BahdanauAttention(6)
    contexts, alignments = layer(query, values, mask=mask, return_attention_scores=True)
    for t in range(7):
        context, alignment = layer(query[:, t], values, mask=mask, return_attention_scores=True)
        np.testing.assert_allclose(contexts[:, t], context, atol=1e-6)
        np.testing.assert_allclose(alignments[:, t], alignment, atol=1e-6)


def test_cached_keys_change_nothing(rng):
    query, values = rng.normal(size=(2, 3)), rng.normal(size=(2, 5, 4))
    layer = BahdanauAttention(6, use_bias=True)
    plain = layer(query, values)
    np.testing.assert_allclose(layer(query, values, keys=layer.project(values)), plain, atol=1e-6)


def test_padding_changes_no_context(rng):
    query, values = rng.normal(size=(2, 3)), rng.normal(size=(2, 5, 4))
    layer = BahdanauAttention(6)
    alone = layer(query, values[:, :3])
    values[:, 3:] = 1e6
    padded = layer(query, values, mask=np.array([[1, 1, 1, 0, 0]] * 2, bool))
    np.testing.assert_allclose(padded, alone, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16", "mixed_float16"])
def test_row_with_nothing_to_attend_to_gives_zero_context_and_alignment(dtype, rng):
    layer = BahdanauAttention(6, dtype=dtype)
    mask = np.array([[1, 1, 0], [0, 0, 0]], bool)
    context, alignment = layer(
        rng.normal(size=(2, 3)), rng.normal(size=(2, 3, 4)), mask=mask, return_attention_scores=True
    )
    assert not np.any(context[1]) and not np.any(alignment[1])
    assert np.sum(alignment[0]) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_row_with_nothing_to_attend_to_has_finite_gradients(dtype, rng):
    layer = BahdanauAttention(6, dtype=dtype)
    query, values = (
        tf.constant(rng.normal(size=(2, 3)), dtype),
        tf.constant(rng.normal(size=(2, 3, 4)), dtype),
    )
    mask = np.array([[1, 1, 0], [0, 0, 0]], bool)
    with tf.GradientTape() as tape:
        tape.watch([query, values])
        loss = tf.reduce_sum(layer(query, values, mask=mask) ** 2)
    gradients = tape.gradient(loss, [query, values, *layer.trainable_variables])
    assert all(np.all(np.isfinite(tf.cast(g, tf.float32))) for g in gradients)
    assert not np.any(tf.cast(gradients[1][1], tf.float32))


def test_mixed_precision_computes_in_half_and_aligns_in_float32(rng):
    layer = BahdanauAttention(6, dtype="mixed_bfloat16")
    query, values = rng.normal(size=(2, 3)), rng.normal(size=(2, 5, 4))
    context, alignment = layer(query, values, return_attention_scores=True)
    assert context.dtype == tf.bfloat16
    assert alignment.dtype == tf.float32
    assert layer.project(values).dtype == tf.bfloat16


def test_unknown_batch_source_and_time_at_tracing(rng):
    layer = BahdanauAttention(6)
    query, values = rng.normal(size=(2, 7, 3)).astype("float32"), rng.normal(size=(2, 5, 4)).astype("float32")
    traced = tf.function(layer, input_signature=[tf.TensorSpec((None, None, 3)), tf.TensorSpec((None, None, 4))])
    np.testing.assert_allclose(traced(query, values), layer(query, values), atol=1e-6)


def test_every_argument_survives_the_config():
    layer = BahdanauAttention(
        6,
        normalize=True,
        use_bias=True,
        query_initializer="ones",
        key_initializer="zeros",
        score_initializer="he_normal",
    )
    config = BahdanauAttention.from_config(layer.get_config()).get_config()
    assert config == layer.get_config()
    assert config["normalize"] and config["use_bias"] and config["units"] == 6
    assert config["key_initializer"]["class_name"] == "Zeros"


def test_keras_file_gives_the_same_outputs(tmp_path, rng):
    query, values = keras.Input((3,)), keras.Input((None, 4))
    mask = keras.Input((None,), dtype="bool")
    model = keras.Model(
        [query, values, mask],
        BahdanauAttention(6, use_bias=True)(query, values, mask=mask, return_attention_scores=True),
    )
    model.save(tmp_path / "attention.keras")
    loaded = keras.models.load_model(tmp_path / "attention.keras")
    data = [
        rng.normal(size=(2, 3)),
        rng.normal(size=(2, 5, 4)),
        np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]], bool),
    ]
    for before, after in zip(model.predict(data, verbose=0), loaded.predict(data, verbose=0), strict=True):
        np.testing.assert_allclose(before, after, atol=1e-6)


def test_a_mask_on_the_query_is_neither_read_nor_passed_on():
    embedded = keras.layers.Embedding(5, 3, mask_zero=True)(np.array([[1, 0]]))
    context = BahdanauAttention(6)(embedded, np.ones((1, 4, 3)))
    assert getattr(context, "_keras_mask", None) is None
    np.testing.assert_allclose(context, np.ones((1, 2, 3)), atol=1e-6)


def test_units_below_one_are_refused():
    with pytest.raises(ValueError, match="units must be at least 1, got 0"):
        BahdanauAttention(0)


def test_projecting_before_building_says_what_to_do():
    with pytest.raises(ValueError, match="call or build it first"):
        BahdanauAttention(3).project(np.ones((1, 2, 3)))


def test_a_mask_per_query_is_an_error_not_a_broadcast():
    with pytest.raises(ValueError, match=r"mask must be \(B, S\) like values \(1, 4, 3\), got \(1, 4, 4\)"):
        BahdanauAttention(6)(np.ones((1, 4, 3)), np.ones((1, 4, 3)), mask=np.ones((1, 4, 4), bool))


def test_nan_in_padding_reaches_nothing():
    query, values = tf.ones((1, 3)), tf.constant([[[1.0, 2.0], [np.nan, np.nan]]])
    layer, mask = BahdanauAttention(6), tf.constant([[True, False]])
    with tf.GradientTape() as tape:
        context = layer(query, values, mask=mask)
    np.testing.assert_array_equal(context, [[1.0, 2.0]])
    gradients = tape.gradient(context, layer.trainable_variables, unconnected_gradients="zero")
    assert all(np.all(np.isfinite(gradient)) for gradient in gradients)
