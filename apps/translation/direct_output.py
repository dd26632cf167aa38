"""Output that goes out as it is made: a terminal, a pipe, a device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO


class DirectOutput:
    """Writes to an open file, with the methods of `PartialOutput`; nothing is continued.

    Args:
        file: open for writing bytes, so that the output is UTF-8 whatever the terminal's encoding.
    """

    def __init__(self, file: BinaryIO):
        self.lines = self.input_bytes = 0
        self._file = file

    def rest_of(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """All lines."""
        return iter(lines)

    def append(self, lines: Sequence[bytes], text: bytes) -> None:
        """Writes the translations of `lines`."""
        self._file.write(text)
        self._file.flush()
        self.lines += len(lines)

    def finish(self) -> None:
        """Nothing is left to do."""

    def kept(self) -> str:
        """What to tell somebody whose translation ended early."""
        return f"{self.lines:,} lines were written; with --output FILE a long translation can be continued"
