"""What the recurrent layers promise beyond `layer_checks.py`: last outputs, states, outgoing masks, their shapes."""

from __future__ import annotations

import contextlib
from unittest import mock

import keras
import numpy as np
import tensorflow as tf

from tests.layer_checks import MASK, PADDED, SEQUENCES, B, D, Subject, T, assert_close, flat, valid_steps

EVERY_OUTPUT = [
    {"return_sequences": sequences, "return_state": state} for sequences in (False, True) for state in (False, True)
]


@contextlib.contextmanager
def keras_3_16():
    """Keras after pull request 23235: RNN, Bidirectional and TimeDistributed hand no mask on."""
    patches = contextlib.ExitStack()
    for layer in (keras.layers.RNN, keras.layers.Bidirectional, keras.layers.TimeDistributed):
        patches.enter_context(mock.patch.object(layer, "__init__", _then_no_masking(layer.__init__)))
        patches.enter_context(mock.patch.object(layer, "compute_mask", lambda self, inputs, mask=None: None))
    with patches:
        yield


def _then_no_masking(init):
    def without_masking(self, *args, **kwargs):
        init(self, *args, **kwargs)
        self.supports_masking = False

    return without_masking


def the_last_output_is_that_of_the_sequence_alone(subject: Subject) -> None:
    """Without `return_sequences` the padding after the last valid step is as if it were not there."""
    layer = subject.make(return_sequences=False, return_state=False)
    alone = [layer(SEQUENCES[row : row + 1, MASK[row]])[0] for row in range(B)]
    assert_close(layer(PADDED, mask=MASK), np.stack(alone))


def one_step_is_the_first_of_many(subject: Subject) -> None:
    layer = subject.make()
    masked = flat(layer(SEQUENCES, mask=np.arange(T) < np.ones((B, 1))))
    single = flat(layer(SEQUENCES[:, :1]))
    first = -1 if getattr(layer, "go_backwards", False) else 0
    assert_close([masked[0][:, first], *masked[1:]], [single[0][:, 0], *single[1:]])


def states_given_back_are_where_it_stopped(subject: Subject) -> None:
    """Zero initial states are the default; the last states of a call are valid initial states of the next."""
    layer = subject.make()
    expected = flat(layer(SEQUENCES))
    assert_close(layer(SEQUENCES, initial_state=[np.zeros_like(state) for state in expected[1:]]), expected)
    goes_on = flat(layer(SEQUENCES, initial_state=expected[1:]))
    assert np.abs(goes_on[1] - expected[1]).max() > 1e-4


def shape_and_mask_are_those_of_what_is_returned(subject: Subject) -> None:
    """The mask goes on with the sequence only, and never with a state."""
    for returned in EVERY_OUTPUT:
        layer = subject.make(**returned)
        outputs = keras.tree.flatten(layer(SEQUENCES, mask=tf.constant(MASK)))
        shapes = layer.compute_output_shape(SEQUENCES.shape)
        assert [tuple(shape) for shape in (shapes if len(outputs) > 1 else [shapes])] == [x.shape for x in outputs]
        first, *states = [getattr(output, "_keras_mask", None) for output in outputs]
        if returned["return_sequences"]:
            np.testing.assert_array_equal(first, valid_steps(layer, MASK))
        else:
            assert first is None
        assert all(mask is None for mask in states)


def a_mask_that_comes_with_the_tensor_is_kept_beside_an_initial_state(subject: Subject) -> None:
    layer = subject.make()
    initial_state = [state + 0.5 for state in flat(layer(SEQUENCES))[1:]]
    masked = tf.constant(PADDED)
    masked._keras_mask = tf.constant(MASK)
    expected = layer(PADDED, initial_state=initial_state, mask=MASK)
    assert_close(layer(masked, initial_state=initial_state), expected)


def the_end_of_mask_propagation_in_keras_3_16_changes_no_result(subject: Subject) -> None:
    """Two masked layers deep: on 3.16 a mask lost after the first would let the second read padding."""

    def two_layers(weights=None):
        inputs = keras.Input((T, D))
        first = subject.make(return_sequences=True, return_state=False)
        second = subject.make(return_sequences=False, return_state=False)
        model = keras.Model(inputs, second(first(keras.layers.Masking(77.0)(inputs))))
        if weights is not None:
            model.set_weights(weights)
        return model

    today = two_layers()
    with keras_3_16():
        later = two_layers(today.get_weights())(PADDED)
    assert_close(later, today(PADDED), atol=0)


RECURRENT_CHECKS = (
    the_last_output_is_that_of_the_sequence_alone,
    one_step_is_the_first_of_many,
    states_given_back_are_where_it_stopped,
    shape_and_mask_are_those_of_what_is_returned,
    a_mask_that_comes_with_the_tensor_is_kept_beside_an_initial_state,
    the_end_of_mask_propagation_in_keras_3_16_changes_no_result,
)
