import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps.layers import LuongAttention

SCORES = ["dot", "general", "concat"]


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def expected_scores(layer, query, values):
    """(Q,), (S, D) -> (S,), straight from eq. 8."""
    if layer.score == "dot":
        return values @ query
    if layer.score == "general":
        return values @ layer.key_kernel.numpy() @ query
    kernel = np.concatenate([layer.query_kernel, layer.key_kernel])
    return np.array([np.tanh(np.concatenate([query, h]) @ kernel) @ layer.v.numpy()[:, 0] for h in values])


@pytest.mark.parametrize("score", SCORES)
def test_context_and_alignment_are_those_of_the_equations(score, rng):
    query, values = rng.normal(size=(2, 4)), rng.normal(size=(2, 5, 4))
    layer = LuongAttention(score, dtype="float64")
    context, alignment = layer(query, values, return_attention_scores=True)
    for row in range(2):
        scores = expected_scores(layer, query[row], values[row])
        weights = np.exp(scores) / np.exp(scores).sum()
        np.testing.assert_allclose(alignment[row], weights, rtol=1e-10)
        np.testing.assert_allclose(context[row], weights @ values[row], rtol=1e-10)


def test_one_hand_computed_dot_alignment():
    # scores 0 and ln 3: alignment 1/4 and 3/4, context 3/4 ln 3.
    context, alignment = LuongAttention()(
        np.array([[1.0]]), np.array([[[0.0], [np.log(3)]]]), return_attention_scores=True
    )
    np.testing.assert_allclose(alignment, [[0.25, 0.75]], atol=1e-6)
    np.testing.assert_allclose(context, [[0.75 * np.log(3)]], atol=1e-6)


@pytest.mark.parametrize("score", ["general", "concat"])
def test_query_and_values_may_differ_in_width(score, rng):
    assert LuongAttention(score)(rng.normal(size=(2, 3)), rng.normal(size=(2, 5, 4))).shape == (2, 4)


def test_concat_compares_in_units_dimensions():
    layer = LuongAttention("concat", units=7)
    layer.build((None, 3), (None, None, 4))
    assert [tuple(w.shape) for w in layer.weights] == [(4, 7), (3, 7), (7, 1)]


@pytest.mark.parametrize("score", SCORES)
def test_queries_over_time_equal_queries_one_by_one(score, rng):
    query, values = rng.normal(size=(2, 7, 4)), rng.normal(size=(2, 5, 4))
    mask = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]], bool)
    layer = LuongAttention(score)
    contexts, alignments = layer(query, values, mask=mask, return_attention_scores=True)
    for t in range(7):
        context, alignment = layer(query[:, t], values, mask=mask, return_attention_scores=True)
        np.testing.assert_allclose(contexts[:, t], context, atol=1e-6)
        np.testing.assert_allclose(alignments[:, t], alignment, atol=1e-6)


@pytest.mark.parametrize("score", SCORES)
def test_cached_keys_change_nothing(score, rng):
    query, values = rng.normal(size=(2, 4)), rng.normal(size=(2, 5, 4))
    layer = LuongAttention(score)
    plain = layer(query, values)
    np.testing.assert_allclose(layer(query, values, keys=layer.project(values)), plain, atol=1e-6)


