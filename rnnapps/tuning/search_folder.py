"""What a search leaves on disk, and whose it is."""

from __future__ import annotations

import json
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rnnapps.file_lock import file_lock

# What a search is, in the words of messages.
TOLD = {
    "application": "application",
    "objective": "objective",
    "data": "data",
    "space": "search space",
    "options": "options of training",
    "tuner": "way of searching",
}
WAIT = 1.0


class SearchFolder:
    """A search's folder: what it is (search.json), its trials, and what was found.

    Args:
        path: the folder.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.identity = self.path / "search.json"
        self.best = self.path / "best.yaml"
        self.oracle = self.path / "oracle.json"
        self.results = self.path / "results.json"
        self.table = self.path / "trials.csv"
        self.plot = self.path / "trials.png"

    def trial(self, name: str) -> Path:
        """The folder of a trial."""
        return self.path / f"trial_{name}"

    @property
    def finished_trials(self) -> list[Path]:
        """Folders of trials that have ended."""
        return sorted(path.parent for path in self.path.glob("trial_*/outcome.json"))

    def claim(self, identity: dict[str, Any]) -> None:
        """Makes the folder that of a search, or checks that it is.

        Args:
            identity: JSON values that say what the search is, by the names of `TOLD`.
        Raises:
            ValueError: it belongs to another search; what differs is named. Or it holds something else.
        """
        # Only now: the package loads Keras.
        from rnnapps.training import write_atomically

        if self.identity.is_file():
            self.check(identity)
            return
        if self.path.exists() and any(not child.name.startswith(".") for child in self.path.iterdir()):
            raise ValueError(f"{self.path}: not a search; choose another --search")
        text = json.dumps(identity, indent=2, ensure_ascii=False) + "\n"
        write_atomically(self.identity, lambda file: file.write(text.encode("utf-8")))

    def check(self, identity: dict[str, Any]) -> None:
        """Raises a ValueError unless the folder belongs to this search."""
        try:
            there = json.loads(self.identity.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{self.identity}: damaged ({error}); choose another --search") from None
        here = json.loads(json.dumps(identity))
        for name, told in TOLD.items():
            if there.get(name) != here[name]:
                differs = _difference(there.get(name), here[name])
                raise ValueError(
                    f"{self.path}: belongs to a search with another {told} ({differs}); "
                    "choose another --search, or give what that one was given"
                )

    def wait_for_chief(self) -> None:
        """Waits until the chief has made the folder, and says so every minute."""
        began = time.monotonic()
        told = 0
        while not self.identity.is_file():
            if time.monotonic() - began >= 60 * told:
                print(
                    f"waiting for the chief to make {self.identity}: chief and tuners need the same folder", flush=True
                )
                told += 1
            time.sleep(WAIT)

    def alone(self, tuner: str | None = None) -> AbstractContextManager[None]:
        """Keeps a second search out of the folder within the block.

        Args:
            tuner: name of a tuner, to keep only a second one of this name out.
        Raises:
            ValueError: there is one.
        """
        if tuner is None:
            told = f"{self.path}: another process is searching there; wait for it, or choose another --search"
            return file_lock(self.path / ".lock", told)
        told = f"KERASTUNER_TUNER_ID {tuner}: another process has this name in {self.path}; choose another"
        return file_lock(self.path / f".lock-{quote(tuner, safe='')}", told)


def _difference(there: Any, here: Any, name: str = "") -> str:
    if isinstance(there, dict) and isinstance(here, dict):
        for key in [*there, *here]:
            if there.get(key) != here.get(key):
                return _difference(there.get(key), here.get(key), f"{name}.{key}" if name else key)
    return f"{name + ': ' if name else ''}there {_told(there)}, here {_told(here)}"


def _told(value: Any) -> str:
    return "none" if value is None else str(value)
