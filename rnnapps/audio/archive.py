"""Members of a zip file, as sources of recordings."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from rnnapps.audio.audio_fault import AudioFault


class Archive:
    """A zip file whose members are read, from several threads or processes too.

    Its directory is read once; a copy in another process opens the file anew.

    Args:
        path: the zip file.
    Raises:
        FileNotFoundError: no such file.
        ValueError: not a zip file, or one that was cut short.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        if not self.path.is_file():
            raise FileNotFoundError(f"{path}: no such file")
        self._opened = self._open()

    @property
    def names(self) -> list[str]:
        """Members, without folders, in the archive's order."""
        return [info.filename for info in self._opened.infolist() if not info.is_dir()]

    def read(self, name: str) -> bytes:
        """A member's content.

        Raises:
            FileNotFoundError: no such member.
            AudioFault: it is damaged.
        """
        try:
            return self._opened.read(name)
        except KeyError:
            raise FileNotFoundError(f"{self.path}/{name}: no such member of the zip file") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise AudioFault(
                "unreadable", f"{self.path}/{name}: cannot be taken out of the zip file: {error}"
            ) from None

    def _open(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self.path)
        except zipfile.BadZipFile:
            raise ValueError(f"{self.path}: not a zip file, or cut short; get it again") from None

    def __getstate__(self):
        return {"path": self.path}

    def __setstate__(self, state):
        self.path = state["path"]
        self._opened = self._open()
