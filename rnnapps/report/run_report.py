"""The report of a run: one HTML file with everything in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rnnapps.export import exported_versions
from rnnapps.report import curves
from rnnapps.report.config_tables import config_tables
from rnnapps.report.contents import Contents, contents_of, reading_metrics
from rnnapps.report.examples import Example, load_examples
from rnnapps.report.inlined_files import InlinedFiles
from rnnapps.report.later_version import later_version
from rnnapps.report.page import rendered
from rnnapps.run_folder import RunFolder

FILE = "report.html"
# The looks of `inspect`, whatever the application, and the pictures that every training makes.
CAPTIONS = {
    "attention*": "Attention: what the network looked at for each part of its output.",
    "saliency*": "Saliency: what each part of the input contributes to the output, by integrated gradients.",
    "gates*": "Gates and states of a layer, step by step.",
    "units*": "What drives hidden units most: stretches of the data on which a unit is furthest from its mean.",
    "gradient_flow_layers*": "Norm of the gradient of every layer over training, on one fixed batch.",
    "gradient_flow_time*": "Norm of the gradient that reaches each step; fallen by orders of magnitude, it vanishes.",
}
# Drawn in the report itself.
HIDDEN = ("history.png",)
INSIDE = 4  # how many of CAPTIONS are looks
DRAWN, SHOWN = 130, 96  # pixels of an inch, in pictures and on pages: letters have the size that they were given


@dataclass(frozen=True)
class Picture:
    """An image within the page.

    Fields:
        name: of its file.
        caption: what it shows.
        source: data URI.
        width: on the page, where there is room, in its pixels.
    """

    name: str
    caption: str
    source: str
    width: int


def write_report(folder: RunFolder, output: str | Path | None = None) -> Path:
    """Writes the report of a run: configuration, data, curves, scores, examples and pictures on one page.

    The page loads nothing: styles, images and sounds are in it. It reads in light and dark, on phones and printed.

    Args:
        folder: of the run.
        output: HTML file; report.html in the run's folder by default.
    Raises:
        ModuleNotFoundError: jinja2 is not installed.
        OSError: it cannot be written.
        ValueError: a file of the run is damaged.
    """
    from rnnapps.training import write_atomically

    path = Path(output) if output else folder.path / FILE
    contents = contents_of(folder)
    with reading_metrics(folder):
        facts = _facts(folder, folder.read_metrics())
    changed, same = config_tables(folder.config())
    examples = load_examples(folder)
    inlined = InlinedFiles(folder.path)
    _inline_examples(examples, inlined)
    pictures = _pictures(folder, contents, inlined)
    looks = [picture for picture in pictures if _is_look(picture)]
    text = rendered(
        "run_report",
        run=folder.name,
        contents=contents,
        later=later_version(folder, contents),
        facts=facts,
        changed=changed,
        same=same,
        panels=curves.panels_of(folder.history),
        curves=curves,
        examples=examples,
        inlined=inlined,
        width_of=lambda name: _width(folder.path / name),
        looks=looks,
        pictures=[picture for picture in pictures if picture not in looks],
    )
    return write_atomically(path, lambda file: file.write(text.encode("utf-8")))


def _facts(folder: RunFolder, metrics: dict) -> dict[str, str]:
    """What stands under the title."""
    training = metrics.get("training", {})
    facts = {}
    if "parameters" in metrics:
        facts["parameters"] = f"{metrics['parameters']:,}"
    if "epochs" in training:
        best = training.get("best_epoch")
        facts["epochs"] = f"{training['epochs']}" + (f", the best one {best}" if best else "")
    if "seconds" in training:
        minutes, seconds = divmod(round(training["seconds"]), 60)
        facts["training time"] = f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
    if "weights" in training:
        facts["weights kept"] = str(training["weights"])
    if versions := exported_versions(folder.path):
        facts["SavedModel"] = f"{folder.name}/{versions[-1]}"
    return facts


def _inline_examples(examples: Mapping[str, Sequence[Example]], inlined: InlinedFiles) -> None:
    """Before all other pictures, for which there may then be no room."""
    for example in (each for group in examples.values() for each in group):
        for name in filter(None, (example.sound, example.picture)):
            inlined(name)


def _pictures(folder: RunFolder, contents: Contents, inlined: InlinedFiles) -> list[Picture]:
    """Those with a caption that there is room for, in the order of the captions."""
    found: dict[str, Picture] = {}
    for pattern, caption in {**CAPTIONS, **contents.captions}.items():
        for path in sorted(folder.plots.glob(f"{pattern}.png")):
            if path.name not in HIDDEN and (source := inlined(f"{folder.plots.name}/{path.name}")):
                found[path.name] = Picture(path.name, caption, source, _width(path))
    return list(found.values())


def _width(path: Path) -> int:
    with path.open("rb") as file:
        head = file.read(24)
    # In a PNG the chunk IHDR comes first, and in that the width.
    return max(1, round(int.from_bytes(head[16:20], "big") * SHOWN / DRAWN))


def _is_look(picture: Picture) -> bool:
    return any(picture.name.startswith(pattern.rstrip("*")) for pattern in list(CAPTIONS)[:INSIDE])
