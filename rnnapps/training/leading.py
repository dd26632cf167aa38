"""The chief's side of a training in several processes."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from rnnapps.training.distributed_step import DistributedStep
from rnnapps.training.distribution import DONE, FAILED, INTERRUPTED, STEP, Distribution, WorkerLostError
from rnnapps.training.epoch_data import EpochData
from rnnapps.training.interrupts import DeferredInterrupt
from rnnapps.training.run_variables import run_variables


@contextlib.contextmanager
def leading(
    distribution: Distribution | None, model: keras.Model, data: EpochData, position: Any, interrupt: DeferredInterrupt
) -> Iterator[None]:
    """Within the block the model trains over the distribution, and processes that `follow` make every step with it.

    They begin with the weights, the optimizer's state and the place in the data that are here now, and are told when
    it is over, and why.

    Args:
        distribution: over what; None changes nothing.
        model: compiled, all of its variables made.
        data: of the training.
        position: where it stands: epoch, step, and in_step while one is being made.
        interrupt: requested here when a follower is interrupted.
    Raises:
        ValueError: followers have other data.
        WorkerLostError: one has gone.
    """
    if distribution is None:
        yield
        return
    step = DistributedStep(model, distribution, data.output_signature)
    if not distribution.has_followers:
        model.train_function = step
        yield
        return

    start = {"epoch": position.epoch, "step": position.step, "data": digest(data)}
    distribution.share(start)
    if distribution.agree(STEP)[1]:
        raise ValueError("train.strategy: a worker has other data than the chief; start all with the same files")
    groups = run_variables(model)
    distribution.share_variables([*groups["model"], *groups["optimizer"]])

    def lead(iterator):
        batch = next(iterator)  # what is wrong with the data shows before others wait for this step
        interrupt.requested |= distribution.agree(STEP)[1]
        with distribution.lost_workers_named():
            return step.take(batch)

    model.train_function = lead
    reason = FAILED
    try:
        yield
        reason = DONE
    except KeyboardInterrupt:
        reason = INTERRUPTED
        raise
    except WorkerLostError:
        reason = None
        raise
    finally:
        # In the middle of a step they wait for its sums, not for this; they find out when this process ends.
        if reason is not None and not position.in_step:
            distribution.agree(reason)
            distribution.stop_watching()


def digest(data: EpochData) -> dict[str, Any]:
    """What tells data from other data: the number of steps, and a checksum of the first batch."""
    arrays = [np.ascontiguousarray(array) for array in keras.tree.flatten(data.first())]
    checksum = 0
    for array in arrays:
        checksum = zlib.crc32(array.tobytes(), checksum)
    return {"steps": len(data), "shapes": [list(array.shape) for array in arrays], "checksum": checksum}
