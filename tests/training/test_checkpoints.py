import errno

import keras
import numpy as np
import pytest

from rnnapps.training import Checkpoints, Progress
from rnnapps.training.run_variables import run_variables


def model(units=3, optimizer="adam", stateful=False):
    inputs = keras.Input(batch_shape=(2, 4, 2))
    x = keras.layers.Dropout(0.5)(keras.layers.GRU(units, stateful=stateful)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(1)(x))
    model.compile(optimizer, "mse", metrics=["mae"])
    model.train_on_batch(np.ones((2, 4, 2)), np.ones((2, 1)))
    return model


def values(model):
    return [variable.numpy() for group in run_variables(model).values() for variable in group]


@pytest.mark.parametrize("stateful", [False, True])
def test_everything_comes_back_bit_for_bit(tmp_path, stateful):
    written, other = model(stateful=stateful), model(stateful=stateful)
    progress = Progress(2, 7, 10, callbacks={"a": {"wait": 3}})
    Checkpoints(tmp_path).save(written, progress)
    assert Checkpoints(tmp_path).restore(other) == progress
    for there, here in zip(values(written), values(other), strict=True):
        np.testing.assert_array_equal(there, here)


def test_bfloat16_variables_come_back(tmp_path):
    written = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, dtype="bfloat16")])
    written.compile("sgd", "mse")
    other = keras.models.clone_model(written)
    other.compile("sgd", "mse")
    Checkpoints(tmp_path).save(written, Progress(0, 1, 2))
    Checkpoints(tmp_path).restore(other)
    np.testing.assert_array_equal(np.float32(written.get_weights()[0]), np.float32(other.get_weights()[0]))


def test_only_the_newest_are_kept(tmp_path):
    trained, checkpoints = model(), Checkpoints(tmp_path, keep=2)
    for epoch, step in [(0, 5), (1, 0), (1, 5), (2, 0)]:
        checkpoints.save(trained, Progress(epoch, step, 10))
    assert [path.name for path in checkpoints.files()] == [
        "checkpoint-000002-00000000.npz",
        "checkpoint-000001-00000005.npz",
    ]


def test_an_empty_folder_restores_nothing(tmp_path):
    assert Checkpoints(tmp_path / "none").restore(model()) is None


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty"])
def test_a_damaged_checkpoint_is_named_and_the_previous_one_used(tmp_path, capsys, damage):
    trained, checkpoints = model(), Checkpoints(tmp_path)
    checkpoints.save(trained, Progress(0, 5, 10))
    path = checkpoints.save(trained, Progress(1, 0, 10))
    content = bytearray(path.read_bytes())
    if damage == "flipped":
        content[len(content) // 3] ^= 0xFF
    path.write_bytes({"truncated": content[: len(content) // 2], "flipped": content, "empty": b""}[damage])
    assert checkpoints.restore(trained).step == 5
    message = capsys.readouterr().out.splitlines()
    assert message[0].startswith(f"{path}: damaged checkpoint, not used (")
    assert message[1] == f"{tmp_path / 'checkpoint-000000-00000005.npz'}: the previous checkpoint is used instead"


def test_when_all_are_damaged_that_is_an_error(tmp_path):
    trained, checkpoints = model(), Checkpoints(tmp_path)
    checkpoints.save(trained, Progress(0, 5, 10)).write_bytes(b"?")
    with pytest.raises(ValueError, match="none of the 1 checkpoints can be read"):
        checkpoints.restore(trained)


def test_a_full_disk_leaves_the_last_good_checkpoint(tmp_path, monkeypatch):
    trained, checkpoints = model(), Checkpoints(tmp_path, keep=1)
    good = checkpoints.save(trained, Progress(0, 5, 10))

    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        checkpoints.save(trained, Progress(1, 0, 10))
    assert [path.name for path in tmp_path.iterdir()] == [good.name]


def test_what_a_kill_left_half_written_is_removed(tmp_path):
    trained, checkpoints = model(), Checkpoints(tmp_path)
    good = checkpoints.save(trained, Progress(0, 5, 10))
    (tmp_path / ".checkpoint-000001-00000000.npz.abc.partial").write_bytes(b"half")
    checkpoints.restore(trained)
    assert [path.name for path in tmp_path.iterdir()] == [good.name]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"units": 4}, r"written by another model: its .*kernel is \(2, 9\) float32, here .* is \(2, 12\)"),
        ({"optimizer": "sgd"}, "written with optimizer Adam, this model has SGD"),
    ],
)
def test_a_checkpoint_of_another_model_is_refused(tmp_path, other, message):
    Checkpoints(tmp_path).save(model(), Progress(0, 5, 10))
    with pytest.raises(ValueError, match=message):
        Checkpoints(tmp_path).restore(model(**other))


def test_another_configuration_is_refused_with_the_difference(tmp_path):
    trained = model()
    Checkpoints(tmp_path, fingerprint={"seed": 1, "widths": (2, 3)}).save(trained, Progress(0, 5, 10))
    Checkpoints(tmp_path, fingerprint={"seed": 1, "widths": (2, 3)}).restore(trained)
    with pytest.raises(ValueError, match=r"another configuration \(seed: there 1, here 2\)"):
        Checkpoints(tmp_path, fingerprint={"seed": 2, "widths": (2, 3)}).restore(trained)
