"""What is wrong with a recording, and how much that matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LEVELS = ("error", "warning", "note")


@dataclass(frozen=True)
class RecordingFault:
    """A fault of one recording, or of a side as a whole.

    Args:
        level: error, nothing can be learnt from it and training refuses it; warning, something is wrong for certain
            or nearly so, but training can go on; note, worth knowing.
        kind: one word, the same for faults of the same sort.
        name: of the recording; "" where the fault is that of a whole side.
        message: one line that names the recording, says what is wrong and what to do.
        side: training, validation or test.
    """

    level: Literal["error", "warning", "note"]
    kind: str
    name: str
    message: str
    side: str = ""
