"""Attention that sees where it looked before, by numbers worked out by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps.kernels import location_features
from rnnapps.layers import AttentionDecoder, BahdanauAttention, GRUCell, LSTMCell
from tests import layer_checks
from tests.layer_checks import Subject
from tests.layers.subjects import DECODER, IDS
from tests.layers.subjects import decoder as make_decoder

RNG = np.random.default_rng(0)


def ones(**options):
    """Widths of one, every weight one, but the filter: 2 times the position before, 3 times the one behind."""
    attention = BahdanauAttention(
        1,
        location_filters=1,
        location_width=3,
        query_initializer="ones",
        key_initializer="ones",
        score_initializer="ones",
        **options,
    )
    attention.build((None, 1), (None, None, 1))
    attention.filters.assign([[2.0], [0.0], [3.0]])
    attention.location_kernel.assign([[1.0]])
    return attention


def test_a_filter_sees_the_positions_around_and_zeros_outside():
    features = location_features(tf.constant([[0.1, 0.2, 0.7]]), tf.constant([[2.0], [0.0], [3.0]]))
    # 0 + 3 * 0.2, 2 * 0.1 + 3 * 0.7, 2 * 0.2 + 0
    np.testing.assert_allclose(features[0, :, 0], [0.6, 2.3, 0.4], rtol=1e-6)


def test_where_it_looked_enters_the_score():
    _, alignment = ones()(
        np.array([[0.5]]), np.array([[[1.0], [-1.0]]]), past=np.array([[1.0, 0.0]]), return_attention_scores=True
    )
    # tanh(0.5 + 1 + 0) and tanh(0.5 - 1 + 2 * 1) are equal: what follows the place makes up for its value.
    np.testing.assert_allclose(alignment, [[0.5, 0.5]], rtol=1e-6)


def test_a_decoder_equals_steps_written_by_hand():
    attention = BahdanauAttention(4, location_filters=2, location_width=3)
    decoder = AttentionDecoder(GRUCell(3), attention)
    values, inputs = (RNG.normal(size=shape).astype("float32") for shape in [(1, 5, 6), (1, 4, 2)])
    features, alignments = decoder(inputs, values=values, return_attention_scores=True)
    query_kernel, key_kernel, v, filters, location_kernel = (
        getattr(attention, name).numpy() for name in ("query_kernel", "key_kernel", "v", "filters", "location_kernel")
    )
    state, past = np.zeros((1, 3), "float32"), np.eye(5)[0]
    for t in range(4):
        around = np.pad(past, 1)
        seen = np.array([around[j : j + 3] @ filters for j in range(5)]) @ location_kernel
        scores = np.tanh(state @ query_kernel + values[0] @ key_kernel + seen) @ v[:, 0]
        past = np.exp(scores) / np.exp(scores).sum()
        np.testing.assert_allclose(alignments[0, t], past, rtol=1e-5, atol=1e-6)
        context = past @ values[0]
        x = np.concatenate([inputs[0, t], context])[None].astype("float32")
        state = decoder.cells[0](x, [state])[0].numpy()
        np.testing.assert_allclose(
            features[0, t], np.concatenate([state[0], context, inputs[0, t]]), rtol=1e-5, atol=1e-6
        )


@pytest.mark.parametrize("coverage", [False, True])
def test_the_past_is_the_last_alignment_or_with_coverage_their_sum(coverage):
    attention = ones(coverage=coverage)
    first, second = np.array([[0.25, 0.75]]), np.array([[0.5, 0.5]])
    after = attention.carry(attention.carry(np.zeros((1, 2)), first), second)
    np.testing.assert_array_equal(after, [[0.75, 1.25]] if coverage else [[0.5, 0.5]])


def test_the_first_step_comes_from_the_first_position_that_counts():
    mask = tf.constant([[True, True, False], [False, True, True], [False, False, False]])
    past = ones().first_past(tf.zeros((3, 3, 1)), mask)
    np.testing.assert_array_equal(past, [[1, 0, 0], [0, 1, 0], [0, 0, 0]])


@pytest.mark.parametrize("coverage", [False, True])
def test_padding_changes_nothing(coverage):
    keras.utils.set_random_seed(1)
    attention = BahdanauAttention(4, location_filters=2, location_width=5, coverage=coverage)
    decoder = AttentionDecoder(GRUCell(3), attention, readout_units=4)
    values, inputs = RNG.normal(size=(2, 6, 3)), RNG.normal(size=(2, 3, 2))
    mask = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0]], bool)
    both, alignments = decoder(inputs, values=values, mask=mask, return_attention_scores=True)
    alone, expected = decoder(inputs[1:], values=values[1:, :3], return_attention_scores=True)
    np.testing.assert_allclose(both[1], alone[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(alignments[1, :, :3], expected[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(alignments[1, :, 3:], 0)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision_keeps_alignments_in_single(policy):
    decoder = AttentionDecoder(
        GRUCell(3, dtype=policy),
        BahdanauAttention(4, location_filters=2, location_width=3, dtype=policy),
        readout_units=4,
        dtype=policy,
    )
    values, inputs = RNG.normal(size=(1, 5, 3)), RNG.normal(size=(1, 3, 2))
    with tf.GradientTape() as tape:
        features, alignments = decoder(inputs, values=values, return_attention_scores=True)
        total = tf.reduce_sum(tf.cast(features, "float32"))
    assert features.dtype == policy.removeprefix("mixed_")
    np.testing.assert_allclose(tf.reduce_sum(alignments, axis=-1), np.ones((1, 3)), rtol=1e-6)
    filters = decoder.attention.filters
    gradient = tape.gradient(total, filters.value)
    assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0


def test_a_model_file_gives_the_same_outputs(tmp_path):
    values, inputs = keras.Input((None, 3)), keras.Input((None, 2))
    decoder = AttentionDecoder(GRUCell(3), BahdanauAttention(4, location_filters=2, location_width=5, coverage=True))
    model = keras.Model([inputs, values], decoder(inputs, values=values))
    model.save(tmp_path / "model.keras")
    data = [RNG.normal(size=(2, 4, 2)), RNG.normal(size=(2, 5, 3))]
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras")(data), model(data))


@pytest.mark.parametrize("check", layer_checks.GRAPH_CHECKS, ids=lambda check: check.__name__)
def test_graph_contract(check):
    make = lambda: make_decoder(
        LSTMCell(4), BahdanauAttention(5, location_filters=2, location_width=3), readout_units=6
    )
    check(Subject(make, (IDS,), **DECODER))


def test_an_even_width_is_an_error():
    with pytest.raises(ValueError, match="location_width odd, got 2 and 4"):
        BahdanauAttention(4, location_filters=2, location_width=4)


def test_many_queries_at_once_have_no_past():
    with pytest.raises(ValueError, match=r"location_filters=1 needs the call argument past \(B, S\)"):
        ones()(np.ones((1, 3, 1)), np.ones((1, 2, 1)))
