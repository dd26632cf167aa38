"""Runs that differ from a run in nothing but their seed: how much of a figure is the luck of the draw."""

from __future__ import annotations

import dataclasses
import sys

from .run_folder import RunFolder
from .train import train


def train_further_seeds(run: str, count: int) -> list[str]:
    """Trains the run's configuration with its next `count` seeds; runs that are there already are kept.

    Args:
        run: path or name.
        count: int >= 1.
    Returns:
        their paths: the run's own with -seed and the seed behind it.
    Raises:
        ValueError: a count below 1.
    """
    if count < 1:
        raise ValueError(f"--seeds must be at least 1 further seed, is {count}")
    folder = RunFolder.open(run)
    config = folder.config()
    paths = []
    for seed in range(config.train.seed + 1, config.train.seed + 1 + count):
        path = folder.path.with_name(f"{folder.path.name}-seed{seed}")
        own = dataclasses.replace(config, train=dataclasses.replace(config.train, seed=seed, strategy="none"))
        if not RunFolder(path).state_file.is_file():
            print(f"training seed {seed}: {path}", file=sys.stderr, flush=True)
            train(own, str(path.resolve()), resume=path.exists())
        paths.append(str(path))
    return paths
