"""The hand-derived loop against autodiff of the reference, in float64: equal to the last digits, not to a tolerance."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps.kernels import GRUParameters, LSTMParameters, SimpleRNNParameters, run

BATCH, STEPS, WIDTH, UNITS, PROJECTED = 3, 7, 5, 4, 3
MASKS = {
    "no mask": None,
    "holes": [[0, 1, 1, 0, 0, 1, 0], [0, 0, 1, 0, 1, 1, 1], [1] * 7],
    "an empty row and right padding": [[0] * 7, [1, 1, 0, 0, 0, 0, 0], [1] * 7],
}
RNG = np.random.default_rng(7)


def draw(*shape):
    return tf.constant(RNG.normal(size=shape) * 0.7)


def simple_rnn(layer_norm=False, activation="tanh", **masks):
    return SimpleRNNParameters(
        kernel=draw(WIDTH, UNITS),
        recurrent_kernel=draw(UNITS, UNITS),
        bias=draw(UNITS),
        activation=keras.activations.get(activation),
        norm_recurrent=draw(UNITS) if layer_norm else None,
        **masks,
    )


def lstm(layer_norm=False, peephole=False, projection=False, activation="tanh", gate="sigmoid", **masks):
    out = PROJECTED if projection else UNITS
    norm = {
        "norm_input": draw(4 * UNITS),
        "norm_recurrent": draw(4 * UNITS),
        "norm_cell_scale": draw(UNITS),
        "norm_cell_offset": draw(UNITS),
    }
    return LSTMParameters(
        kernel=draw(WIDTH, 4 * UNITS),
        recurrent_kernel=draw(out, 4 * UNITS),
        bias=draw(4 * UNITS),
        activation=keras.activations.get(activation),
        recurrent_activation=keras.activations.get(gate),
        peephole=draw(3, UNITS) if peephole else None,
        projection=draw(UNITS, PROJECTED) if projection else None,
        **(norm if layer_norm else {}),
        **masks,
    )


def gru(reset_after=True, layer_norm=False, activation="tanh", gate="sigmoid", **masks):
    return GRUParameters(
        kernel=draw(WIDTH, 3 * UNITS),
        recurrent_kernel=draw(UNITS, 3 * UNITS),
        bias=draw(3 * UNITS),
        recurrent_bias=draw(3 * UNITS) if reset_after else None,
        activation=keras.activations.get(activation),
        recurrent_activation=keras.activations.get(gate),
        reset_after=reset_after,
        norm_input=draw(3 * UNITS) if layer_norm else None,
        norm_recurrent=draw(3 * UNITS) if layer_norm else None,
        **masks,
    )


def dropout(gates, width=UNITS):
    mask = lambda n: tf.constant(RNG.integers(0, 2, (BATCH, n)) * 2.0)
    return {
        "input_masks": tuple(mask(WIDTH) for _ in range(gates)),
        "recurrent_masks": tuple(mask(width) for _ in range(gates)),
    }


RECURRENCES = {
    "simple_rnn": simple_rnn(),
    "simple_rnn, layer norm": simple_rnn(layer_norm=True),
    "simple_rnn, relu": simple_rnn(activation="relu"),
    "simple_rnn, dropout": simple_rnn(**dropout(1)),
    "lstm": lstm(),
    "lstm, layer norm": lstm(layer_norm=True),
    "lstm, peephole": lstm(peephole=True),
    "lstm, projection": lstm(projection=True),
    "lstm, all": lstm(layer_norm=True, peephole=True, projection=True, **dropout(4, PROJECTED)),
    "lstm, relu and hard sigmoid": lstm(activation="relu", gate="hard_sigmoid", peephole=True),
    "lstm, dropout": lstm(**dropout(4)),
    "gru": gru(),
    "gru, layer norm": gru(layer_norm=True),
    "gru, dropout": gru(**dropout(3)),
    "gru, reset before": gru(reset_after=False),
    "gru, reset before, layer norm": gru(reset_after=False, layer_norm=True),
    "gru, reset before, dropout": gru(reset_after=False, **dropout(3)),
    "gru, linear": gru(activation="linear"),
}
OPTIONS = {
    "zoneout in training": {"zoneout": "draws"},
    "zoneout in inference": {"zoneout": "rates"},
    "truncated": {"truncate": 3},
    "backwards, zeros for masked steps": {"go_backwards": True, "zero_output_for_mask": True},
    "unrolled": {"unroll": True},
    "last output only": {"return_sequences": False},
    "gradient outside training": {"training": False},
}


def weights(parameters):
    return {name: w for name, w in vars(parameters).items() if tf.is_tensor(w)}


def outputs_and_gradients(kernel, parameters, sequences, states, mask, options):
    loss_weights = np.random.default_rng(1)
    with tf.GradientTape() as tape:
        watched = [sequences, *states, *weights(parameters).values()]
        tape.watch(watched)
        last, outputs, final = run(kernel, parameters, sequences, states, mask, **{"training": True, **options})
        shown = [last, outputs, *final]
        loss = tf.add_n([tf.reduce_sum(s * loss_weights.normal(size=s.shape)) for s in shown])
    return shown, tape.gradient(loss, watched, unconnected_gradients="zero")


def assert_kernels_agree(parameters, mask=None, **options):
    widths = (parameters.recurrent_kernel.shape[0], UNITS)[: 2 if isinstance(parameters, LSTMParameters) else 1]
    sequences, states = draw(BATCH, STEPS, WIDTH), tuple(draw(BATCH, w) for w in widths)
    zoneout = options.pop("zoneout", None)
    if zoneout == "draws":
        options["keep_new"] = tuple(tf.constant(RNG.integers(0, 2, (STEPS, BATCH, w)) * 1.0) for w in widths)
    elif zoneout == "rates":
        options["keep_new"] = (0.8, 0.6)[: len(widths)]
    mask = None if mask is None else tf.constant(np.array(mask, bool))
    expected, got = (
        outputs_and_gradients(kernel, parameters, sequences, states, mask, options) for kernel in ("reference", "bptt")
    )
    tf.nest.map_structure(lambda e, g: np.testing.assert_allclose(g, e, rtol=1e-9, atol=1e-11), expected, got)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("name", RECURRENCES)
def test_hand_derived_loop_equals_autodiff_of_the_reference(name, mask):
    assert_kernels_agree(RECURRENCES[name], MASKS[mask])


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("name", ["simple_rnn", "lstm", "lstm, all", "gru", "gru, reset before, layer norm"])
def test_hand_derived_loop_equals_the_reference_with_every_option(name, option):
    assert_kernels_agree(RECURRENCES[name], MASKS["holes"], **OPTIONS[option])


@pytest.mark.parametrize("kernel", ["reference", "bptt"])
def test_truncation_cuts_the_gradient_at_multiples_of_k(kernel):
    # h_t = x_t + 2 h_{t-1}: without truncation d h_5 / d x_t = 2^(5-t); with k = 2 the steps are (0 1) (2 3) (4 5).
    parameters = SimpleRNNParameters(
        kernel=tf.constant([[1.0]]),
        recurrent_kernel=tf.constant([[2.0]]),
        bias=None,
        activation=keras.activations.linear,
    )
    x, zero = tf.ones((1, 6, 1)), (tf.zeros((1, 1)),)
    slopes = {}
    for truncate in (None, 2):
        with tf.GradientTape() as tape:
            tape.watch(x)
            last, _, _ = run(kernel, parameters, x, zero, truncate=truncate, training=True)
        assert last.numpy()[0, 0] == 63
        slopes[truncate] = tape.gradient(last, x).numpy().ravel().tolist()
    assert slopes == {None: [32, 16, 8, 4, 2, 1], 2: [0, 0, 0, 0, 2, 1]}


def test_a_masked_step_may_hold_anything():
    # Padding is whatever the caller left there; NaN in it must reach neither outputs nor gradients.
    parameters = lstm()
    x = np.ones((1, 3, WIDTH))
    x[0, 2] = np.nan
    x, states = tf.constant(x), (tf.zeros((1, UNITS), tf.float64),) * 2
    with tf.GradientTape() as tape:
        tape.watch(x)
        last, _, _ = run("bptt", parameters, x, states, tf.constant([[True, True, False]]), training=True)
    assert np.isfinite(last).all()
    assert np.isfinite(tape.gradient(last, x)[0, :2]).all()


def test_time_may_be_unknown_when_the_graph_is_made():
    parameters = gru()
    states = (draw(BATCH, UNITS),)

    @tf.function(input_signature=[tf.TensorSpec((None, None, WIDTH), tf.float64)])
    def last_output(x):
        return run("bptt", parameters, x, states)[0]

    for steps in (1, 2, 50):
        x = draw(BATCH, steps, WIDTH)
        np.testing.assert_allclose(last_output(x), run("reference", parameters, x, states)[0], atol=1e-12)
