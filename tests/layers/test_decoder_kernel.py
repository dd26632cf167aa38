"""The hand-derived decoder loop against autodiff of the same steps, in float64: equal to the last digits."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps import layers
from rnnapps.layers import AttentionDecoder, BahdanauAttention, LuongAttention

B, T, S, M, E, U = 3, 5, 7, 8, 4, 6
LENGTHS = np.array([S, 4, 0])  # the last row has nothing to attend to
KINDS = {
    "simple_rnn": lambda **options: layers.SimpleRNNCell(U, **options),
    "gru": lambda **options: layers.GRUCell(U, **options),
    "gru_reset_before": lambda **options: layers.GRUCell(U, reset_after=False, **options),
    "lstm": lambda **options: layers.LSTMCell(U, **options),
    "lstm_peephole": lambda **options: layers.LSTMCell(U, peephole=True, **options),
    "without_bias": lambda **options: layers.GRUCell(U, use_bias=False, **options),
}


def decoder(kernel, kind, depth, recurrent_dropout=0.0, coverage=False, location=0, timing="bahdanau", **options):
    keras.utils.set_random_seed(3)
    cells = [KINDS[kind](recurrent_dropout=recurrent_dropout, seed=2, dtype="float64") for _ in range(depth)]
    attention = BahdanauAttention(
        5,
        normalize=True,
        use_bias=True,
        coverage=coverage,
        location_filters=location,
        location_width=3,
        dtype="float64",
    )
    return AttentionDecoder(
        cells, attention, readout_units=E, timing=timing, kernel=kernel, seed=5, dtype="float64", **options
    )


def results(decoder, training=True, traced=True):
    """Outputs, alignments, states, and gradients of a function of all of them by inputs and weights."""
    rng = np.random.default_rng(0)
    draw = lambda *shape: tf.constant(rng.normal(size=shape))
    mask = tf.constant(np.arange(S) < LENGTHS[:, None])
    inputs, values = draw(B, T, E), draw(B, S, M)
    states = [draw(B, width) for cell in decoder.cells for width in keras.tree.flatten(cell.state_size)]
    decoder.build(inputs.shape, values.shape)
    if decoder.attention.coverage_kernel is not None:
        decoder.attention.coverage_kernel.assign(draw(5))
    variables = [v.value for v in decoder.trainable_variables]

    def run(inputs, values, *states):
        with tf.GradientTape() as tape:
            tape.watch([inputs, values, *states])
            features, alignments, *final = decoder(
                inputs,
                values=values,
                mask=mask,
                initial_state=list(states),
                training=training,
                return_attention_scores=True,
                return_state=True,
            )
            position = tf.cast(tf.range(T), tf.float64)[:, None]
            loss = tf.reduce_sum(tf.sin(3 * features)) + tf.reduce_sum(position * alignments**2)
            loss += tf.add_n([tf.reduce_sum(tf.cos(state)) for state in final])
        return features, alignments, final, tape.gradient(loss, [inputs, values, *states, *variables])

    found = (tf.function(run, autograph=False) if traced else run)(inputs, values, *states)
    return [x.numpy() for x in tf.nest.flatten(found)]


def assert_same(training=True, **options):
    # A graph of autodiff through a loop takes longer to make than its five steps.
    plain = results(decoder("reference", **options), training, traced=False)
    fast = results(decoder("bptt", **options), training)
    assert len(plain) == len(fast)
    for expected, found in zip(plain, fast, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("kind", KINDS)
def test_one_cell(kind):
    assert_same(kind=kind, depth=1)


@pytest.mark.parametrize("kind", ["simple_rnn", "gru", "lstm"])
def test_a_residual_stack_that_reads_its_coverage(kind):
    assert_same(kind=kind, depth=2, residual=True, coverage=True)


@pytest.mark.parametrize("coverage", [True, False])
@pytest.mark.parametrize("kind", ["gru", "lstm"])
def test_a_stack_that_reads_where_it_looked_before(kind, coverage):
    assert_same(kind=kind, depth=2, location=4, coverage=coverage)


@pytest.mark.parametrize("kind", ["gru", "lstm"])
def test_a_deep_stack_with_every_dropout(kind):
    assert_same(kind=kind, depth=3, dropout=0.3, recurrent_dropout=0.2)


@pytest.mark.parametrize("kind", ["gru", "lstm"])
def test_luong_timing_runs_the_cells_without_the_attention(kind):
    assert_same(kind=kind, depth=2, residual=True, dropout=0.3, recurrent_dropout=0.2, timing="luong")


@pytest.mark.parametrize("past", [{"coverage": True}, {"location": 2}])
def test_gradients_outside_training_are_the_same(past):
    assert_same(kind="lstm", depth=2, dropout=0.3, training=False, **past)


def test_maxout_readout():
    assert_same(kind="gru", depth=1, readout="maxout")


@pytest.mark.parametrize("past", [{"coverage": True}, {"location": 2}, {"coverage": True, "location": 2}])
def test_steps_of_decoding_give_what_the_loop_gives(past):
    layer = decoder("bptt", "gru", 2, **past)
    features, alignments, *_ = results(layer, training=False)
    rng = np.random.default_rng(0)
    inputs, values = rng.normal(size=(B, T, E)), rng.normal(size=(B, S, M))
    memory = layer.prepare(values, tf.constant(np.arange(S) < LENGTHS[:, None]))
    states = layer.initial_states(memory, [tf.constant(rng.normal(size=(B, U))) for _ in range(2)])
    for t in range(T):
        found, states, alignment = layer.step(tf.constant(inputs[:, t]), states, memory)
        np.testing.assert_allclose(found, features[:, t], rtol=1e-9)
        np.testing.assert_allclose(alignment, alignments[:, t], rtol=1e-9, atol=1e-15)
    first = layer.initial_states(memory).past[0]
    expected = first + alignments.sum(axis=1) if "coverage" in past else alignments[:, -1]
    np.testing.assert_allclose(states.past[0], expected, rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize(
    ("cells", "options", "told"),
    [
        (keras.layers.GRUCell, {}, "GRUCell, a cell of another library"),
        (lambda units: layers.GRUCell(units, layer_norm=True), {}, "layer_norm or zoneout"),
        (lambda units: layers.GRUCell(units, zoneout=0.1), {}, "layer_norm or zoneout"),
        (lambda units: layers.GRUCell(units, dropout=0.1), {}, "cells with dropout"),
        (lambda units: layers.GRUCell(units, activation=lambda x: x), {}, "an activation whose derivative"),
        (layers.GRUCell, {"timing": "luong", "input_feeding": True}, "input_feeding"),
        (layers.GRUCell, {"attention": LuongAttention("general")}, "LuongAttention under timing='bahdanau'"),
    ],
)
def test_what_the_loop_cannot_run_is_told_when_asked_for_and_avoided_otherwise(cells, options, told):
    options = {"attention": BahdanauAttention(5), **options}
    inputs, values = np.zeros((B, T, E)), np.zeros((B, S, M))
    AttentionDecoder(cells(U), **options)(inputs, values=values)
    with pytest.raises(ValueError, match=told):
        AttentionDecoder(cells(U), kernel="bptt", **options)(inputs, values=values)


def test_an_unknown_kernel_is_an_error():
    with pytest.raises(ValueError, match="kernel must be one of auto, bptt, reference, got 'fast'"):
        AttentionDecoder(layers.GRUCell(U), BahdanauAttention(5), kernel="fast")
