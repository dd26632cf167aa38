"""The chief's side of a training in several processes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from rnnapps.digest import digest
from rnnapps.training.distributed_step import DistributedStep
from rnnapps.training.distribution import (
    DONE,
    FAILED,
    INTERRUPTED,
    STEP,
    Distribution,
    OtherDataError,
    WorkerLostError,
)
from rnnapps.training.epoch_data import EpochData
from rnnapps.training.interrupts import DeferredInterrupt
from rnnapps.training.run_variables import run_variables


@contextlib.contextmanager
def leading(
    distribution: Distribution | None, model: keras.Model, data: EpochData, position: Any, interrupt: DeferredInterrupt
) -> Iterator[None]:
    """Within the block the model trains over the distribution, and processes that `follow` make every step with it.

    They begin with the weights, the optimizer's state and the place in the data that are here now, compare every batch
    with the chief's before its step, and are told when it is over, and why.

    Args:
        distribution: over what; None changes nothing.
        model: compiled, all of its variables made.
        data: of the training.
        position: where it stands: epoch, step, and in_step while one is being made.
        interrupt: requested here when a follower is interrupted.
    Raises:
        ValueError: a model that cannot be divided, see `DistributedStep`.
        OtherDataError: a follower has other data.
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

    distribution.share({"epoch": position.epoch, "step": position.step})
    distribution.agree(STEP, checksum=checksum((data.first(), len(data))))
    groups = run_variables(model)
    distribution.share_variables([*groups["model"], *groups["optimizer"]])

    def lead(iterator):
        position.in_step = False  # not yet: what is wrong with the data here shows before the others wait for this step
        batch = next(iterator)
        interrupt.requested |= distribution.agree(STEP, checksum=checksum(batch))[1]
        position.in_step = True
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
    except (WorkerLostError, OtherDataError):  # the others know, or are gone
        reason = None
        raise
    finally:
        # In the middle of a step they wait for its sums, not for this; they find out when this process ends.
        if reason is not None and not position.in_step:
            distribution.agree(reason)
            distribution.stop_watching()


def checksum(values: Any) -> int:
    """A number below 2^32 that tells nested arrays or tensors from others."""
    return int(digest(map(np.asarray, keras.tree.flatten(values)))[:8], 16)
