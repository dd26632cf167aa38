"""Random choices that any Python repeats."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Random choices that are the same in every version of Python: only `random.random` promises that."""

    def __init__(self, seed: int):
        self._random = random.Random(seed)

    def one(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[int(self._random.random() * len(choices))]

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self._random.random() < probability
