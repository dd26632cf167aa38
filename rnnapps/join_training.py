"""How a process takes its place in a training that may be spread over several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnapps.config_sections import ConfigSections
from rnnapps.operation_threads import one_thread_per_operation

if TYPE_CHECKING:
    from rnnapps.training import Distribution


def join_training(config: ConfigSections, small: bool = False) -> tuple[ConfigSections, Distribution | None]:
    """Waits for the other processes, if there are any, and takes the chief's options.

    Call it before TensorFlow's first operation. TensorFlow is not imported for `train.strategy` none.

    Args:
        config: with a section train.
        small: let each operation run on one thread, see `one_thread_per_operation`.
    Returns:
        the options to train with, and over what; None for one device.
    Raises:
        ValueError: devices or TF_CONFIG that `train.strategy` cannot work with.
        WorkerLostError: another process went away.
    """
    if config.train.strategy == "none":
        return config, None
    from rnnapps.training import distribute

    if small:
        one_thread_per_operation()
    distribution = distribute(config.train.strategy)
    return (distribution.shared_config(config) if distribution.has_followers else config), distribution
