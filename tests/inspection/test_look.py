"""One look inside a network: which units and layers are shown, and under which name."""

import keras
import numpy as np
import pytest

from rnnapps.inspection.look import Example, Subject, file_name, gate_maps, look
from rnnapps.layers import GRU, LSTM

X = np.random.default_rng(5).normal(size=(1, 4, 3)).astype("float32")


class Halves(keras.Model):
    """Two layers, the second of which does not run."""

    def __init__(self, units):
        super().__init__()
        self.used = GRU(units, return_sequences=True, name="used")
        self.unused = GRU(2, name="unused")
        self.unused.build(X.shape)

    def call(self, inputs):
        return self.used(inputs)


def subject(units=30):
    keras.utils.set_random_seed(6)
    model = Halves(units)
    model(X)
    example = Example(lambda: model(X), lambda *_: [list("abcd")], lambda _: "letter", ["title"])
    return Subject("name", "title", model, example, {}, lambda: [example])


def test_the_file_beside_the_gates_holds_every_unit(tmp_path):
    whole = subject()
    _, arrays = look(whole, "gates", tmp_path)
    with np.load(arrays) as found:
        assert found["output_rows"].tolist() == [str(unit) for unit in range(30)]
        np.testing.assert_allclose(found["output"], whole.model(X)[0].numpy().T, atol=1e-6)


@pytest.mark.parametrize("what", ["gates", "units"])
def test_a_layer_that_did_not_run_is_told(what, tmp_path):
    with pytest.raises(ValueError, match="--layer unused: the network did not run it here"):
        look(subject(), what, tmp_path, layer="unused")


@pytest.mark.parametrize("option", [{"layer": "used"}, {"units": [3]}])
def test_an_option_that_would_change_nothing_is_refused(option, tmp_path):
    (name,) = option
    with pytest.raises(ValueError, match=f"--{name} .*: changes nothing with --look saliency, only with gates, units"):
        look(subject(), "saliency", tmp_path, **option)


@pytest.mark.parametrize(("units", "of_cell", "of_output"), [((), 5, 2), ((1, 4), 2, 1), ((4,), 1, 0)])
def test_a_projected_layer_shows_its_gates_and_its_output(units, of_cell, of_output):
    wide, narrow = np.linspace(0, 1, 20).reshape(4, 5), np.linspace(0, 1, 8).reshape(4, 2)
    gates = {"forget gate": wide, "output": narrow, "cell state": wide}
    rows = {one.name: len(one.rows) for one in gate_maps(gates, "abcd", "letter", units)}
    assert rows == {name: count for name, count in zip(gates, (of_cell, of_output, of_cell), strict=True) if count}


def test_a_projected_lstm_is_drawn_with_all_its_gates(tmp_path):
    model = keras.Sequential([LSTM(5, projection_units=2, return_sequences=True)])
    model(X)
    example = Example(lambda: model(X), lambda *_: [list("abcd")], lambda _: "letter", ["title"])
    _, arrays = look(Subject("name", "title", model, example, {}, lambda: [example]), "gates", tmp_path)
    with np.load(arrays) as found:
        assert (found["forget_gate"].shape, found["cell_state"].shape, found["output"].shape) == (
            (5, 4),
            (5, 4),
            (2, 4),
        )


@pytest.mark.parametrize(
    ("one", "other"),
    [("привет", "мир"), ("où", "ou"), ("你好", "?"), ("a " * 60 + "cat", "a " * 60 + "dog"), ("straße", "strae")],
)
def test_texts_that_lose_letters_keep_names_of_their_own(one, other):
    assert file_name(one) != file_name(other)


def test_a_name_of_plain_letters_is_the_text():
    assert file_name("I see two red cars.") == "i-see-two-red-cars"
