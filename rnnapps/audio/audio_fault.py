"""What can be wrong with a file of sound."""

from __future__ import annotations

from typing import Literal


class AudioFault(ValueError):
    """A file of sound that cannot be used; its text is one line that names the file and says what to do.

    Args:
        kind: unreadable, no sound that can be decoded; truncated, less there than its header says; empty, no sample;
            not_finite, samples that are NaN, infinite or too large to be sound.
        message: names the file.
    """

    def __init__(self, kind: Literal["unreadable", "truncated", "empty", "not_finite"], message: str):
        super().__init__(message)
        self.kind = kind
        self.message = message

    def __reduce__(self):
        return type(self), (self.kind, self.message)  # for worker processes
