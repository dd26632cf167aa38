"""Inputs of the decoders in decoders.py."""

import numpy as np
import pytest

from tests.layers.decoders import B, M, S, T, V


@pytest.fixture
def ids():
    return np.random.default_rng(1).integers(1, V, size=(B, T))


@pytest.fixture
def values():
    return np.random.default_rng(2).normal(size=(B, S, M)).astype("float32")
