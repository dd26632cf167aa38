"""All looks at once, as a report asks for them: what cannot be drawn is told, and costs nothing else."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from rnnapps.inspection.labelled_map import LabelledMap
from rnnapps.inspection.look import Picture, all_looks


def subject(attention):
    """A network without a recurrent layer, of which saliency can be drawn."""
    one = LabelledMap("saliency", np.ones((1, 2)), ("a",), ("b", "c"), "row", "column", "unit")
    pictures = {"attention": attention, "saliency": lambda: Picture([one], "caption")}
    return SimpleNamespace(name="it", title="It", model=keras.Sequential(), example=None, pictures=pictures)


def fails(error):
    def make():
        raise error

    return make


@pytest.mark.parametrize("error", [ValueError("it has none"), FileNotFoundError("rows.csv is gone")], ids=repr)
def test_a_look_that_cannot_be_drawn_is_told_and_the_others_are_drawn(tmp_path, capsys, error):
    paths = all_looks(subject(fails(error)), tmp_path)
    assert [path.name for path in paths] == ["saliency-it.png", "saliency-it.npz"]
    told = capsys.readouterr().err.splitlines()
    assert told[0] == f"attention is left out: {error}"
    assert [line.partition(" ")[0] for line in told] == ["attention", "gates", "units"]


def test_a_fault_of_ours_is_not_left_out(tmp_path):
    with pytest.raises(KeyError):
        all_looks(subject(fails(KeyError("fault"))), tmp_path)
