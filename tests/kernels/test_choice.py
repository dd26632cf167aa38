"""Which loop a layer runs on."""

import keras
import pytest

from rnnapps.kernels import choose, validate

KNOWN = (keras.activations.tanh, keras.activations.sigmoid)


def test_auto_takes_the_hand_derived_loop():
    assert choose("auto", KNOWN, plain=True, truncate=None) == "bptt"


def test_auto_leaves_an_activation_without_known_derivative_to_keras():
    assert choose("auto", (keras.activations.gelu,), plain=True, truncate=None) == "keras"


def test_auto_truncates_an_unknown_activation_by_the_reference():
    assert choose("auto", (keras.activations.gelu,), plain=True, truncate=5) == "reference"


def test_a_kernel_asked_for_is_taken():
    assert choose("keras", KNOWN, plain=True, truncate=None) == "keras"


def test_bptt_with_an_unknown_activation_says_which_are_known():
    with pytest.raises(ValueError, match=r"hard_sigmoid, linear, relu, sigmoid, tanh, not of gelu"):
        choose("bptt", (keras.activations.gelu,), plain=True, truncate=None)


@pytest.mark.parametrize(
    ("kernel", "truncate", "message"),
    [
        ("cudnn", None, "kernel='cudnn': expected one of"),
        ("auto", 0, "truncate=0: expected a number of steps"),
        ("keras", 5, "kernel='keras' cannot truncate"),
    ],
)
def test_impossible_arguments_are_named(kernel, truncate, message):
    with pytest.raises(ValueError, match=message):
        validate(kernel, truncate)
