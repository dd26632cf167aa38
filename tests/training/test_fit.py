import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from rnnapps import training
from tests.training import resumable_run

SCRIPT = Path(resumable_run.__file__)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """An undisturbed run, and one killed in the middle of epoch 2 of 3 and resumed."""
    whole, killed = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("killed")
    environment = os.environ | {"PYTHONPATH": str(SCRIPT.parents[2]), "TF_CPP_MIN_LOG_LEVEL": "3"}
    victim = subprocess.Popen([sys.executable, str(SCRIPT), str(killed), "13"], env=environment)
    resumable_run.run_to_end(whole, resume=False)
    assert victim.wait() == -signal.SIGKILL
    resumable_run.run_to_end(killed, resume=True)
    return whole, killed


def test_a_killed_and_resumed_run_ends_with_the_same_bits(runs):
    whole, killed = (np.load(folder / "final.npz") for folder in runs)
    assert len(whole.files) > 10
    for name in whole.files:
        assert whole[name].tobytes() == killed[name].tobytes()


def test_the_history_of_a_resumed_run_has_every_epoch_once_with_the_same_numbers(runs):
    whole, killed = (np.genfromtxt(folder / "history.csv", delimiter=",", names=True) for folder in runs)
    assert killed["epoch"].tolist() == [1, 2, 3]
    for name in ("learning_rate", "loss", "mae", "val_error"):
        assert whole[name].tolist() == killed[name].tolist()


class At(keras.callbacks.Callback):
    """Does something after so many steps."""

    def __init__(self, steps, action):
        super().__init__()
        self.left = steps
        self.action = action

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if self.left == 0:
            self.action(self.model)


class Seen(keras.callbacks.Callback):
    """Counts what it is called for."""

    def __init__(self):
        super().__init__()
        self.steps = 0
        self.epochs = []

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(epoch)


def tiny_model():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dropout(0.3), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
    return model


def tiny_data(rows=20):
    x = np.random.default_rng(0).normal(size=(rows, 2)).astype("float32")
    return training.ArrayBatches(x, x.sum(1, keepdims=True), batch_size=4, seed=2)


def fit(run_dir, model=None, data=None, **options):
    options = {"epochs": 3, "checkpoint_every": 2, "verbose": 0} | options
    model = model or tiny_model()
    history = training.fit(model, data or tiny_data(), run_dir=run_dir, **options)
    return model, history


def newest(run_dir):
    return training.Checkpoints(run_dir / "checkpoints").files()[0].name


def interrupt(model):
    raise KeyboardInterrupt


def test_every_epoch_has_all_its_steps_and_a_row(tmp_path):
    seen = Seen()
    _, history = fit(tmp_path, callbacks=[seen])
    assert (seen.steps, seen.epochs) == (15, [0, 1, 2])
    assert history.history["epoch"] == [1, 2, 3]
    assert len(history.history["loss"]) == 3


