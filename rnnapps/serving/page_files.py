"""The files of a page, read once: what a request names is looked up among them and never on the disk."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import NamedTuple

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".wav": "audio/wav",
    ".csv": "text/csv; charset=utf-8",
}


class PageFile(NamedTuple):
    """A file as it is sent."""

    content: bytes
    media_type: str


def read_page(package: str, **more: Path) -> dict[str, PageFile]:
    """The files in the folder page/ of a package, over those that all pages share.

    Args:
        package: of an application, such as "apps.translation".
        more: folder -> where its files are, such as examples of the run; missing folders have none.
    Returns:
        path below the page -> file; "" is index.html.
    """
    found = {}
    for place in ("rnnapps.serving", package):
        for file in resources.files(place).joinpath("page").iterdir():
            suffix = Path(file.name).suffix
            if suffix in MEDIA_TYPES:
                found[file.name] = PageFile(file.read_bytes(), MEDIA_TYPES[suffix])
    for name, folder in more.items():
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        for file in (file for file in files if file.suffix in MEDIA_TYPES and file.is_file()):
            found[f"{name}/{file.name}"] = PageFile(file.read_bytes(), MEDIA_TYPES[file.suffix])
    if "index.html" in found:
        found[""] = found.pop("index.html")
    return found
