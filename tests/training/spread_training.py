"""A tiny training in two processes on loopback, and alone: `start` starts this file as each of them."""

import json
import os
import signal
import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from rnnapps import training
from rnnapps.losses import SmoothedCrossEntropy
from rnnapps.metrics import TokenAccuracy
from tests import two_processes

ROWS, BATCH, TOKENS, EPOCHS = 25, 6, 12, 3


def tiny_model():
    ids = keras.Input((None,), dtype="int32")
    x = keras.layers.Embedding(TOKENS, 6)(ids)
    x = keras.layers.Dropout(1e-12)(x)  # drops nothing, but has a seed, as the recurrent layer has
    x = keras.layers.LSTM(5, return_sequences=True)(x)
    model = keras.Model(ids, keras.layers.Dense(TOKENS)(x))
    # So small a norm that every step is clipped.
    optimizer = training.optimizer("adam", 0.05, clip_norm=0.1, schedule="inverse_sqrt", warmup_steps=5)
    model.compile(optimizer, SmoothedCrossEntropy(0.1), metrics=[TokenAccuracy()], jit_compile=False)
    return model


def tiny_data(seed=3):
    """Rows of 1 to 7 real tokens; the last batch has one row, fewer than there are replicas."""
    random = np.random.default_rng(0)
    x = random.integers(1, TOKENS, size=(ROWS, 7)).astype("int32")
    y = np.where(np.arange(7) < random.integers(1, 8, size=(ROWS, 1)), x, 0)
    return training.ArrayBatches(x, y, batch_size=BATCH, seed=seed)


class Signal:
    """Batches whose reader gets a signal when it asks for number `after`."""

    def __init__(self, batches, after, number):
        self.batches, self.left, self.number = batches, after, number

    def __len__(self):
        return len(self.batches)

    def epoch(self, epoch, start=0):
        for batch in self.batches.epoch(epoch, start):
            if self.left == 0:
                os.kill(os.getpid(), self.number)
            self.left -= 1
            yield batch


class Resumed:
    """Batches of one kind at the beginning, of another from a resume on."""

    def __init__(self, begun, resumed):
        self.begun, self.resumed = begun, resumed

    def __len__(self):
        return len(self.begun)

    def epoch(self, epoch, start=0):
        return (self.resumed if epoch or start else self.begun).epoch(epoch, start)


class Unreadable:
    """Batches that cannot be read."""

    def epoch(self, epoch, start=0):
        raise ValueError("rows.csv, line 7: no number")


def train(run_dir, distribution=None, data=None, resume=False):
    training.set_seed(7)
    model = tiny_model()
    history = training.fit(
        model,
        data or tiny_data(),
        epochs=EPOCHS,
        run_dir=run_dir,
        validation_data=tiny_data(),
        callbacks=[training.MovingAverage(0.9, every=2)],
        checkpoint_every=2,
        resume=resume,
        verbose=0,
        distribution=distribution,
    )
    np.savez(Path(run_dir) / "weights.npz", *model.get_weights())
    return history


def lead(folder, distribution):
    train(folder / "two processes", distribution)
    try:
        train(folder / "refused", distribution)
    except ValueError as error:
        (folder / "refused.txt").write_text(str(error))
    try:
        train(folder / "interrupted", distribution)
    except KeyboardInterrupt:
        files = [path.name for path in (folder / "interrupted" / "checkpoints").iterdir()]
        (folder / "interrupted.json").write_text(json.dumps(sorted(files)))
    for name, data in (("other rows", tiny_data()), ("unreadable", Resumed(tiny_data(), Unreadable()))):
        try:
            train(folder / "interrupted", distribution, data, resume=True)
        except ValueError as error:
            (folder / f"{name}.txt").write_text(str(error))
    try:
        train(folder / "lost", distribution)
    except training.WorkerLostError as error:
        (folder / "lost.txt").write_text(str(error))


def alone(folder):
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
    )
    train(folder / "one process")
    train(folder / "two devices", training.distribute("mirrored"))


def follow(folder, distribution):
    training.set_seed(7)
    model = tiny_model()
    seeds = [variable for variable in model.non_trainable_variables if "seed" in variable.path]
    first = [int(seed.numpy()[0]) for seed in seeds]
    training.follow(model, tiny_data(), distribution)
    drawn = [int(seed.numpy()[0]) - before for seed, before in zip(seeds, first, strict=True)]
    (folder / "follower.json").write_text(
        json.dumps({"seeds": drawn, "written": [path.name for path in Path.cwd().iterdir()]})
    )
    try:
        training.follow(tiny_model(), tiny_data(seed=4), distribution)
    except ValueError as error:
        (folder / "follower refused.txt").write_text(str(error))
    try:
        training.follow(tiny_model(), Signal(tiny_data(), 5, signal.SIGINT), distribution)
    except KeyboardInterrupt:
        (folder / "follower interrupted").touch()
    for name, data in (("other rows", Resumed(tiny_data(), tiny_data(seed=4))), ("unreadable", tiny_data())):
        try:
            training.follow(tiny_model(), data, distribution)
        except (ValueError, training.WorkerLostError) as error:
            (folder / f"follower {name}.txt").write_text(str(error))
    training.follow(tiny_model(), Signal(tiny_data(), 9, signal.SIGKILL), distribution)


def start(folder):
    """(exit code, output) of the chief, of its follower, which is killed in the end, and of a process alone."""
    environments = [*two_processes.clusters(), {}]
    return two_processes.run_all([([__file__, str(folder)], added) for added in environments], folder)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    if "TF_CONFIG" in os.environ:
        distribution = training.distribute("multiworker")
        (lead if distribution.is_chief else follow)(folder, distribution)
    else:
        alone(folder)
