"""The other processes' side of a training in several processes."""

from __future__ import annotations

import keras
import tensorflow as tf

from rnnapps.training.distributed_step import DistributedStep
from rnnapps.training.distribution import DONE, INTERRUPTED, STEP, Distribution, WorkerLostError
from rnnapps.training.epoch_data import EpochBatches, EpochData
from rnnapps.training.interrupts import DeferredInterrupt
from rnnapps.training.leading import checksum
from rnnapps.training.model_building import build_all
from rnnapps.training.run_variables import run_variables

# Between the seeds of neighbouring workers, so that no two draw the same numbers.
SEED_STEP = 1_000_003


def follow(model: keras.Model, data: EpochData | EpochBatches, distribution: Distribution) -> None:
    """Makes every step of the training that the chief leads with `fit`, and nothing else.

    Nothing is written here and nothing is measured: the chief does that, while the others wait. What is random inside
    the model, such as dropout, is drawn differently in each process.

    Args:
        model: compiled, as the chief's.
        data: the chief's: every process reads all of it and trains on its rows of each batch.
        distribution: this process's, not the chief's.
    Raises:
        ValueError: the model is not the chief's, or cannot be divided, see `DistributedStep`; or what the data raise.
        OtherDataError: the data are not the chief's.
        KeyboardInterrupt: after Ctrl-C, here or at the chief, once the chief has written its checkpoint.
        WorkerLostError: the chief or another process has gone.
    """
    data = data if isinstance(data, EpochData) else EpochData(data)
    build_all(model, data)
    step = DistributedStep(model, distribution, data.output_signature)
    start = distribution.share()
    distribution.agree(STEP, checksum=checksum((data.first(), len(data))))
    groups = run_variables(model)
    distribution.share_variables([*groups["model"], *groups["optimizer"]])
    _draw_apart(model, distribution)

    command = _make_steps(step, data, distribution, start)
    if command == INTERRUPTED:
        raise KeyboardInterrupt
    if command != DONE:
        raise WorkerLostError("train.strategy: the chief has ended with an error; its output says which")
    print(f"done; the run is with the chief at {distribution.cluster.workers[0]}", flush=True)


def _make_steps(step, data, distribution, start):
    """What the chief tells in the end."""
    try:
        with DeferredInterrupt() as interrupt:
            for batch in data.stream(start["epoch"], start["step"]):
                command, _ = distribution.agree(STEP, interrupt.requested, checksum(batch))
                if command != STEP:
                    return command
                with distribution.lost_workers_named():
                    step.take(batch)
    except tf.errors.OpError:
        if data.error is not None:
            raise data.error from None
        raise


def _draw_apart(model, distribution):
    for variable in model.non_trainable_variables:
        if variable.path.endswith("seed_generator_state"):
            seed, count = variable.numpy()
            variable.assign([seed + SEED_STEP * distribution.cluster.index, count])