@pytest.mark.parametrize("score", SCORES)
def test_padding_changes_no_context(score, rng):
    query, values = rng.normal(size=(2, 4)), rng.normal(size=(2, 5, 4))
    layer = LuongAttention(score)
    alone = layer(query, values[:, :3])
    values[:, 3:] = 1e6
    padded = layer(query, values, mask=np.array([[1, 1, 1, 0, 0]] * 2, bool))
    np.testing.assert_allclose(padded, alone, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("score", SCORES)
def test_row_with_nothing_to_attend_to_gives_zeros_and_finite_gradients(score, dtype, rng):
    layer = LuongAttention(score, dtype=dtype)
    query, values = (
        tf.constant(rng.normal(size=(2, 4)), dtype),
        tf.constant(rng.normal(size=(2, 3, 4)), dtype),
    )
    with tf.GradientTape() as tape:
        tape.watch([query, values])
        context, alignment = layer(
            query, values, mask=np.array([[1, 1, 0], [0, 0, 0]], bool), return_attention_scores=True
        )
        loss = tf.reduce_sum(context**2)
    gradients = tape.gradient(loss, [query, values, *layer.trainable_variables])
    assert not np.any(context[1]) and not np.any(alignment[1])
    assert all(np.all(np.isfinite(tf.cast(g, tf.float32))) for g in gradients)


def test_scores_too_large_for_half_precision_sums_still_align():
    # exp(20) overflows float16; the softmax runs in float32.
    layer = LuongAttention("dot", dtype="float16")
    _, alignment = layer(np.array([[20.0]]), np.array([[[1.0], [0.0]]]), return_attention_scores=True)
    np.testing.assert_allclose(alignment, [[1, 0]], atol=1e-6)


@pytest.mark.parametrize("score", SCORES)
def test_unknown_batch_and_source_at_tracing(score, rng):
    layer = LuongAttention(score)
    query, values = rng.normal(size=(2, 4)).astype("float32"), rng.normal(size=(2, 5, 4)).astype("float32")
    traced = tf.function(layer, input_signature=[tf.TensorSpec((None, 4)), tf.TensorSpec((None, None, 4))])
    np.testing.assert_allclose(traced(query, values), layer(query, values), atol=1e-6)


def test_every_argument_survives_the_config():
    layer = LuongAttention(
        "concat", units=6, query_initializer="ones", key_initializer="zeros", score_initializer="he_normal"
    )
    config = LuongAttention.from_config(layer.get_config()).get_config()
    assert config == layer.get_config()
    assert (config["score"], config["units"]) == ("concat", 6)


@pytest.mark.parametrize("score", SCORES)
def test_keras_file_gives_the_same_outputs(score, tmp_path, rng):
    query, values = keras.Input((None, 4)), keras.Input((None, 4))
    model = keras.Model([query, values], LuongAttention(score)(query, values))
    model.save(tmp_path / "attention.keras")
    loaded = keras.models.load_model(tmp_path / "attention.keras")
    data = [rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 5, 4))]
    np.testing.assert_allclose(model.predict(data, verbose=0), loaded.predict(data, verbose=0), atol=1e-6)


def test_an_unknown_score_lists_the_known_ones():
    with pytest.raises(ValueError, match="one of dot, general, concat, got 'cosine'"):
        LuongAttention("cosine")


def test_units_for_a_score_without_a_width_are_refused():
    with pytest.raises(ValueError, match="units=3 with score='dot'"):
        LuongAttention("dot", units=3)


def test_dot_of_different_widths_points_to_general():
    with pytest.raises(ValueError, match="got 3 and 4; use score='general'"):
        LuongAttention("dot")(np.ones((2, 3)), np.ones((2, 5, 4)))


def test_a_mask_per_query_is_an_error_not_a_broadcast():
    with pytest.raises(ValueError, match=r"mask must be \(B, S\) like values \(1, 4, 3\), got \(1, 4, 4\)"):
        LuongAttention("general")(np.ones((1, 4, 3)), np.ones((1, 4, 3)), mask=np.ones((1, 4, 4), bool))


def test_nan_in_padding_reaches_nothing():
    query, values = tf.ones((1, 3)), tf.constant([[[1.0, 2.0], [np.nan, np.nan]]])
    layer, mask = LuongAttention("general"), tf.constant([[True, False]])
    with tf.GradientTape() as tape:
        context = layer(query, values, mask=mask)
    np.testing.assert_array_equal(context, [[1.0, 2.0]])
    gradients = tape.gradient(context, layer.trainable_variables, unconnected_gradients="zero")
    assert all(np.all(np.isfinite(gradient)) for gradient in gradients)
