"""Line numbers in a message."""

from collections.abc import Sequence


def listed(lines: Sequence[int], shown: int = 5) -> str:
    """ "line 7", or "lines 3, 7, 9, ..." with the first `shown` of them."""
    numbers = ", ".join(map(str, lines[:shown])) + (", ..." if len(lines) > shown else "")
    return ("line " if len(lines) == 1 else "lines ") + numbers
