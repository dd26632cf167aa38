"""The options of a run as tables: those that are not the defaults first."""

from __future__ import annotations

import dataclasses

from rnnapps.config_sections import ConfigSections
from rnnapps.report.contents import Table


def config_tables(config: ConfigSections) -> tuple[Table, Table]:
    """Options that differ from the defaults, each with its default, and all the others."""
    values, defaults = (option_values(one) for one in (config, type(config)()))
    changed = [[name, told(value), told(defaults[name])] for name, value in values.items() if value != defaults[name]]
    same = [[name, told(value)] for name, value in values.items() if value == defaults[name]]
    count = len(same) + len(changed)
    return (
        Table(f"{len(changed)} of {count} options are not the default", ("option", "this run", "default"), changed),
        Table(f"{len(same)} options are the default", ("option", "value"), same),
    )


def option_values(config: ConfigSections) -> dict[str, object]:
    """section.option -> value."""
    return {
        f"{section.name}.{option.name}": getattr(getattr(config, section.name), option.name)
        for section in dataclasses.fields(config)
        for option in dataclasses.fields(section.default_factory)
    }


def told(value: object) -> str:
    """A value as it is written in YAML and on the command line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
