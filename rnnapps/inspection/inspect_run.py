"""What the command inspect does in every application, once its options are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rnnapps.command_line import reading_input
from rnnapps.config_checks import numbers_listed
from rnnapps.inspection.refuse_unused import INSIDE, OF_ONE, refuse_unused
from rnnapps.run_folder import RunFolder

if TYPE_CHECKING:
    from rnnapps.inspection.look import Subject


def inspect_run(
    kind: type[RunFolder],
    run: str,
    subject: Callable[[RunFolder], Subject],
    look: str,
    layer: str | None,
    units: str | None,
    output: str | None,
    example: Mapping[str, Any],
) -> list[Path]:
    """Takes a look inside a run, prints what was looked at and where the files are, and returns their paths.

    Args:
        kind: what the application's runs are.
        run: path or name of one.
        subject: what is looked at.
        look, layer, units, output: options of inspect, as they were given.
        example: those that say which example is looked at: name -> value, None where it is not given.
    Raises:
        BadInput: options that cannot be used, or a run that cannot be looked into.
    """
    with reading_input():
        chosen = numbers_listed("--units", units)
        refuse_unused(look, INSIDE, {"--layer": layer, "--units": units})
        refuse_unused(look, OF_ONE, example)
        folder = kind.open(run)
        # Only now, so that a mistake on the command line is told without waiting for TensorFlow.
        from rnnapps.inspection.look import look as look_at

        found = subject(folder)
        if look in OF_ONE:
            print(found.title)
        paths = look_at(found, look, folder.plots, output, layer, chosen)
    print("\n".join(map(str, paths)))
    return paths
