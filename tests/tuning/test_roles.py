"""Which part of a search a process has."""

import socket

import pytest

from rnnapps.command_line import BadInput
from rnnapps.tuning import TuningOptions, search
from rnnapps.tuning.roles import NAMES, role
from rnnapps.tuning.search_folder import SearchFolder
from tests.tuning.made_application import MadeApplication, MadeConfig


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


@pytest.fixture
def searched(tmp_path, monkeypatch, undrawn):
    """Goes on, as a chief who cannot listen for tuners, with a search of four trials that has ended."""

    def run(trials):
        options = TuningOptions(search=str(tmp_path / "search"), tuner="random", trials=trials)
        return search(MadeApplication(tmp_path / "log"), MadeConfig(), options, "made")

    run(4)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        place(monkeypatch, "chief", "127.0.0.1", str(taken.getsockname()[1]))
        yield run


def test_a_chief_waits_for_no_tuners_where_the_search_has_ended(searched):
    assert searched(4)["trials"] == 4


def test_a_chief_waits_for_tuners_where_more_trials_are_asked_for(searched):
    with pytest.raises(BadInput, match="the chief cannot listen"):
        searched(5)


def test_a_tuner_that_comes_when_the_search_has_ended_does_not_wait(searched, monkeypatch, capsys):
    monkeypatch.setenv("KERASTUNER_TUNER_ID", "tuner1")
    assert searched(4) == {}
    assert "the search has ended" in capsys.readouterr().out


def test_a_second_tuner_of_the_same_name_is_refused(searched, tmp_path, monkeypatch):
    monkeypatch.setenv("KERASTUNER_TUNER_ID", "tuner1")
    with SearchFolder(tmp_path / "search").alone("tuner1"), pytest.raises(BadInput, match="KERASTUNER_TUNER_ID tuner1"):
        searched(4)
