"""LiteRT (TensorFlow Lite) models for phones and small computers, from the same functions that a SavedModel holds."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rnnapps.export import appearing_whole, version_to_write, write_signatures

FOLDER, MODEL, METADATA, README = "litert", "model.tflite", "metadata.json", "README.md"
PAGE = """# {title}

{about}

## How to run
`pip install ai-edge-litert`, or LiteRT for Android, iOS or C++. TensorFlow is not needed: all operations are LiteRT's
own. It was converted by TensorFlow {version}.

```python
from ai_edge_litert.interpreter import Interpreter

run = Interpreter("{model}").get_signature_runner("{first}")
answer = run({arguments})
```

{signatures}

A size of ? may be any where something goes in (`resize_tensor_input`, which the runner above does by itself), and shows
itself where something comes out. What a program needs besides: {files}.

Licence of the data: {licence}
"""


@dataclass(frozen=True)
class LiteRTModel:
    """What an application declares to be converted, and what its users must be told.

    Args:
        title, about: heading and first paragraph of the README beside the model.
        signatures: name -> concrete function of one row, with named arguments and a dictionary of tensors as answer.
        weights: the variables that they use.
        meanings: name of an input or output -> a line that says what it is, its unit included.
        metadata: what a program needs besides, such as the names of symbols.
        licence: of the data that it learnt from.
        files: name -> content of files to put beside the model.
    """

    title: str
    about: str
    signatures: Mapping[str, Callable]
    weights: Sequence
    meanings: Mapping[str, str]
    metadata: Mapping[str, Any]
    licence: str
    files: Mapping[str, bytes] = field(default_factory=dict)


def litert_version_to_write(run_folder: Path, output: str | None = None) -> Path:
    """Where a run's LiteRT model goes: `output`, or the next number in its folder litert; ValueError if it exists."""
    return version_to_write(run_folder / FOLDER, output, MODEL)


def export_litert(model: LiteRTModel, path: str | Path) -> Path:
    """Converts to LiteRT's own operations and writes model.tflite, metadata.json and README.md, whole or not at all.

    Args:
        path: folder to write; must not exist.
    Returns:
        `path`.
    Raises:
        ValueError: `path` exists, or LiteRT lacks an operation; it names that.
        OSError: a file could not be written.
    """
    with appearing_whole(path) as folder:
        for name, content in {MODEL: _converted(model, folder / "saved_model"), **model.files}.items():
            (folder / name).write_bytes(content)
        (folder / README).write_text(_page(model), encoding="utf-8")
        metadata = json.dumps(dict(model.metadata), ensure_ascii=False, indent=1)
        (folder / METADATA).write_text(metadata + "\n", encoding="utf-8")
    return Path(path)


def _converted(model: LiteRTModel, saved_model: Path) -> bytes:
    import tensorflow as tf
    from tensorflow.lite.python.convert_phase import ConverterError

    module = tf.Module()
    # The converter finds the values of TensorFlow's variables, not of Keras's around them.
    module.weights = [weight.value for weight in model.weights]
    try:
        with _quiet():
            write_signatures(module, saved_model, model.signatures)
            converter = tf.lite.TFLiteConverter.from_saved_model(str(saved_model), list(model.signatures))
            return converter.convert()
    except ConverterError as error:
        lacking = sorted({found.operator.name for found in error.errors if found.operator.name})
        reason = f"it has no operation for {', '.join(lacking)}" if lacking else _first_error(str(error))
        raise ValueError(f"{model.title}: cannot be converted to LiteRT: {reason}") from None
    finally:
        shutil.rmtree(saved_model, ignore_errors=True)


def _first_error(message: str) -> str:
    return next((line.rpartition("error: ")[2] for line in message.splitlines() if "error: " in line), message)


@contextmanager
def _quiet() -> Iterator[None]:
    """The converter tells pages, past Python, of what it does and again of what its exception says."""
    sys.stderr.flush()
    stderr, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        os.close(nowhere)


def _page(model: LiteRTModel) -> str:
    import tensorflow as tf

    name, first = next(iter(model.signatures.items()))
    inputs = _inputs(first)
    return PAGE.format(
        title=model.title,
        about=model.about,
        version=tf.__version__,
        model=MODEL,
        first=name,
        arguments=", ".join(f"{spec.name}={spec.name}" for spec in inputs),
        signatures="\n\n".join(_signature(name, function, model) for name, function in model.signatures.items()),
        files=", ".join(f"`{file}`" for file in (METADATA, *model.files)),
        licence=model.licence,
    )


def _signature(name: str, function, model: LiteRTModel) -> str:
    outputs = function.structured_outputs
    given = [_tensor(spec.name, spec, model) for spec in _inputs(function)]
    found = [_tensor(output, outputs[output], model) for output in sorted(outputs)]
    return "\n".join([f"## `{name}`", "In:" if given else "In: nothing", *given, "", "Out:", *found])


def _tensor(name: str, spec, model: LiteRTModel) -> str:
    sizes = ", ".join("?" if size is None else str(size) for size in spec.shape)
    meaning = model.meanings.get(name)
    return f"- `{name}` {spec.dtype.name}[{sizes}]" + (f": {meaning}" if meaning else "")


def _inputs(function) -> list:
    """Specs of the arguments."""
    positional, named = function.structured_input_signature
    return [*positional, *named.values()]
