"""A run's options as sections: the dataclass of an application that holds all of them."""

from __future__ import annotations

import dataclasses
from typing import Any

from rnnapps.config_checks import known


class ConfigSections:
    """What the configuration of every application can do: to plain values and back.

    The class that extends it is a frozen dataclass whose fields are dataclasses themselves, the sections; each field's
    default_factory is the section's class.
    """

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """The options as plain values, section by section."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, dict[str, Any]]) -> ConfigSections:
        """The inverse of `to_dict`; an unknown section or option is a ValueError that names it."""
        sections = {section.name: section.default_factory for section in dataclasses.fields(cls)}
        known("configuration", values, sections)
        for name, options in values.items():
            known(name, options, {option.name: option for option in dataclasses.fields(sections[name])})
        return cls(**{name: sections[name](**options) for name, options in values.items()})
