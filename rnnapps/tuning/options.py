"""Options of a search, the same for every application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class TuningOptions:
    """How configurations are searched for.

    Args:
        search: name of the search under saved_models/<application>/, or a path; by default tune- and the data's name.
            Started again with the same options, a search goes on where it was.
        tuner: hyperband trains many configurations for a few epochs and the best of them for more; bayesian learns
            from the trials so far where the next one is worth most; random draws.
        trials: configurations that are tried, the one to start from included.
        space: YAML file with the options to search and their values, instead of those that are declared for the
            application; --show_space prints these.
        seed: of what is drawn; each training has train.seed.
        factor: of hyperband: one of so many configurations is trained on.
        pruning: of bayesian and random: median ends a training whose best measurement so far is worse than the median
            of what the finished trials had reached after as many epochs; none trains all to their end.
        pruning_epochs: epochs before which no training is ended.
    """

    search: str | None = None
    tuner: Literal["hyperband", "bayesian", "random"] = "hyperband"
    trials: int = 12
    space: str | None = None
    seed: int = 1
    factor: int = 3
    pruning: Literal["median", "none"] = "median"
    pruning_epochs: int = 3

    def __post_init__(self):
        for name, least in (("trials", 2), ("seed", 1), ("factor", 2), ("pruning_epochs", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"--{name} must be at least {least}, is {getattr(self, name)}")
