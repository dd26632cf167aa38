"""The search space of one search: the options that vary, the values that they may have, and where it starts."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rnnapps.config_sections import ConfigSections
from rnnapps.search_space import Choice, Range, Values, declared_values

# Significant digits of a number that was drawn: messages between processes keep no more than seven.
DIGITS = 6
ATTEMPTS = 200


@dataclass(frozen=True)
class Space:
    """What a search may vary.

    Fields:
        base: every option as it is where it is not varied, and in the first trial.
        values: "section.option" -> the values that it may have.
    """

    base: ConfigSections
    values: Mapping[str, Values]

    @classmethod
    def declared(cls, base: ConfigSections) -> Space:
        """The options that have values declared beside them, but for those that `base` has other than by default.

        Raises:
            ValueError: none is left.
        """
        default = type(base)()
        found = declared_values(type(base))
        free = {name: values for name, values in found.items() if option(base, name) == option(default, name)}
        if not free:
            raise ValueError(
                f"nothing to search: every one of {', '.join(found)} is given; leave some out, or name them in --space"
            )
        return cls(base, free)

    @classmethod
    def read(cls, path: str | Path, base: ConfigSections) -> Space:
        """The space that a YAML file holds: the options that it names and no others.

        Raises:
            FileNotFoundError: no such file.
            ValueError: it is not a space, names an option that does not exist, or values that it cannot have; file
                and option are named.
        """
        import yaml

        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(f"--space {path}: no such file; --show_space prints one to begin with")
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ValueError(f"--space {path}: not YAML: {error}") from None
        if not isinstance(content, dict) or not content:
            raise ValueError(f"--space {path}: expected options with their values, such as model.units: {{low: 64, ...")
        try:
            space = cls(base, {name: _values(base, name, given) for name, given in _flat(content).items()})
            space.check()
        except ValueError as error:
            raise ValueError(f"--space {path}: {error}") from None
        return space

    def check(self) -> None:
        """Raises a ValueError where the start is not in the space, or no trial could have one of the values."""
        for name, values in self.values.items():
            start = option(self.base, name)
            if not values.holds(start):
                raise ValueError(
                    f"{name}: {start}, where the search starts, is not among {values}; widen them, or start elsewhere "
                    f"with --{name}"
                )
            for value in values.ends:
                if reason := self._impossible(name, value):
                    raise ValueError(f"{name}: no trial can have {value}: {reason}")

    @property
    def start(self) -> dict[str, Any]:
        """The values of the first trial, those of `base`, rounded as `rounded` does."""
        return self.rounded({name: option(self.base, name) for name in self.values})

    def rounded(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values of the options in the space, numbers with a point to six digits."""
        return {name: _rounded(values[name]) for name in self.values}

    def config(self, values: Mapping[str, Any]) -> ConfigSections:
        """Every option of a trial; numbers are rounded to six digits.

        Args:
            values: "section.option" -> value; names that are not in the space are left out.
        Raises:
            ValueError: options that do not fit each other.
        """
        chosen = self.rounded(values)
        if chosen == self.start:
            return self.base
        sections: dict[str, dict[str, Any]] = {}
        for name, value in chosen.items():
            section, _, field = name.partition(".")
            sections.setdefault(section, {})[field] = value
        return dataclasses.replace(
            self.base,
            **{name: dataclasses.replace(getattr(self.base, name), **given) for name, given in sections.items()},
        )

    def reason_against(self, values: Mapping[str, Any]) -> str | None:
        """Why no configuration can have these values together; None where one can."""
        try:
            self.config(values)
        except ValueError as error:
            return str(error)
        return None

    def to_dict(self) -> dict[str, Any]:
        """As a file for `read` holds it."""
        return {name: values.to_dict() for name, values in self.values.items()}

    def to_yaml(self) -> str:
        """The text of a file for `read`."""
        import yaml

        lines = [
            yaml.safe_dump({name: given}, default_flow_style=None, sort_keys=False)
            for name, given in self.to_dict().items()
        ]
        return "".join(lines)

    def hyperparameters(self):
        """The same as `keras_tuner.HyperParameters`."""
        import keras_tuner

        found = keras_tuner.HyperParameters()
        for name, values in self.values.items():
            start = option(self.base, name)
            if isinstance(values, Range):
                make = found.Int if values.whole else found.Float
                sampling = "log" if values.log else "linear"
                make(name, values.low, values.high, step=values.step, sampling=sampling, default=start)
            elif isinstance(start, bool):
                found.Boolean(name, default=start)
            else:
                found.Choice(name, list(values.among), default=start)
        return found

    def _impossible(self, name: str, value: Any) -> str | None:
        """Why no trial can have this value, whatever the others are; None where one was found that can."""
        first = self.reason_against(self.start | {name: value})
        rng = random.Random(0)
        for _ in range(ATTEMPTS):
            if first is None:
                return None
            drawn = {other: _draw(values, rng) for other, values in self.values.items()}
            if self.reason_against(drawn | {name: value}) is None:
                return None
        return first


def option(config: ConfigSections, name: str) -> Any:
    """The value of "section.option"."""
    section, _, field = name.partition(".")
    return getattr(getattr(config, section), field)


def _rounded(value: Any) -> Any:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _draw(values: Values, rng: random.Random) -> Any:
    if isinstance(values, Choice):
        return rng.choice(values.among)
    if values.step is not None and not values.log:
        return values.low + values.step * rng.randint(0, int((values.high - values.low) / values.step + 1e-9))
    return rng.randint(values.low, values.high) if values.whole else rng.uniform(values.low, values.high)


def _flat(content: Mapping[str, Any]) -> dict[str, Any]:
    """Options by their full names, where they may stand under their section too."""
    found = {}
    for name, given in content.items():
        inside = isinstance(given, dict) and "." not in str(name)
        found |= {f"{name}.{field}": values for field, values in given.items()} if inside else {str(name): given}
    return found


def _values(base: ConfigSections, name: str, given: Any) -> Values:
    section, _, field = name.partition(".")
    if not field:
        raise ValueError(f"{name}: expected an option with its section, such as model.units")
    sections = {each.name: each.default_factory for each in dataclasses.fields(base)}
    if section not in sections:
        raise ValueError(f"{name}: unknown section {section!r}; allowed: {', '.join(sections)}")
    fields = {each.name: each for each in dataclasses.fields(sections[section])}
    if field not in fields:
        raise ValueError(f"{name}: unknown option {field!r}; allowed: {', '.join(fields)}")
    numbers_with_point = fields[field].type in ("float", "float | None", float)
    try:
        if isinstance(given, list):
            return Choice(tuple(_number(value) if numbers_with_point else value for value in given))
        if isinstance(given, dict) and {"low", "high"} <= set(given) <= {"low", "high", "step", "log"}:
            read = {key: value if key == "log" else _number(value, numbers_with_point) for key, value in given.items()}
            return Range(**read)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    raise ValueError(
        f"{name}: {given!r} is neither a list of values nor a range such as {{low: 64, high: 512, step: 32}} or "
        "{low: 0.0001, high: 0.01, log: true}"
    )


def _number(value: Any, with_point: bool = True) -> Any:
    """A number as the option's type has it; YAML reads 1e-4, without a point, as a word."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return value
    return float(value) if with_point and isinstance(value, int) and not isinstance(value, bool) else value
