"""A tiny training run, here or in a process of its own that kills itself."""

import os
import signal
import sys
from pathlib import Path

import keras
import numpy as np

from rnnapps import training


class Kill(keras.callbacks.Callback):
    """Ends the process by SIGKILL after so many steps in it."""

    def __init__(self, steps):
        super().__init__()
        self.left = steps

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def tiny_model():
    inputs = keras.Input((None, 3))
    x = keras.layers.LSTM(4, dropout=0.3, recurrent_dropout=0.2)(inputs)
    x = keras.layers.Dropout(0.5)(x)
    model = keras.Model(inputs, keras.layers.Dense(1)(x))
    model.compile(training.optimizer("adam", 0.01, schedule="inverse_sqrt", warmup_steps=5), "mse", metrics=["mae"])
    return model


def tiny_data():
    random = np.random.default_rng(0)
    x = random.normal(size=(36, 5, 3)).astype("float32")
    return training.ArrayBatches(x, x.sum((1, 2))[:, None], batch_size=5, seed=3)


def run(run_dir, resume, kill_after=0, epochs=3):
    training.set_seed(7)
    model, data = tiny_model(), tiny_data()
    x, y = next(iter(data.epoch(99)))
    average = training.MovingAverage(0.9, every=2)
    decoded = training.DecodedMetric(
        "val_error",
        lambda: float(np.abs(model.predict_on_batch(x) - y).mean()),
        mode="min",
        restore_best=False,
        average=average,
    )
    callbacks = [average, decoded, *([Kill(kill_after)] if kill_after else [])]
    training.fit(
        model,
        data,
        epochs=epochs,
        run_dir=run_dir,
        callbacks=callbacks,
        checkpoint_every=3,
        resume=resume,
        verbose=0,
    )
    return model


def run_to_end(folder, resume):
    """Keeps what the training ends with in final.npz."""
    model = run(folder, resume)
    # The weights themselves, which the average replaces in the model at the end, are in the last checkpoint.
    with np.load(training.Checkpoints(folder / "checkpoints").files()[0]) as last:
        stored = {name: last[name] for name in last.files if name != "about"}
    np.savez(folder / "final.npz", *model.get_weights(), **stored)


if __name__ == "__main__":
    run(Path(sys.argv[1]), resume=False, kill_after=int(sys.argv[2]))
