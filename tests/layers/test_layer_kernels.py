"""Layers on every kernel. The kernels themselves are compared to the last digits in tests/kernels."""

from functools import partial

import pytest
import tensorflow as tf

from rnnapps.kernels import KERNELS
from rnnapps.layers import GRU, LSTM, SimpleRNN
from tests import layer_checks
from tests.layer_checks import MASK, PADDED, assert_close, outputs_and_gradients
from tests.layers.subjects import DROPPING, LOOPS, recurrent

ZONEOUT = {
    "simple_rnn-zoneout": partial(SimpleRNN, 4, zoneout=0.3, seed=3),
    "lstm-zoneout": partial(LSTM, 4, zoneout=0.3, zoneout_cell=0.2, seed=3),
    "gru-zoneout": partial(GRU, 4, zoneout=0.3, seed=3),
}


def on_kernel(make, kernel: str):
    return recurrent(partial(make, kernel=kernel))


def results_on_every_kernel(make, kernels, training: bool = False) -> dict:
    """Outputs and gradients by kernel, from the same weights and the same draws."""
    results, weights = {}, None
    for kernel in kernels:
        subject = on_kernel(make, kernel)
        layer = subject.make()
        layer.build(PADDED.shape)
        weights = weights or layer.get_weights()
        layer.set_weights(weights)  # the state of the seed is one of them
        results[kernel] = outputs_and_gradients(subject, layer, [tf.constant(PADDED)], MASK, training=training)
    return results


@pytest.mark.parametrize("name", LOOPS)
def test_every_kernel_gives_the_outputs_and_gradients_of_the_reference(name):
    results = results_on_every_kernel(LOOPS[name], KERNELS)
    for kernel in KERNELS:
        assert_close(results[kernel], results["reference"])


@pytest.mark.parametrize("name", [*DROPPING, *ZONEOUT])
def test_every_kernel_draws_the_same_dropout_and_zoneout_from_the_same_seed(name):
    # Keras's loop asks the cell step by step, where the others draw zoneout for all steps at once.
    kernels = [kernel for kernel in KERNELS if kernel != "keras" or "zoneout" not in name]
    results = results_on_every_kernel({**DROPPING, **ZONEOUT}[name], kernels, training=True)
    for kernel in kernels:
        assert_close(results[kernel], results["reference"])


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("name", ["lstm-everything", "gru-everything"])
def test_padding_and_unknown_shapes_change_nothing_on_any_kernel(name, kernel):
    subject = on_kernel(LOOPS[name], kernel)
    layer_checks.a_padded_batch_equals_its_sequences_one_by_one(subject)
    layer_checks.batch_and_time_may_be_unknown_in_a_graph(subject)


@pytest.mark.parametrize("kernel", KERNELS)
def test_fit_moves_every_weight_on_any_kernel(kernel):
    layer_checks.fit_takes_a_step_that_moves_every_weight(on_kernel(LOOPS["lstm-everything"], kernel))
