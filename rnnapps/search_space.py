"""Which values of an option a search may try, declared beside the option itself."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

KEY = "search"
NEAR = 1e-9


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both included.

    Args:
        low: smallest value.
        high: largest value.
        step: between neighbours, counted from `low`: what is added, or, with `log`, what is multiplied by. None is any
            number, or any whole one where both ends are whole.
        log: ratios count and not differences: as many trials between 0.001 and 0.01 as between 0.01 and 0.1.
    Raises:
        ValueError: ends that are no numbers or the wrong way round, a logarithm of 0, or a step that does not lead up.
    """

    low: float
    high: float
    step: float | None = None
    log: bool = False

    def __post_init__(self):
        for name in ("low", "high", *(("step",) if self.step is not None else ())):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
                raise ValueError(f"{name}: {value!r} is not a number")
        if not isinstance(self.log, bool):
            raise ValueError(f"log: {self.log!r} must be true or false")
        if self.low >= self.high:
            raise ValueError(f"low: {self.low} must be below high, {self.high}")
        if self.log and self.low <= 0:
            raise ValueError(f"low: {self.low} must be above 0 where log is true")
        if self.step is not None and self.step <= (1 if self.log else 0):
            raise ValueError(f"step: {self.step} must be above {'1, as log is true' if self.log else '0'}")

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are meant."""
        return all(isinstance(value, int) for value in (self.low, self.high, self.step or 1))

    @property
    def ends(self) -> tuple[float, float]:
        """The smallest and the largest value."""
        return self.low, self.high

    def holds(self, value: Any) -> bool:
        """Whether `value` is one of the numbers."""
        if isinstance(value, bool) or not isinstance(value, int if self.whole else (int, float)):
            return False
        if not self.low * (1 - NEAR) <= value <= self.high * (1 + NEAR) and not self.low <= value <= self.high:
            return False
        if self.step is None:
            return True
        steps = math.log(value / self.low, self.step) if self.log else (value - self.low) / self.step
        return abs(steps - round(steps)) < 1e-6

    def to_dict(self) -> dict[str, Any]:
        """As a file of a search space has it."""
        found = {"low": self.low, "high": self.high}
        return found | ({} if self.step is None else {"step": self.step}) | ({"log": True} if self.log else {})

    def __str__(self):
        step = "" if self.step is None else f" in steps of {'x' if self.log else ''}{self.step:g}"
        return f"{self.low:g} to {self.high:g}{step}{', by ratio' if self.log and self.step is None else ''}"


@dataclass(frozen=True)
class Choice:
    """Some values, each as likely as the others.

    Args:
        among: two or more different ones of one type: words, numbers, or true and false.
    Raises:
        ValueError: fewer, the same twice, or of different types.
    """

    among: tuple[Any, ...]

    def __post_init__(self):
        kinds = {type(value) for value in self.among}
        if len(self.among) < 2 or len(set(self.among)) < len(self.among):
            raise ValueError(f"{list(self.among)} must be two or more different values")
        if len(kinds) > 1 or not kinds <= {str, int, float, bool}:
            raise ValueError(f"{list(self.among)} must be values of one type: words, numbers, or true and false")

    @property
    def ends(self) -> tuple[Any, ...]:
        """All of them."""
        return self.among

    def holds(self, value: Any) -> bool:
        """Whether `value` is one of them."""
        return any(type(value) is type(each) and value == each for each in self.among)

    def to_dict(self) -> list[Any]:
        """As a file of a search space has it."""
        return list(self.among)

    def __str__(self):
        return ", ".join(str(value).lower() if isinstance(value, bool) else f"{value}" for value in self.among)


Values = Range | Choice


def searched(
    default: Any,
    low: float | None = None,
    high: float | None = None,
    *,
    step: float | None = None,
    log: bool = False,
    among: Sequence[Any] | None = None,
) -> Any:
    """A dataclass field with a default value, and the values that a search may try instead.

    Args:
        default: of the option; one of the values.
        low, high, step, log: see `Range`.
        among: see `Choice`; without it and without `low`, true and false.
    Raises:
        ValueError: what `Range` and `Choice` raise, or `default` is none of the values.

    >>> @dataclass(frozen=True)
    ... class Network:
    ...     units: int = searched(64, low=16, high=256, log=True)
    >>> Network().units
    64
    """
    values = Range(low, high, step, log) if low is not None else Choice(tuple(among or (False, True)))
    if not values.holds(default):
        raise ValueError(f"default: {default!r} is not among {values}")
    return dataclasses.field(default=default, metadata={KEY: values})


def declared_values(configuration: type) -> dict[str, Values]:
    """What may be searched of an application's options: "section.option" -> values.

    Args:
        configuration: the dataclass of all sections, each field's default_factory being the section's class.
    """
    return {
        f"{section.name}.{option.name}": option.metadata[KEY]
        for section in dataclasses.fields(configuration)
        for option in dataclasses.fields(section.default_factory)
        if KEY in option.metadata
    }
