"""How far a long transcription is, on the terminal."""

from __future__ import annotations

import sys
import time

SECONDS = 0.5  # between two lines


class Progress:
    """Tells recordings done, and how much faster than speech; nothing where nobody looks on.

    Args:
        count: recordings.
    """

    def __init__(self, count: int):
        self.count, self.done, self.sound = count, 0, 0.0
        self._began = self._told = time.monotonic()
        self._shown = sys.stderr.isatty()

    def add(self, seconds: float) -> None:
        """Counts a recording that lasts so long."""
        self.done, self.sound = self.done + 1, self.sound + seconds
        now = time.monotonic()
        if self._shown and self.done < self.count and now - self._told >= SECONDS:
            self._told = now
            print(f"\r{self.line(now - self._began)}\x1b[K", end="", file=sys.stderr, flush=True)

    def line(self, seconds: float) -> str:
        """What is told `seconds` after the start."""
        speed = self.sound / max(seconds, 1e-9)
        return (
            f"{self.done:,} of {self.count:,} recordings, {self.sound / 60:.1f} min of sound, {speed:.0f} x real time"
        )

    def clear(self) -> None:
        """Frees the line of the terminal."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Frees the line, and sums up where there was more than one."""
        self.clear()
        if self._shown and self.count > 1:
            print(self.line(time.monotonic() - self._began), file=sys.stderr)