@pytest.mark.parametrize("steps", [1, 5, 8, 14])
def test_an_interrupted_run_ends_as_an_undisturbed_one(tmp_path, steps):
    model, history = fit(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "cut", callbacks=[At(steps, interrupt)])
    seen = Seen()
    resumed, again = fit(tmp_path / "cut", resume=True, callbacks=[seen])
    np.testing.assert_allclose(resumed.get_weights()[0], model.get_weights()[0], rtol=1e-6)
    np.testing.assert_allclose(again.history["loss"], history.history["loss"], rtol=1e-6)
    assert seen.epochs == list(range(steps // 5 if steps % 5 else steps // 5 - 1, 3))


def test_ctrl_c_writes_a_checkpoint_of_that_very_step(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path, checkpoint_every=None, callbacks=[At(8, lambda _: os.kill(os.getpid(), signal.SIGINT))])
    assert newest(tmp_path) == "checkpoint-000001-00000003.npz"


def test_ctrl_c_in_the_last_step_of_an_epoch_waits_for_its_end(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path, callbacks=[At(5, lambda _: os.kill(os.getpid(), signal.SIGINT))])
    assert newest(tmp_path) == "checkpoint-000001-00000000.npz"


def test_the_old_handler_of_ctrl_c_is_back_afterwards(tmp_path):
    before = signal.getsignal(signal.SIGINT)
    fit(tmp_path, epochs=1)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_callback_that_stops_in_a_resumed_epoch_is_obeyed(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path, callbacks=[At(2, interrupt)])
    seen = Seen()
    fit(tmp_path, resume=True, callbacks=[seen, At(2, lambda model: setattr(model, "stop_training", True))])
    assert (seen.steps, seen.epochs) == (2, [0])


def test_resuming_a_finished_run_changes_nothing(tmp_path):
    model, history = fit(tmp_path)
    seen = Seen()
    resumed, again = fit(tmp_path, resume=True, callbacks=[seen])
    assert seen.steps == 0
    assert again.rows == history.rows
    np.testing.assert_array_equal(resumed.get_weights()[0], model.get_weights()[0])


def test_a_finished_run_goes_on_when_there_are_more_epochs(tmp_path):
    model, _ = fit(tmp_path / "four", epochs=4)
    fit(tmp_path / "three", epochs=3)
    resumed, history = fit(tmp_path / "three", epochs=4, resume=True)
    assert history.history["epoch"] == [1, 2, 3, 4]
    np.testing.assert_allclose(resumed.get_weights()[0], model.get_weights()[0], rtol=1e-6)


def test_a_resume_without_a_checkpoint_starts_from_the_beginning_and_says_so(tmp_path, capsys):
    _, history = fit(tmp_path, resume=True, epochs=1)
    assert "no checkpoint yet, training starts from the beginning" in capsys.readouterr().out
    assert history.history["epoch"] == [1]


def test_validation_batches_are_measured_each_epoch(tmp_path):
    model, history = fit(tmp_path, validation_data=tiny_data(6))
    x, y = tiny_data(6).arrays
    last = model.evaluate(x, y, verbose=0)
    assert len(history.history["val_loss"]) == 3
    assert history.history["val_loss"][-1] == pytest.approx(last, rel=1e-5)


def test_several_steps_in_one_execution_resume_too(tmp_path):
    def model():
        built = tiny_model()
        built.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse", steps_per_execution=5)
        return built

    data = tiny_data(40)
    whole, _ = fit(tmp_path / "whole", model(), data)
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "cut", model(), data, callbacks=[At(3, interrupt)])
    assert newest(tmp_path / "cut") == "checkpoint-000001-00000005.npz"
    resumed, _ = fit(tmp_path / "cut", model(), data, resume=True)
    np.testing.assert_allclose(resumed.get_weights()[0], whole.get_weights()[0], rtol=1e-6)


def test_training_goes_on_when_a_checkpoint_cannot_be_written(tmp_path, monkeypatch, capsys):
    def full(self, model, progress):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(training.Checkpoints, "save", full)
    _, history = fit(tmp_path)
    assert len(history.rows) == 3
    assert "checkpoint not written: [Errno 28] No space left on device" in capsys.readouterr().out


def test_an_error_in_the_data_is_raised_as_it_was(tmp_path):
    class Broken(training.ArrayBatches):
        def epoch(self, epoch, start=0):
            yield from super().epoch(epoch, start)
            if epoch:
                raise ValueError("pairs.tsv, line 7: no tab")

    with pytest.raises(ValueError, match=r"^pairs.tsv, line 7: no tab$"):
        fit(tmp_path, data=Broken(*tiny_data().arrays, batch_size=4))


def test_a_folder_with_checkpoints_is_not_overwritten(tmp_path):
    fit(tmp_path, epochs=1)
    with pytest.raises(ValueError, match="holds checkpoints of an earlier run"):
        fit(tmp_path)


def test_resuming_on_other_data_is_refused(tmp_path):
    fit(tmp_path, epochs=1)
    with pytest.raises(ValueError, match="written with 5 steps per epoch, the data now has 6"):
        fit(tmp_path, data=tiny_data(24), resume=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs must be >= 1, got 0"),
        ({"checkpoint_every": 0}, "checkpoint_every must be >= 1 or None, got 0"),
        ({"keep": 0}, "keep must be >= 1, got 0"),
    ],
)
def test_a_bad_argument_is_named(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        fit(tmp_path, **options)


def test_a_model_that_is_not_compiled_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="model is not compiled"):
        fit(tmp_path, keras.Sequential([keras.layers.Dense(1)]))


def test_a_subclassed_model_of_two_inputs_resumes_before_it_was_ever_called(tmp_path):
    class Sum(keras.Model):
        def __init__(self):
            super().__init__()
            self.left, self.right = keras.layers.Dense(1), keras.layers.Dense(1)

        def call(self, inputs):
            return self.left(inputs[0]) + self.right(inputs[1])

    def model():
        keras.utils.set_random_seed(4)
        built = Sum()
        built.compile("adam", "mse", metrics=["mae"])
        return built

    x, y = tiny_data().arrays
    data = training.ArrayBatches((x, 2 * x), y, batch_size=4, seed=2)
    whole, _ = fit(tmp_path / "whole", model(), data, epochs=2)
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "cut", model(), data, epochs=2, callbacks=[At(7, interrupt)])
    resumed, history = fit(tmp_path / "cut", model(), data, epochs=2, resume=True)
    np.testing.assert_allclose(resumed.get_weights()[0], whole.get_weights()[0], rtol=1e-6)
    assert history.history["epoch"] == [1, 2]
