"""One look inside a network: what an application declares, and the pictures and arrays that come of it."""

from __future__ import annotations

import hashlib
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from rnnapps.inspection.gates import GateActivations, gates_in, recurrent_parts
from rnnapps.inspection.labelled_map import LabelledMap, map_arrays, save_maps
from rnnapps.inspection.plot_unit_drivers import save_unit_drivers
from rnnapps.inspection.refuse_unused import INSIDE, refuse_unused
from rnnapps.inspection.unit_drivers import UnitDrivers

LOOKS = ("attention", "gates", "saliency", "units")
PICTURES = (".png", ".pdf", ".svg")
MOST_UNITS = 24  # rows of a map that can still be told apart
LONGEST_NAME = 50  # letters of a text in the name of a file
LONG_INCHES = 2.2  # of maps with many steps, which would fill several screens
MEANING = {
    "input gate": "1 writes the candidate into the cell, 0 ignores this step",
    "forget gate": "1 keeps what the cell holds, 0 empties it",
    "output gate": "1 shows the cell to the rest of the network, 0 hides it",
    "update gate": "1 keeps the old state, 0 replaces it by the candidate",
    "reset gate": "0 makes the candidate without looking at the old state",
    "candidate": "what would be written",
    "cell state": "what the layer remembers",
    "output": "what the layer says",
}
GATES_CAPTION = (
    "One row per unit, one column per step. Shown are the units that vary most, in the order of the step at "
    "which each is furthest from its mean."
)


@dataclass(frozen=True)
class Example:
    """What a network reads at once, for gates and units.

    Fields:
        run: runs the network eagerly, in inference, on a batch of B rows.
        labels: layer and its number of steps T -> for each row of the batch the labels of its steps, at most T; rows
            without labels are not looked at.
        step_name: layer -> what the labels of its steps are: "source token".
        titles: B.
        inputs: what the network reads, as it reads it.
    """

    run: Callable[[], Any]
    labels: Callable[[str, int], Sequence[Sequence[str]]]
    step_name: Callable[[str], str]
    titles: Sequence[str]
    inputs: Any = None


@dataclass(frozen=True)
class Picture:
    """Maps that belong together, how to read them, and numbers for the file beside them."""

    maps: Sequence[LabelledMap]
    caption: str
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """What an application lets be seen of a network.

    Fields:
        name: short, for file names.
        title: what was read and what came of it, above the pictures.
        model: the network.
        example: the one input that attention, gates and saliency are of; None where only units are asked for.
        pictures: "attention" and "saliency" -> what makes them; a ValueError where the network has no such thing.
        data_set: gives examples for units, of any number of rows each.
    """

    name: str
    title: str
    model: keras.Model
    example: Example | None
    pictures: Mapping[str, Callable[[], Picture]]
    data_set: Callable[[], Iterable[Example]]


def look(
    subject: Subject,
    what: str,
    folder: Path,
    output: str | None = None,
    layer: str | None = None,
    units: Sequence[int] = (),
) -> list[Path]:
    """Makes the picture and the arrays of one look.

    Args:
        subject: what is looked at.
        what: one of `LOOKS`.
        folder: where to, unless `output` says; the files are named after look and subject.
        output: PNG, PDF or SVG file.
        layer: of gates and units; by default the first recurrent layer.
        units: which ones to show; by default gates shows those that vary most, units the most selective.
    Returns:
        paths of the picture and the arrays.
    Raises:
        ValueError: an unknown look, layer, unit or kind of file, what the network does not have or did not run, or an
            option that the look does not read.
    """
    if what not in LOOKS:
        raise ValueError(f"--look {what}: is not one of {', '.join(LOOKS)}")
    refuse_unused(what, INSIDE, {"--layer": layer, "--units": ",".join(map(str, units)) or None})
    path = picture_path(
        folder,
        "-".join(filter(None, (what, subject.name if what != "units" else "", layer and file_name(layer)))),
        output,
    )
    if what in ("attention", "saliency"):
        picture = subject.pictures[what]()
        return save_maps(picture.maps, path, subject.title, picture.caption, picture.arrays)
    parts = recurrent_parts(subject.model)
    layer = layer or next(iter(parts), None)
    if layer not in parts:
        raise ValueError(f"--layer {layer}: the network's recurrent layers are {', '.join(parts) or 'none'}")
    draw = _gates if what == "gates" else _units
    return draw(subject, layer, list(units), path)


def all_looks(subject: Subject, folder: Path) -> list[Path]:
    """`look` of every kind; one that cannot be drawn is left out, and a line on standard error says why."""
    paths = []
    for what in LOOKS:
        if what in ("gates", "units") or what in subject.pictures:
            try:
                paths += look(subject, what, folder)
            except (OSError, ValueError) as error:
                print(f"{what} is left out: {error}", file=sys.stderr)
    return paths


