"""Which part of a search a process has."""

import pytest

from rnnapps.tuning.roles import NAMES, role


def place(monkeypatch, *values):
    for name, value in zip(NAMES, values, strict=True):
        monkeypatch.setenv(name, value)


def test_without_an_address_it_searches_alone(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    assert role() == "alone"


def test_the_chief_is_told_by_its_name(monkeypatch):
    place(monkeypatch, "chief", "127.0.0.1", "8001")
    assert role() == "chief"


def test_others_are_tuners(monkeypatch):
    place(monkeypatch, "tuner1", "127.0.0.1", "8001")
    assert role() == "tuner"


def test_a_missing_variable_is_named(monkeypatch):
    place(monkeypatch, "", "127.0.0.1", "8001")
    with pytest.raises(ValueError, match="KERASTUNER_TUNER_ID: not set"):
        role()


@pytest.mark.parametrize("port", ["http", "0", "65536"])
def test_a_port_that_is_none_is_told(monkeypatch, port):
    place(monkeypatch, "chief", "127.0.0.1", port)
    with pytest.raises(ValueError, match=r"KERASTUNER_ORACLE_PORT: .* is not a port"):
        role()
