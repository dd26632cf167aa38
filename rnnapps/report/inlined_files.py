"""Pictures and sounds within a page."""

from __future__ import annotations

import base64
import mimetypes
from pathlib import Path

from rnnapps.report.contents import DamagedRun

MOST = 32 * 2**20  # bytes; a browser still opens the page at once


class InlinedFiles:
    """Files of a run as data URIs, those that are asked for first as far as there is room for them.

    Args:
        folder: of the run.
        most: bytes of all files together.

    Attributes:
        left_out: names of the files that there was no room for.
    """

    def __init__(self, folder: Path, most: int = MOST):
        self.folder = folder
        self.room = most
        self.left_out: list[str] = []
        self._known: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """The file of this name within the folder; empty where it is not there any more, or there is no room for it.

        Raises:
            ValueError: it lies outside the folder.
        """
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> str:
        path = self.folder / name
        # A run may come from somebody else, and its report go to a third.
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise DamagedRun(f"{path}: lies outside {self.folder}; a report shows only what is in the run's folder")
        if not path.is_file():
            return ""
        if path.stat().st_size > self.room:
            self.left_out.append(name)
            return ""
        content = path.read_bytes()
        self.room -= len(content)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return f"data:{kind};base64,{base64.b64encode(content).decode()}"
