"""Values that a search may try, declared beside an option."""

import dataclasses
import importlib

import pytest

from rnnapps.search_space import Choice, Range, declared_values, searched


def test_a_searched_option_has_its_default():
    @dataclasses.dataclass(frozen=True)
    class Network:
        units: int = searched(64, 16, 256, log=True)

    assert Network().units == 64


def test_a_default_outside_of_its_values_is_an_error():
    with pytest.raises(ValueError, match="default: 8 is not among 16 to 256"):
        searched(8, 16, 256)


def test_without_values_true_and_false_are_meant():
    assert searched(False).metadata["search"] == Choice((False, True))


@pytest.mark.parametrize(
    ("values", "value", "held"),
    [
        (Range(16, 64, step=16), 48, True),
        (Range(16, 64, step=16), 40, False),
        (Range(16, 64, step=16), 80, False),
        (Range(8, 128, step=2, log=True), 32, True),
        (Range(8, 128, step=2, log=True), 48, False),
        (Range(16, 64), 17, True),
        (Range(16, 64), 17.5, False),
        (Range(0.0, 0.5), 0, True),
        (Range(0.0, 0.5), 0.6, False),
        (Choice((1, 2)), 1, True),
        (Choice((1, 2)), True, False),
        (Choice(("gru", "lstm")), "rnn", False),
    ],
)
def test_what_values_hold(values, value, held):
    assert values.holds(value) == held


@pytest.mark.parametrize(
    "make",
    [
        lambda: Range(2, 1),
        lambda: Range(0.0, 1.0, log=True),
        lambda: Range(1, 4, step=1, log=True),
        lambda: Range(1, 4, step=0),
        lambda: Range(1, float("inf")),
        lambda: Choice((1,)),
        lambda: Choice((1, "two")),
        lambda: Choice((None, 1)),
    ],
)
def test_values_that_make_no_sense_are_an_error(make):
    with pytest.raises(ValueError):
        make()


CONFIGURATIONS = {
    "translation": "TranslationConfig",
    "speech_to_text": "SpeechConfig",
    "stock_prediction": "StockConfig",
}


@pytest.mark.parametrize(("application", "name"), CONFIGURATIONS.items())
def test_an_application_declares_a_space_that_can_be_searched(application, name):
    from rnnapps.tuning.space import Space

    configuration = getattr(importlib.import_module(f"apps.{application}.config"), name)
    space = Space.declared(configuration())
    space.check()
    assert len(declared_values(configuration)) >= 4
