"""What a model attends to and how its training went, as pictures."""

import csv
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

# Tried in this order for each character, so that labels in most scripts are drawn where a font is installed.
FONTS = [
    "DejaVu Sans",
    "Noto Sans",
    "Noto Sans CJK JP",
    "Noto Sans Arabic",
    "Noto Sans Devanagari",
    "Noto Emoji",
]
CELL_INCHES = 0.34
LONGEST_SIDE_INCHES = 40.0


def plot_alignment(
    alignment,
    source_tokens: Sequence[str],
    target_tokens: Sequence[str],
    path: str | Path,
    title: str = "",
    source_name: str = "source",
    target_name: str = "target",
    caption: str = "",
) -> Path:
    """Draws attention as a heat map: one row per target token, one column per source token.

    Args:
        alignment: (T, S) weights in [0, 1].
        source_tokens: S labels, along the top, in reading order.
        target_tokens: T labels, down the side.
        path: PNG, PDF or SVG file to write.
        title: text above the map; its lines stay lines.
        source_name: what the columns are.
        target_name: what the rows are.
        caption: text below the map: how to read it.

    Returns:
        `path`.
    Raises:
        ValueError: the labels do not fit the alignment.
    """
    alignment = np.asarray(alignment, np.float32)
    expected = (len(target_tokens), len(source_tokens))
    if alignment.shape != expected:
        raise ValueError(f"alignment is {alignment.shape}, but there are (target, source) = {expected} tokens")
    rows, columns = (max(size, 1) for size in expected)
    # Every token keeps a cell wide enough for its label; beyond the longest side the picture would not open.
    cell = min(CELL_INCHES, LONGEST_SIDE_INCHES / max(rows, columns))
    width = columns * cell + 2.4
    with _fonts():
        figure, axes = _figure((width, rows * cell + 2.0))
        _draw_alignment(figure, axes, alignment, source_tokens, target_tokens, 10 * cell / CELL_INCHES)
        axes.set_xlabel(f"{source_name} →", fontsize=9, color="0.35")
        axes.xaxis.set_label_position("top")
        axes.set_ylabel(f"← {target_name}", fontsize=9, color="0.35")
        fill = lambda text, width: "\n".join(textwrap.fill(_literal(line), int(width)) for line in text.split("\n"))
        if title:
            figure.suptitle(fill(title, width * 12), fontsize=10)
        if caption:
            figure.supxlabel(fill(caption, width * 14), fontsize=8, color="0.35")
        return _save(figure, path)


def _draw_alignment(figure, axes, alignment, source_tokens, target_tokens, label_size: float) -> None:
    image = axes.imshow(alignment, cmap="Blues", vmin=0.0, vmax=1.0, aspect="equal", interpolation="nearest")
    slanted = {"rotation": 60, "ha": "left", "rotation_mode": "anchor"}
    axes.set_xticks(range(len(source_tokens)), map(_literal, source_tokens), fontsize=label_size, **slanted)
    axes.set_yticks(range(len(target_tokens)), map(_literal, target_tokens), fontsize=label_size)
    axes.xaxis.tick_top()
    axes.set_xticks(np.arange(-0.5, len(source_tokens)), minor=True)
    axes.set_yticks(np.arange(-0.5, len(target_tokens)), minor=True)
    axes.grid(which="minor", color="0.88", linewidth=0.5)
    axes.tick_params(which="both", length=0)
    bar = figure.colorbar(image, ax=axes, shrink=0.8, fraction=0.04, pad=0.02)
    bar.set_label("attention (1 = all of it)", fontsize=9)


def plot_history(history: str | Path, path: str | Path) -> Path:
    """Draws the columns of a history CSV over epochs: one panel per metric, training and validation together.

    Args:
        history: CSV with an `epoch` column and columns `name` and `val_name`, such as `loss` and `val_loss`.
        path: file to write.

    Returns:
        `path`.
    """
    with Path(history).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise ValueError(f"{history} holds no epoch")
    names = [name for name in rows[0] if name not in ("epoch", "seconds")]
    panels = list(dict.fromkeys(name.removeprefix("val_") for name in names))
    panels.sort(key="learning_rate".__eq__)  # last: what it did is of more interest
    width = 2 if len(panels) in (2, 4) else min(3, len(panels))
    height = -(-len(panels) // width)
    with _fonts():
        figure, grid = _figure((4.2 * width, 3.0 * height), height, width)
        for axes in np.ravel(grid)[len(panels) :]:
            axes.set_axis_off()
        for axes, panel in zip(np.ravel(grid), panels, strict=False):
            _draw_curves(axes, rows, panel)
        return _save(figure, path)


def _draw_curves(axes, rows: list[dict[str, str]], panel: str) -> None:
    for name, label in ((panel, "training"), (f"val_{panel}", "validation")):
        points = [(float(row["epoch"]), float(row[name])) for row in rows if row.get(name)]
        if points:
            axes.plot(*zip(*points, strict=True), marker=".", label=label)
    axes.set_title(panel.replace("_", " "), fontsize=10)
    axes.set_xlabel("epoch")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(color="0.9")
    if any(f"val_{panel}" in row for row in rows):
        axes.legend(frameon=False, fontsize=8)


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
    with _fonts():
        figure, axes = _figure(size, rows, columns, **options)
        yield axes
        _save(figure, path)


def _literal(label: str) -> str:
    return label.replace("$", r"\$")  # a pair of $ would be read as mathematics


@contextmanager
def _fonts() -> Iterator[None]:
    from matplotlib import font_manager, rc_context

    installed = set(font_manager.get_font_names())
    with (
        rc_context({"font.family": [font for font in FONTS if font in installed]}),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")  # drawn as a box
        yield


def _figure(size: tuple[float, float], rows: int = 1, columns: int = 1, **options):
    # Figure rather than pyplot: nothing global, no window, safe in threads and servers.
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.subplots(rows, columns, **options)


def _save(figure, path: str | Path) -> Path:
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130)
    return path
