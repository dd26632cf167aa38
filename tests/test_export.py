"""SavedModels that appear whole or not at all."""

import pytest
import tensorflow as tf

from rnnapps.export import export_saved_model, exported_versions, find_saved_model
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
