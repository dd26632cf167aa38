"""SavedModels that appear whole or not at all."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from rnnapps.export import (
    export_saved_model,
    exported_versions,
    find_saved_model,
    load_saved_model,
    version_to_write,
)
from rnnapps.layers import LSTM
from tests.training.full_disk import full_disk


class Doubler(tf.Module):
    def __init__(self):
        self.factor = tf.Variable(2.0)
        self.double = tf.function(
            lambda x: {"twice": self.factor * x}, input_signature=[tf.TensorSpec([None], tf.float32, "x")]
        )


def export(path, card="a card"):
    module = Doubler()
    return export_saved_model(module, path, {"serving_default": module.double}, card)


def test_an_export_answers_as_the_module_did(tmp_path):
    loaded = tf.saved_model.load(str(export(tmp_path / "run" / "1")))
    assert loaded.signatures["serving_default"](tf.constant([1.5]))["twice"].numpy() == 3.0


def test_the_model_card_is_in_the_folder_of_the_version(tmp_path):
    path = export(tmp_path / "1", card="déjà vu")
    assert (path / "model_card.md").read_text(encoding="utf-8") == "déjà vu"


def test_nothing_else_stays_beside_the_export(tmp_path):
    export(tmp_path / "1")
    assert [child.name for child in tmp_path.iterdir()] == ["1"]


@pytest.fixture(scope="module")
def exported_lstm(tmp_path_factory):
    """A layer with a hand-derived gradient, and the folder of its SavedModel."""
    layer, module = LSTM(3), tf.Module()
    layer.build((None, None, 4))
    module.weights = layer.variables
    spec = tf.TensorSpec((None, None, 4), tf.float32, "x")
    run = tf.function(lambda x: {"y": layer(x)}, input_signature=[spec])
    return layer, export_saved_model(module, tmp_path_factory.mktemp("lstm") / "1", {"serving_default": run}, "a card")


def test_loading_warns_of_no_gradient_that_was_not_saved(exported_lstm):
    code = "import sys, tensorflow as tf; tf.saved_model.load(sys.argv[1])"
    command = [sys.executable, "-c", code, str(exported_lstm[1])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "gradient" not in done.stderr


def test_gradients_through_a_loaded_model_are_those_of_the_layer(exported_lstm):
    layer, path = exported_lstm
    loaded = tf.saved_model.load(str(path))
    x = tf.random.stateless_normal((2, 5, 4), (1, 2))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ours = tf.reduce_sum(layer(x) ** 2)
        theirs = tf.reduce_sum(loaded.signatures["serving_default"](x=x)["y"] ** 2)
    np.testing.assert_allclose(tape.gradient(theirs, x), tape.gradient(ours, x), atol=1e-6)


def test_a_failed_export_leaves_nothing(tmp_path):
    module = Doubler()
    untraced = tf.function(lambda x: x)
    with pytest.raises(ValueError):
        export_saved_model(module, tmp_path / "1", {"serving_default": untraced}, "")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_export_is_not_overwritten(tmp_path):
    export(tmp_path / "1")
    with pytest.raises(ValueError, match="1 exists"):
        export(tmp_path / "1")


def test_the_latest_version_is_the_highest_number(tmp_path):
    for version in ("2", "10"):
        export(tmp_path / version)
    (tmp_path / "11").mkdir()  # not a SavedModel
    assert exported_versions(tmp_path) == [2, 10]
    assert find_saved_model(tmp_path) == tmp_path / "10"


def test_an_export_goes_to_the_version_after_the_latest(tmp_path):
    assert version_to_write(tmp_path) == tmp_path / "1"
    export(tmp_path / "4")
    assert version_to_write(tmp_path) == tmp_path / "5"
    assert version_to_write(tmp_path, "elsewhere") == Path("elsewhere")


def test_an_export_does_not_go_where_something_is(tmp_path):
    with pytest.raises(ValueError, match=f"--output {tmp_path}: exists; choose another folder"):
        version_to_write(tmp_path, str(tmp_path))


def test_another_applications_model_is_not_loaded(tmp_path):
    export(tmp_path / "1")
    with pytest.raises(ValueError, match="1: not a translator: it has no signature n_best"):
        load_saved_model(tmp_path, ("n_best",), "a translator")


@pytest.mark.parametrize(
    ("signature", "words"), [("n_best", "not a translator"), ("serving_default", "cannot be loaded: .*Unheard")]
)
def test_a_model_of_operations_that_are_not_there_is_told_in_a_line(tmp_path, signature, words):
    file = export(tmp_path / "1") / "saved_model.pb"
    model = SavedModel.FromString(file.read_bytes())
    for function in model.meta_graphs[0].graph_def.library.function:
        function.node_def.add(name="unheard", op="Unheard")
    file.write_bytes(model.SerializeToString())
    with pytest.raises(ValueError, match=words):
        load_saved_model(tmp_path, (signature,), "a translator")


def test_a_saved_model_is_found_by_its_own_folder(tmp_path):
    path = export(tmp_path / "1")
    assert find_saved_model(path) == path


@pytest.mark.parametrize(("name", "reason"), [("nowhere", "does not exist"), (".", "has no SavedModel")])
def test_a_folder_without_saved_model_is_named(tmp_path, name, reason):
    with pytest.raises(FileNotFoundError, match=reason):
        find_saved_model(tmp_path / name)


def test_a_full_disk_is_an_error_and_leaves_no_folder(tmp_path):
    module = Doubler()
    module.large = tf.Variable(tf.zeros(100_000))
    with full_disk(50_000), pytest.raises(OSError, match="the SavedModel could not be written"):
        export_saved_model(module, tmp_path / "1", {"serving_default": module.double}, "")
    assert list(tmp_path.iterdir()) == []
