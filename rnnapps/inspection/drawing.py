"""What all pictures share: figures without a window, and fonts of most scripts."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Tried in this order for each character, so that labels in most scripts are drawn where a font is installed.
FONTS = [
    "DejaVu Sans",
    "Noto Sans",
    "Noto Sans CJK JP",
    "Noto Sans Arabic",
    "Noto Sans Devanagari",
    "Noto Emoji",
]


@contextmanager
def drawn(path: str | Path, size: tuple[float, float], rows: int = 1, columns: int = 1, **options) -> Iterator:
    """Axes to draw on, in fonts of most scripts; the picture is written when the block ends.

    Args:
        path: PNG, PDF or SVG file; its folder is made.
        size: inches, width and height.
        rows, columns: of axes.
        options: of `matplotlib.figure.Figure.subplots`.

    Yields:
        matplotlib axes, or an array of them where there are several.
    """
    with fonts():
        figure, axes = figure_and_axes(size, rows, columns, **options)
        yield axes
        save(figure, path)


def literal(label: str) -> str:
    """The label as matplotlib draws it letter by letter."""
    return label.replace("$", r"\$")  # a pair of $ would be read as mathematics


@contextmanager
def fonts() -> Iterator[None]:
    """Within the block text is drawn in fonts of most scripts, as far as they are installed."""
    from matplotlib import font_manager, rc_context

    installed = set(font_manager.get_font_names())
    with (
        rc_context({"font.family": [font for font in FONTS if font in installed]}),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # drawn as a box
        yield


def figure_and_axes(size: tuple[float, float], rows: int = 1, columns: int = 1, **options):
    """A matplotlib figure of so many inches and its axes."""
    # Figure rather than pyplot: nothing global, no window, safe in threads and servers.
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.subplots(rows, columns, **options)


def save(figure, path: str | Path) -> Path:
    """Writes the figure; its folder is made. Returns `path`."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)
    return path
