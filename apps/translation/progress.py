"""How far a long translation is, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

# On a terminal one line that is written over; in a log a line now and then.
SECONDS_ON_TERMINAL, SECONDS_IN_LOG = 0.5, 30.0


class Progress:
    """Tells lines done, lines per second and, where the size of all is known, the time left.

    Args:
        size: bytes of the whole input; None when unknown.
        lines: how many were done before.
        done: and how many bytes.
    """

    def __init__(self, size: int | None, lines: int = 0, done: int = 0):
        self.size, self.lines, self.done = size, lines, done
        self._lines_before, self._done_before = lines, done
        self._began = self._told = time.monotonic()
        self._on_terminal = sys.stderr.isatty()

    def add(self, lines: Sequence[bytes]) -> None:
        """Counts lines that are done, and tells so if it is time."""
        self.lines += len(lines)
        self.done += sum(len(line) + 1 for line in lines)
        now = time.monotonic()
        if now - self._told >= (SECONDS_ON_TERMINAL if self._on_terminal else SECONDS_IN_LOG):
            self._told = now
            self._tell(self.line(now - self._began))

    def line(self, seconds: float) -> str:
        """What is told `seconds` after the start."""
        rate = (self.lines - self._lines_before) / max(seconds, 1e-9)
        told = (
            f"{self.lines:,} lines, {rate:,.0f} lines/s" if rate >= 10 else f"{self.lines:,} lines, {rate:.1f} lines/s"
        )
        if self.size and self.done > self._done_before:
            left = seconds * (self.size - self.done) / (self.done - self._done_before)
            told += f", {duration(max(left, 0.0))} left"
        return told

    def end(self) -> None:
        """Frees the line of the terminal."""
        if self._on_terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def _tell(self, line: str) -> None:
        if self._on_terminal:
            print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """A time as people say it: 40 s, 12 min, 3 h 5 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
