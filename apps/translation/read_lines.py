"""Lines to translate: of a file, of standard input, or typed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import BinaryIO

# What is beyond could not be read by the model anyway, and a file without line ends would fill the memory.
LONGEST_LINE = 2**20


def read_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines without their ends, as they are needed; of one longer than LONGEST_LINE bytes the beginning."""
    while line := file.readline(LONGEST_LINE):
        rest = line
        while len(rest) == LONGEST_LINE and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE)
        yield line.rstrip(b"\r\n")


def typed_lines() -> Iterator[bytes]:
    """Lines of standard input, with a prompt before each when it is a terminal."""
    if not sys.stdin.isatty():
        yield from read_lines(sys.stdin.buffer)
        return
    print("type a sentence and press Enter; Ctrl-D ends", file=sys.stderr)
    while True:
        # To standard error: standard output holds translations only.
        print("> ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.buffer.readline()
        if not line:
            print(file=sys.stderr)
            return
        yield line.rstrip(b"\r\n")
