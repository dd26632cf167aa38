"""An output file that appears when it is complete; what an interruption leaves of it is continued."""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from rnnapps.training import write_atomically


class PartialOutput:
    """Writes FILE.partial chunk by chunk, and renames it to FILE at the end.

    FILE.partial.json says after every chunk how much of which input is done and by what, so that the same command
    continues there, and no other does. An existing FILE stays as it is until the new one is complete.

    Args:
        path: FILE.
        recipe: what the output depends on beside the input, by name: plain values.
    Raises:
        ValueError: the folder does not exist, or FILE.partial was begun by another recipe.
    """

    def __init__(self, path: str | Path, recipe: Mapping):
        self.path = Path(path)
        self.partial = self.path.with_name(self.path.name + ".partial")
        self.state = self.path.with_name(self.path.name + ".partial.json")
        self.recipe = json.loads(json.dumps(dict(recipe)))
        if not self.path.parent.is_dir():
            raise ValueError(f"--output {path}: there is no folder {self.path.parent}")
        if self.path.is_dir():
            raise ValueError(f"--output {path}: is a folder; name a file in it")
        begun = self._begun()
        self.lines, self.bytes, self._digest = begun["lines"], begun["bytes"], begun["input"]
        self.input_bytes = 0  # of the lines that are done
        self._input = hashlib.sha256()
        if not self.lines:
            self._write_state()  # first: a partial file without it is somebody else's
        self._file = self.partial.open("ab")
        self._file.truncate(self.bytes)  # what a kill left behind the last whole chunk

    def rest_of(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The lines that are not done yet.

        Raises:
            ValueError: the lines that are done were others.
        """
        lines = iter(lines)
        done = 0
        for line in itertools.islice(lines, self.lines):
            self._count(line)
            done += 1
        if done < self.lines or (done and self._input.hexdigest() != self._digest):
            raise ValueError(f"{self.partial}: begun with another input; {self._anew()}")
        return lines

    def append(self, lines: Sequence[bytes], text: bytes) -> None:
        """Adds the translations of `lines`; they are on disk when this returns."""
        self._file.write(text)
        self._file.flush()
        os.fsync(self._file.fileno())
        for line in lines:
            self._count(line)
        self.lines, self.bytes = self.lines + len(lines), self.bytes + len(text)
        self._write_state()

    def __enter__(self) -> PartialOutput:
        return self

    def __exit__(self, *error) -> None:
        # Closing writes again what a full disk refused before: it was told, and it does not count as done.
        with contextlib.suppress(OSError):
            self._file.close()

    def finish(self) -> None:
        """Puts the complete file in its place."""
        self._file.close()
        self.partial.replace(self.path)
        self.state.unlink()

    def kept(self) -> str:
        """What to tell somebody whose translation ended early."""
        return f"{self.lines:,} lines are kept in {self.partial}; the same command again continues there"

    def _count(self, line: bytes) -> None:
        self.input_bytes += len(line) + 1
        self._input.update(line + b"\n")

    def _write_state(self) -> None:
        state = {"recipe": self.recipe, "lines": self.lines, "bytes": self.bytes, "input": self._input.hexdigest()}
        write_atomically(self.state, lambda file: file.write(json.dumps(state, indent=2).encode()))

    def _begun(self) -> dict:
        nothing = {"lines": 0, "bytes": 0, "input": ""}
        if not self.state.is_file():
            if self.partial.exists():
                raise ValueError(f"{self.partial}: exists, but not by an interrupted translation; {self._anew()}")
            return nothing
        try:
            begun = json.loads(self.state.read_bytes())
            recipe, done = begun["recipe"], {name: begun[name] for name in nothing}
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"{self.state}: cannot be read; {self._anew()}") from None
        size = self.partial.stat().st_size if self.partial.is_file() else 0
        if not done["lines"] or not size:
            return nothing
        if changed := [name for name in {**recipe, **self.recipe} if recipe.get(name) != self.recipe.get(name)]:
            raise ValueError(f"{self.partial}: begun with another {' and '.join(changed)}; {self._anew()}")
        if size < done["bytes"]:
            raise ValueError(f"{self.partial}: shorter than it was; {self._anew()}")
        return done

    def _anew(self) -> str:
        return f"remove {self.partial} and {self.state.name} to begin anew, or choose another --output"
