"""The figures of every epoch as TensorBoard reads them."""

from __future__ import annotations

from pathlib import Path

import keras


def tensorboard_logs(folder: str | Path) -> keras.callbacks.Callback:
    """A callback that writes the logs of every epoch into `folder`, those of validation in a folder of their own.

    It comes after the callbacks whose figures it is to write. After a resume the epochs since the checkpoint are
    written again; TensorBoard shows the newer ones.

    Raises:
        ModuleNotFoundError: tensorboard is not installed.
    """
    import tensorboard  # noqa: F401 - TensorFlow no longer brings it, and would say so only at the first epoch

    return keras.callbacks.TensorBoard(log_dir=str(folder), write_graph=False, update_freq="epoch")
