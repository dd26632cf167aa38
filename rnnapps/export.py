"""SavedModels that appear whole or not at all, with a model card inside."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SAVED_MODEL, MODEL_CARD = "saved_model.pb", "model_card.md"


def export_saved_model(module, path: str | Path, signatures: Mapping[str, Callable], model_card: str) -> Path:
    """Writes a `tf.Module` as a SavedModel whose folder never exists half-written.

    Everything is written into a temporary folder next to `path`, which is renamed at the end, so that a
    server that watches for version folders sees only complete ones. Hand-derived gradients are not saved: who takes
    gradients of the loaded functions gets TensorFlow's own.

    Args:
        module: tf.Module that tracks every variable and asset that the signatures use.
        path: folder of this version, such as `saved_models/translation/phrasebook/1`; must not exist.
        signatures: name -> concrete function or `tf.function` with an input signature.
        model_card: Markdown text, written to `model_card.md` inside the folder: SavedModel loaders ignore it
            and it travels with the model.

    Returns:
        `path`.
    Raises:
        ValueError: `path` exists.
        OSError: it could not be written, e.g. the disk is full.
    """
    with appearing_whole(path) as folder:
        write_signatures(module, folder, signatures)
        _forget_custom_gradients(folder / SAVED_MODEL)
        (folder / MODEL_CARD).write_text(model_card, encoding="utf-8")
    return Path(path)


@contextmanager
def appearing_whole(path: str | Path) -> Iterator[Path]:
    """A temporary folder next to `path` to write into, which becomes `path` at the end; after an error nothing is left.

    Raises:
        ValueError: `path` exists.
    """
    path = Path(path)
    if path.exists():
        raise ValueError(f"{path} exists; export to another folder or remove it first")
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkdtemp gives 0700; the folder inside it gets the permissions that the user's umask asks for.
    staging = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        complete = staging / path.name
        complete.mkdir()
        yield complete
        complete.rename(path)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def write_signatures(module, folder: Path, signatures: Mapping[str, Callable]) -> None:
    """`tf.saved_model.save` without gradients: tracing hand-derived ones takes most of the time, for nobody to use.

    Raises:
        OSError: it could not be written, e.g. the disk is full.
    """
    import tensorflow as tf

    try:
        options = tf.saved_model.SaveOptions(experimental_custom_gradients=False)
        tf.saved_model.save(module, str(folder), signatures=dict(signatures), options=options)
    except tf.errors.OpError as error:
        raise OSError(f"{folder}: the SavedModel could not be written: {error.message}") from error


def _forget_custom_gradients(file: Path) -> None:
    """Takes out the names of gradients that were not saved; for each of them every loader would print a warning."""
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    model = SavedModel.FromString(file.read_bytes())
    for graph in (meta_graph.graph_def for meta_graph in model.meta_graphs):
        for nodes in (graph.node, *(function.node_def for function in graph.library.function)):
            for node in nodes:
                node.attr.pop("_gradient_op_type", None)
    file.write_bytes(model.SerializeToString(deterministic=True))


def exported_versions(folder: str | Path, file: str = SAVED_MODEL) -> list[int]:
    """Version numbers of the exports in a folder, ascending: of its subfolders named so that hold `file`."""
    return sorted(
        int(child.name) for child in Path(folder).glob("*") if child.name.isdigit() and (child / file).is_file()
    )


def version_to_write(folder: str | Path, output: str | None = None, file: str = SAVED_MODEL) -> Path:
    """Where an export goes: `output`, or in `folder` the version after the latest that holds `file`, 1 at first.

    Raises:
        ValueError: it exists.
    """
    path = Path(output) if output else Path(folder) / str(max(exported_versions(folder, file), default=0) + 1)
    if path.exists():
        raise ValueError(f"--output {path}: exists; choose another folder")
    return path


def load_saved_model(folder: str | Path, signatures: Sequence[str], what: str) -> tuple[Path, Any]:
    """What `tf.saved_model.load` gives for `find_saved_model(folder)`, and that path.

    Args:
        folder: of a run, or of a SavedModel.
        signatures: names that it must have; the last is the one that tells it from other applications' models.
        what: what it must be, for the message: "a translator".
    Raises:
        FileNotFoundError: nothing there.
        ValueError: it cannot be loaded, or has not these signatures.
    """
    path = find_saved_model(folder)
    import tensorflow as tf
    from google.protobuf.message import DecodeError
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    try:
        graphs = SavedModel.FromString((path / SAVED_MODEL).read_bytes()).meta_graphs
        there = {name for graph in graphs for name in graph.signature_def}
        # Asked before it is loaded: another application's may need operations that are not registered here.
        if fits := not graphs or set(signatures) <= there:
            model = tf.saved_model.load(str(path))
    except (OSError, ValueError, LookupError, RuntimeError, DecodeError, tf.errors.OpError) as error:
        raise ValueError(f"{path}: cannot be loaded: {error}") from None
    if not fits:
        raise ValueError(f"{path}: not {what}: it has no signature {signatures[-1]}")
    return path, model


def find_saved_model(folder: str | Path) -> Path:
    """The SavedModel that a user means by `folder`: itself, or the latest version inside it.

    Raises:
        FileNotFoundError: there is none.
    """
    folder = Path(folder)
    if (folder / SAVED_MODEL).is_file():
        return folder
    if versions := exported_versions(folder):
        return folder / str(versions[-1])
    reason = "has no SavedModel in it" if folder.is_dir() else "does not exist"
    raise FileNotFoundError(f"{folder} {reason}; expected saved_model.pb in it or in a version folder such as 1/")
