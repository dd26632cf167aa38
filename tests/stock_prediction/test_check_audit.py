"""The audit from the command line, of a run that was trained in seconds."""

import pytest
import tensorflow as tf

from apps.stock_prediction.__main__ import main
from rnnapps.command_line import BAD_INPUT


@pytest.fixture
def without_tracing():
    # For the audit alone: the run is trained before.
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.mark.slow
def test_a_runs_network_does_not_leak(trained_run, without_tracing, capsys):
    assert main(["check", "--audit", "--run", str(trained_run)]) == 0
    printed = capsys.readouterr().out
    assert "forecasts of the network: no leak" in printed
    assert "LEAK" not in printed


def test_a_run_to_audit_that_does_not_exist_is_bad_input(capsys):
    assert main(["check", "--audit", "--run", "nowhere"]) == BAD_INPUT
    assert "nowhere: no such model folder" in capsys.readouterr().err
