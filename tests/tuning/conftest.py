"""What keeps searches in tests short: no plot, and no garbage looked for among the modules."""

import gc
from importlib import import_module

import pytest


@pytest.fixture(scope="session", autouse=True)
def _modules_are_no_garbage():
    pytest.importorskip("keras_tuner", reason="needs keras-tuner, which rnnapps[tuning] brings")
    import_module("rnnapps.tuning.conclude")
    import_module("rnnapps.tuning.oracles")

    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def undrawn(monkeypatch):
    """Leaves out the plot, which takes longer than a search."""
    monkeypatch.setattr("rnnapps.tuning.conclude.plot_trials", lambda *arguments: None)
