"""Words that tell data apart."""

import numpy as np
import pytest

from rnnapps.digest import digest

ROWS = np.arange(6.0)


@pytest.mark.parametrize(
    "other",
    [["a", ROWS], [ROWS, "b"], [ROWS + 1, "a"], [ROWS.astype("float32"), "a"], [ROWS.reshape(2, 3), "a"], [ROWS]],
    ids=["order", "text", "values", "type", "shape", "length"],
)
def test_what_differs_has_another(other):
    assert digest(other) != digest([ROWS, "a"])


def test_the_same_have_the_same_always():
    # Runs keep it: another value would call the same data different ones.
    assert digest([ROWS.copy(), "a", ("b", 1.5)]) == "1148a648ad491b42"
