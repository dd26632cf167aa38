"""Training that can be killed at any moment and continued as if nothing had happened."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from rnnapps.training.checkpoints import CheckpointError, Checkpoints, Progress
from rnnapps.training.decoded_metric import DecodedMetric
from rnnapps.training.distribution import Distribution, WorkerLostError
from rnnapps.training.epoch_data import EpochBatches, EpochData
from rnnapps.training.history import History
from rnnapps.training.interrupts import DeferredInterrupt
from rnnapps.training.leading import leading
from rnnapps.training.model_building import build_all, build_layers


def fit(
    model: keras.Model,
    data: EpochData | EpochBatches,
    *,
    epochs: int,
    run_dir: str | Path,
    validation_data: EpochData | EpochBatches | Any = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    checkpoint_every: int | None = None,
    keep: int = 3,
    resume: bool = False,
    fingerprint: Any = None,
    verbose: int | str = "auto",
    distribution: Distribution | None = None,
) -> History:
    """`keras.Model.fit` with checkpoints, resume and a history file.

    A run that was killed, even by SIGKILL in the middle of an epoch, and is started again with `resume=True`
    sees the batches, draws the random numbers and ends with the weights of an undisturbed run: bit for bit on
    the same machine after `set_seed(seed, deterministic=True)`, if the order of `data` depends on the epoch
    alone. The first Ctrl-C ends the current step (or the evaluation at the end of an epoch), writes a
    checkpoint and raises KeyboardInterrupt; the second one stops at once.

    Writes `run_dir/history.csv` and `run_dir/checkpoints/`: a checkpoint after every epoch and, if asked,
    every `checkpoint_every` steps. If one cannot be written (disk full) a message says so, the earlier ones
    stay, and training goes on.

    Args:
        model: compiled model of any kind; `steps_per_execution` must divide the steps of an epoch.
        data: `EpochData`, or batches for it.
        epochs: int >= 1, total number of epochs, including those before a resume.
        run_dir: folder of the run.
        validation_data: what `keras.Model.fit` takes, or `EpochData` or batches, of which epoch 0 is used.
        callbacks: called after Keras's own work and before the history and the checkpoint are written, so
            what they add to the logs is recorded. The state of a callback that has `get_state() -> JSON
            values` and `set_state(state)` is part of the checkpoints, and so are the `variables` of one that has
            them; other callbacks start anew on a resume.
        checkpoint_every: int >= 1, steps between checkpoints within an epoch, or None.
        keep: int >= 1, how many checkpoints to keep. Default 3.
        resume: bool, continue from the newest checkpoint; from the beginning if there is none yet.
        fingerprint: JSON value, the configuration; resuming under another one is an error.
        verbose: as in `keras.Model.fit`.
        distribution: over what every batch is divided, see `distribute`; of several processes this is the chief, and
            the others call `follow` with the same model and data. Loss and weights are those of one device, and a
            model for which they would not be is refused, see `DistributedStep`. None trains on one device.
    Returns:
        `History` of the whole run, with the epochs before a resume.
    Raises:
        ValueError: an argument out of range, or checkpoints in `run_dir` without `resume`; with a distribution, a
            model that cannot be divided, or other data in another process.
        CheckpointError: a checkpoint of another model, optimizer, data or configuration, or none that can be read.
        KeyboardInterrupt: after Ctrl-C, here or at a follower, once a checkpoint is written.
        WorkerLostError: another process has gone; the run can be resumed.
    """
    data = data if isinstance(data, EpochData) else EpochData(data)
    steps = len(data)
    _check_arguments(model, steps, epochs, checkpoint_every)
    checkpoints = Checkpoints(Path(run_dir) / "checkpoints", keep, fingerprint, callbacks)
    if not resume and checkpoints.files():
        raise ValueError(f"run_dir={str(run_dir)!r} holds checkpoints of an earlier run; resume it or choose another")
    progress = Progress(0, 0, steps)
    if not model.built:
        build_layers(model, data)
    if distribution is not None:
        build_all(model, data)
    for callback in callbacks:
        callback.set_model(model)  # a resume restores into the variables that some of them make for it
    if resume:
        progress = _resume(model, data, checkpoints)
    if isinstance(validation_data, EpochData) or hasattr(validation_data, "epoch"):
        validation = validation_data if isinstance(validation_data, EpochData) else EpochData(validation_data)
        validation_data = validation.one_epoch()

    history = History(Path(run_dir) / "history.csv")
    for callback in callbacks:
        if isinstance(callback, DecodedMetric):
            callback.folder = callback.folder or checkpoints.folder
            callback.keep = keep
    interrupt = DeferredInterrupt()
    kept = [*callbacks, history]
    position = _Position(model, progress)
    writer = _CheckpointWriter(checkpoints, position, kept, checkpoint_every, interrupt)
    try:
        with interrupt, leading(distribution, model, data, position, interrupt):
            model.fit(
                data.stream(progress.epoch, progress.step),
                epochs=epochs,
                initial_epoch=epochs if progress.stopped else min(progress.epoch, epochs),
                steps_per_epoch=steps,
                validation_data=validation_data,
                callbacks=[position, *kept, writer],
                verbose=verbose,
                shuffle=False,
            )
    except (KeyboardInterrupt, WorkerLostError):
        writer.save_interrupted()
        raise
    except tf.errors.OpError:
        if data.error is not None:
            raise data.error from None
        raise
    return history


class _Position(keras.callbacks.Callback):
    """Counts epochs and steps. First in the list, so every other callback finds the count up to date."""

    def __init__(self, model, progress):
        super().__init__()
        self.start = progress
        self.epoch, self.step = progress.epoch, progress.step
        self.in_step = False
        self.cut_short = False
        # Keras sets metrics to zero at the start of an epoch; one that was begun goes on from its sums.
        self._metrics = [variable.numpy() for variable in model.metrics_variables] if progress.step else []

    def on_epoch_begin(self, epoch, logs=None):
        begun = epoch == self.start.epoch and self.start.step
        self.epoch, self.step = epoch, self.start.step if begun else 0
        if begun:
            for variable, value in zip(self.model.metrics_variables, self._metrics, strict=True):
                variable.assign(value)

    def on_train_batch_begin(self, batch, logs=None):
        self.in_step = True

    def on_train_batch_end(self, batch, logs=None):
        self.step += self.model.steps_per_execution
        self.in_step = False

    def on_epoch_end(self, epoch, logs=None):
        # Runs before any callback that ends the training, whose word therefore stays.
        if self.cut_short:
            self.model.stop_training = self.cut_short = False


class _CheckpointWriter(keras.callbacks.Callback):
    """Writes checkpoints. Last in the list, so the states it stores are those after the step or epoch."""

    def __init__(self, checkpoints, position, callbacks, every, interrupt):
        super().__init__()
        self.checkpoints = checkpoints
        self.position = position
        self.steps = position.start.steps_per_epoch
        self.callbacks = _by_name(callbacks)
        self.every = every
        self.interrupt = interrupt
        self.saved_at = None

    def on_train_begin(self, logs=None):
        # Not earlier: callbacks set themselves back when training begins.
        for name, state in self.position.start.callbacks.items():
            if name in self.callbacks:
                self.callbacks[name].set_state(state)

    def on_train_batch_end(self, batch, logs=None):
        epoch, step = self.position.epoch, self.position.step
        if step >= self.steps:
            # Keras counts the steps of a resumed epoch from 0 and would run on into the next one's batches.
            resumed = self.position.start.step and epoch == self.position.start.epoch
            if resumed and not self.model.stop_training:
                self.position.cut_short = self.model.stop_training = True
            return
        if self.interrupt.requested or (self.every and self._due(step)):
            self.save(epoch, step)
        self.interrupt.raise_if_requested()

    def on_epoch_end(self, epoch, logs=None):
        self.save(epoch + 1, 0)
        self.interrupt.raise_if_requested()

    def save(self, epoch, step):
        states = {name: callback.get_state() for name, callback in self.callbacks.items()}
        progress = Progress(epoch, step, self.steps, stopped=self.model.stop_training, callbacks=states)
        try:
            path = self.checkpoints.save(self.model, progress)
        except OSError as error:
            files = self.checkpoints.files()
            last = files[0] if files else "none yet"
            print(f"\ncheckpoint not written: {error}; training goes on, last good one: {last}", flush=True)
            return
        self.saved_at = (epoch, step)
        if self.interrupt.requested:
            print(f"\ninterrupted: {path} written, resume from there", flush=True)

    def save_interrupted(self):
        """After an interrupt from elsewhere: save, if the weights are those of a whole number of steps."""
        epoch, step = self.position.epoch, self.position.step
        if self.interrupt.requested or self.position.in_step or self.saved_at == (epoch, step):
            return
        if 0 < step < self.steps:
            self.save(epoch, step)

    def _due(self, step):
        # With several steps in one execution not every multiple is seen.
        return step // self.every > (step - self.model.steps_per_execution) // self.every


def _check_arguments(model, steps, epochs, checkpoint_every):
    if not model.compiled:
        raise ValueError("model is not compiled; call model.compile(optimizer=..., loss=...) first")
    if epochs < 1:
        raise ValueError(f"epochs must be >= 1, got {epochs}")
    if checkpoint_every is not None and checkpoint_every < 1:
        raise ValueError(f"checkpoint_every must be >= 1 or None, got {checkpoint_every}")
    if steps % model.steps_per_execution:
        raise ValueError(
            f"steps_per_execution={model.steps_per_execution} does not divide the {steps} steps of an epoch"
        )


def _resume(model, data, checkpoints):
    steps = len(data)
    if not checkpoints.files():
        print(f"{checkpoints.folder}: no checkpoint yet, training starts from the beginning", flush=True)
        return Progress(0, 0, steps)
    build_all(model, data)
    progress = checkpoints.restore(model)
    if progress.steps_per_epoch != steps:
        raise CheckpointError(
            f"{checkpoints.folder}: written with {progress.steps_per_epoch} steps per epoch, the data now "
            f"has {steps}; resume with the same data or start a new run folder"
        )
    print(f"resumed at epoch {progress.epoch + 1}, step {progress.step} of {steps}", flush=True)
    return progress


def _by_name(callbacks):
    """Callbacks that have a state, under names that are the same in the next process."""
    named = {}
    for callback in callbacks:
        if hasattr(callback, "get_state") and hasattr(callback, "set_state"):
            kind = getattr(callback, "name", None) or type(callback).__name__
            twins = sum(name.rsplit("#", 1)[0] == kind for name in named)
            named[f"{kind}#{twins}"] = callback
    return named
