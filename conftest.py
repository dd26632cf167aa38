"""What tests of all folders share: names in docstrings' examples, and a browser."""

import os

import numpy as np
import pytest

from tests.chromium import chromium

# Networks of tests are small: see rnnapps.operation_threads, which comes too late where TensorFlow has begun.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")


@pytest.fixture(autouse=True, scope="session")
def names_in_docstring_examples(doctest_namespace):
    doctest_namespace["np"] = np


@pytest.fixture(scope="module")
def browser():
    """Chromium, until the module's tests are done: while it runs, asyncio's own loop cannot."""
    with chromium() as browser:
        yield browser
