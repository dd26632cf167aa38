"""Training on a disk that fills up, for real: writes fail in the operating system."""

import keras
import numpy as np
import pytest

from rnnapps import training
from tests.training.full_disk import full_disk

EPOCHS = 4
ROOM = 5000  # for a history, not for weights


class DiskFull(keras.callbacks.Callback):
    """Between the starts of two epochs."""

    def __init__(self, first, last):
        super().__init__()
        self.first, self.last = first, last
        self.disk = full_disk(ROOM)

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.first:
            self.disk.__enter__()
        if epoch == self.last:
            self.end()

    def on_train_end(self, logs=None):
        self.end()

    def end(self):
        disk, self.disk = self.disk, None
        if disk is not None:
            disk.__exit__(None, None, None)


def train(run_dir, callbacks=(), resume=False, epochs=EPOCHS):
    """The metric rises, so every epoch's weights are the best so far."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((9,)), keras.layers.Dropout(0.3), keras.layers.Dense(99)])
    model.compile("adam", "mse")
    x = np.random.default_rng(0).normal(size=(8, 9)).astype("float32")
    data = training.ArrayBatches(x, np.tile(x, 11), batch_size=4, seed=2)
    metric = training.DecodedMetric("val_bleu", lambda: float(model.optimizer.iterations), restore_best=False)
    history = training.fit(
        model,
        data,
        epochs=epochs,
        run_dir=run_dir,
        callbacks=[*callbacks, metric],
        checkpoint_every=1,
        resume=resume,
        verbose=0,
    )
    return model, history, metric


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return train(tmp_path_factory.mktemp("whole"))[0]


def checkpoints(run_dir):
    return [path.name for path in training.Checkpoints(run_dir / "checkpoints").files()]


def test_training_goes_on_and_says_what_is_missing(tmp_path, capfd, undisturbed):
    model, history, _ = train(tmp_path, [DiskFull(1, 9)])
    printed = capfd.readouterr().out
    assert "checkpoint not written: [Errno 27] File too large" in printed
    assert "best weights not written: [Errno 27] File too large" in printed
    assert len(history.rows) == EPOCHS
    np.testing.assert_allclose(model.get_weights()[0], undisturbed.get_weights()[0], rtol=1e-6)


def test_the_last_good_checkpoint_stays_and_the_run_goes_on_from_it(tmp_path, undisturbed):
    train(tmp_path, [DiskFull(1, 9)], epochs=3)
    assert checkpoints(tmp_path)[0] == "checkpoint-000001-00000000.npz"
    model, history, metric = train(tmp_path, resume=True)
    assert history.history["epoch"] == [1, 2, 3, 4]
    assert metric.best_epoch == EPOCHS
    np.testing.assert_allclose(model.get_weights()[0], undisturbed.get_weights()[0], rtol=1e-6)


def test_the_best_weights_before_stay_the_best(tmp_path):
    _, _, metric = train(tmp_path, [DiskFull(1, 9)])
    assert (metric.best, metric.best_epoch) == (2.0, 1)
    assert metric.best_weights.is_file()


def test_what_is_written_again_once_there_is_room_is_whole(tmp_path):
    _, _, metric = train(tmp_path, [DiskFull(1, 3)])
    assert checkpoints(tmp_path)[0] == "checkpoint-000004-00000000.npz"
    assert metric.best_epoch == EPOCHS


def test_no_half_files_are_left(tmp_path):
    train(tmp_path, [DiskFull(0, 9)])
    assert list((tmp_path / "checkpoints").iterdir()) == []


def test_weights_keep_the_file_before(tmp_path):
    model = keras.Sequential([keras.Input((9,)), keras.layers.Dense(99)])
    path = training.save_weights(model, tmp_path / "model.weights.h5")
    before = path.read_bytes()
    with full_disk(ROOM), pytest.raises(OSError, match=r"File too large: '.*model\.weights\.h5'$"):
        training.save_weights(model, path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