def picture_path(folder: Path, name: str, output: str | None) -> Path:
    """`output`, or `name` in `folder`.

    Raises:
        ValueError: a kind of file that is no picture.
    """
    path = Path(output) if output else folder / f"{name}.png"
    if path.suffix.lower() not in PICTURES:
        raise ValueError(f"--output {output}: give a name that ends in .png, .pdf or .svg")
    return path


def file_name(text: str) -> str:
    """A short file name of plain letters for a text in any script; texts that lose letters in it keep apart."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = re.sub(r"[^a-z0-9]+", "-", decomposed.encode("ascii", "ignore").decode().lower()).strip("-")
    lost = any(unicodedata.category(letter)[0] in "LMN" and not letter.isascii() for letter in decomposed)
    if plain and not lost and len(plain) <= LONGEST_NAME:
        return plain
    return f"{plain[:LONGEST_NAME].strip('-') or 'text'}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def gate_maps(gates: dict[str, np.ndarray], labels: Sequence[str], step_name: str, units: Sequence[int] = ()) -> list:
    """A map for each gate and state of one row.

    Args:
        gates: name -> (T, U), as `GateActivations.row` gives them; a projected output is (T, P).
        labels: T.
        step_name: what a step is.
        units: rows of the maps; by default those whose output, or where that is projected whose cell state, varies
            most. A projected output has units of its own.
    Raises:
        ValueError: a unit that the layer does not have.
    """
    output = gates["output"]
    own = gates.get("cell state", output)
    projected = own.shape[1] != output.shape[1]
    leading = {name: output if name == "output" or not projected else own for name in gates}
    if wrong := [unit for unit in units if not 0 <= unit < own.shape[1]]:
        raise ValueError(f"--units {wrong[0]}: the layer's units are 0 to {own.shape[1] - 1}")
    chosen = {
        name: [unit for unit in units if unit < values.shape[1]] if units else _in_order_of_their_step(leading[name])
        for name, values in gates.items()
    }
    return [
        _gate_map(name, values, chosen[name], labels, step_name, projected and name == "output")
        for name, values in gates.items()
        if len(chosen[name])
    ]


def _gate_map(name, values, units, labels, step_name, projected=False) -> LabelledMap:
    bounded = name.endswith("gate")
    return LabelledMap(
        name=name,
        values=values[:, units].T,
        rows=tuple(str(unit) for unit in units),
        columns=tuple(labels),
        row_name="projected unit" if projected else "unit",
        column_name=step_name,
        unit="",
        limits=(0.0, 1.0) if bounded else None,
        signed=not bounded,
        about=MEANING.get(name, ""),
        height=LONG_INCHES if len(labels) > MOST_UNITS else None,
    )


def _gates(subject: Subject, layer: str, units: list[int], path: Path) -> list[Path]:
    example = subject.example
    row, labels, _ = next(_rows(_activations(subject, example, layer), example, layer), (None, None, None))
    if row is None:
        raise ValueError(f"--layer {layer}: nothing was read by it")
    steps = example.step_name(layer)
    maps = gate_maps(row, labels, steps, units)
    whole = [_gate_map(name, values, range(values.shape[1]), labels, steps) for name, values in row.items()]
    caption = GATES_CAPTION if not units else ""
    return save_maps(maps, path, f"{subject.title}\nlayer {layer}", caption, map_arrays(whole))


def _units(subject: Subject, layer: str, units: list[int], path: Path) -> list[Path]:
    drivers, seen = UnitDrivers(), 0
    for example in subject.data_set():
        for row, labels, title in _rows(_activations(subject, example, layer), example, layer):
            drivers.add(row["output"], labels, title)
            seen += 1
    known = drivers.units()
    if wrong := [unit for unit in units if not 0 <= unit < len(known)]:
        raise ValueError(f"--units {wrong[0]}: the layer's units are 0 to {len(known) - 1}")
    chosen = [known[unit] for unit in units] if units else drivers.most_selective(6)
    title = f"layer {layer}: what drives its units most, of {seen:,} examples"
    return save_unit_drivers(chosen, path, title, f"Along a strip: {example.step_name(layer)}.")


def _activations(subject: Subject, example: Example, layer: str) -> GateActivations:
    found = gates_in(subject.model, example.run, [layer])
    if layer not in found:
        raise ValueError(f"--layer {layer}: the network did not run it here; choose another")
    return found[layer]


def _rows(activations: GateActivations, example: Example, layer: str):
    """(gates of a row by name, labels, title) of every row that has labels."""
    steps = activations.output.shape[1]
    for index, labels in enumerate(example.labels(layer, steps)):
        if len(labels):
            gates = {name: values[: len(labels)] for name, values in activations.row(index).items()}
            yield gates, tuple(labels)[: len(gates["output"])], example.titles[index]


def _in_order_of_their_step(output: np.ndarray) -> np.ndarray:
    """The units that vary most, in the order of the step at which each is furthest from its mean."""
    varying = np.argsort(-output.std(axis=0), kind="stable")[:MOST_UNITS]
    away = np.abs(output - output.mean(axis=0))[:, varying]
    return varying[np.argsort(away.argmax(axis=0), kind="stable")]
