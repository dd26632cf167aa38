"""Names that the examples in docstrings take for granted."""

import numpy as np
import pytest


@pytest.fixture(autouse=True, scope="session")
def names_in_docstring_examples(doctest_namespace):
    doctest_namespace["np"] = np
