"""Imports of the project: what points where, and what an import costs."""

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# From the ground up. A room may import its own floor and those below.
FLOORS = (
    {
        "kernels",
        "initializers",
        "digest",
        "downloads",
        "freed_memory",
        "operation_threads",
        "cluster",
        "config_checks",
        "config_sections",
        "file_lock",
        "training_options",
        "search_space",
        "text_table",
    },
    {"layers"},
    {"decoding", "text", "audio", "series", "losses", "metrics", "significance"},
    {
        "training",
        "tuning",
        "export",
        "export_litert",
        "inspection",
        "report",
        "serving",
        "command_line",
        "run_folder",
        "join_training",
    },
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def imports(package: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """(importing module, imported name) for every import in a package, at the top of a file or inside a function."""
    for path in sorted((ROOT / package).rglob("*.py")):
        module = path.relative_to(ROOT).with_suffix("").parts
        folder = ".".join(module[:-1])
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                source = importlib.util.resolve_name("." * node.level + (node.module or ""), folder)
                names = [f"{source}.{alias.name}" for alias in node.names]
            else:
                continue
            yield from ((module, tuple(name.split("."))) for name in names)


def test_every_room_of_the_library_has_a_floor():
    rooms = {path.stem for path in (ROOT / "rnnapps").iterdir() if not path.name.startswith((".", "__"))}
    assert rooms <= FLOOR_OF.keys()


def test_no_module_of_the_library_imports_a_higher_floor():
    upward = [
        (".".join(module), ".".join(name))
        for module, name in imports("rnnapps")
        if module[1] != "__init__" and name[0] == "rnnapps" and FLOOR_OF[name[1]] > FLOOR_OF[module[1]]
    ]
    assert not upward


def test_the_library_knows_no_application():
    assert not [found for found in imports("rnnapps") if found[1][0] in ("apps", "rnnapps_apps", "tests", "benchmarks")]


def test_no_application_imports_another():
    across = [
        (".".join(module), ".".join(name))
        for module, name in imports("apps")
        if len(module) > 2 and name[0] == "apps" and name[1] != module[1]
    ]
    assert not across


def test_applications_import_themselves_relatively():
    # Installed, the folder is called rnnapps_apps.
    sources = {path: ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "apps").rglob("*.py")}
    absolute = [
        str(path.relative_to(ROOT))
        for path, tree in sources.items()
        for node in ast.walk(tree)
        if (isinstance(node, ast.ImportFrom) and node.level == 0 and node.module.split(".")[0] == "apps")
        or (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "apps" for alias in node.names))
    ]
    assert not absolute


def test_importing_the_layers_loads_nothing_that_keras_has_not_loaded():
    # Keras itself loads matplotlib where it is installed, so the difference counts.
    code = """
import sys
import keras
before = set(sys.modules)
import rnnapps.layers
new = {name.split(".")[0] for name in set(sys.modules) - before}
print(*sorted(new - set(sys.stdlib_module_names)))
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.stdout.split() == ["rnnapps"], run.stderr


HEAVY = ["librosa", "matplotlib", "sacrebleu", "sentencepiece", "tensorflow_text", "jsonargparse", "pandas"]


@pytest.mark.parametrize("room", ["kernels", "layers", "decoding", "initializers"])
def test_the_layer_library_names_no_optional_package(room):
    named = {name[0] for module, name in imports("rnnapps") if module[1] == room}
    assert named.isdisjoint(HEAVY)
