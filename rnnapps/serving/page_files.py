"""The files of a page, read once: what a request names is looked up among them and never on the disk."""

from __future__ import annotations

import html
from importlib import resources
from pathlib import Path
from string import Template
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
FRAME, MAIN = "frame.html", "main.html"


class PageFile(NamedTuple):
    """A file as it is sent."""

    content: bytes
    media_type: str


def read_page(package: str, title: str, **more: Path) -> dict[str, PageFile]:
    """The page of an application: its own part in the frame that all share, and the files of both.

    In the folder page/ of the package stand main.html, what is between head and foot; main.css; and main.js, which
    takes from common.js what it needs.

    Args:
        package: of the application, such as "apps.translation".
        title: above the page.
        more: folder -> where its files are, such as examples of the run; missing folders have none.
    Returns:
        path below the page -> file; "" is the page itself.
    Raises:
        FileNotFoundError: the package has no page/main.html.
    """
    shared, own = (resources.files(place).joinpath("page") for place in ("rnnapps.serving", package))
    frame, main = (place.joinpath(name).read_text("utf-8") for place, name in ((shared, FRAME), (own, MAIN)))
    page = Template(frame).substitute(title=html.escape(title), main=main)
    found = {"": PageFile(page.encode(), MEDIA_TYPES[".html"])}
    for file in (*shared.iterdir(), *own.iterdir()):
        suffix = Path(file.name).suffix
        if suffix in MEDIA_TYPES and file.name not in (FRAME, MAIN):
            found[file.name] = PageFile(file.read_bytes(), MEDIA_TYPES[suffix])
    for name, folder in more.items():
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        for file in (file for file in files if file.suffix in MEDIA_TYPES and file.is_file()):
            found[f"{name}/{file.name}"] = PageFile(file.read_bytes(), MEDIA_TYPES[file.suffix])
    return found
