"""How long the steps of a training take."""

from __future__ import annotations

import time


class StepTimes:
    """The times at which steps ended; the first ones do not count, they trace and fill caches.

    Args:
        warm_up: steps that are not counted.
    """

    def __init__(self, warm_up: int = 10):
        self.warm_up = warm_up
        self.wall: list[float] = []
        self.cpu: list[float] = []

    def note(self) -> None:
        """A step has ended."""
        self.wall.append(time.perf_counter())
        self.cpu.append(time.process_time())

    def answer(self) -> dict:
        """Seconds of one step by either clock."""
        first = min(self.warm_up, len(self.wall) - 2)
        steps = len(self.wall) - 1 - first
        return {
            "step_seconds": (self.wall[-1] - self.wall[first]) / steps,
            "step_cpu_seconds": (self.cpu[-1] - self.cpu[first]) / steps,
        }
