"""What an option may be: one line for each mistake, naming option, value and what is allowed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any


def known(place: str, found: Iterable[str], allowed: Iterable[str]) -> None:
    """Raises a ValueError that names the first name in `found` that is not `allowed`, and lists those."""
    if unknown := sorted(set(found) - set(allowed)):
        raise ValueError(f"{place}: unknown option {unknown[0]!r}; allowed: {', '.join(allowed)}")


def names_listed(option: str, text: str | None) -> tuple[str, ...]:
    """The names that an option lists, with commas between them; none where it is not given.

    Args:
        option: its name, for the message.
        text: its value, such as "A,B".
    Raises:
        ValueError: an empty name, or one twice.

    >>> names_listed("--tickers", "A, B")
    ('A', 'B')
    """
    if text is None:
        return ()
    names = tuple(part.strip() for part in text.split(","))
    if not all(names) or len(set(names)) != len(names):
        raise ValueError(f"{option}: {text!r} is not a list of different names with commas between, such as A,B")
    return names


def numbers_listed(option: str, text: str | None) -> tuple[int, ...]:
    """The whole numbers that an option lists, with commas between them; none where it is not given.

    Raises:
        ValueError: what is no number from 0 on, or one twice.

    >>> numbers_listed("--units", "3, 14")
    (3, 14)
    """
    names = names_listed(option, text)
    if wrong := [name for name in names if not name.isdecimal()]:
        raise ValueError(f"{option}: {wrong[0]!r} is no whole number from 0 on; give numbers with commas between")
    return tuple(int(name) for name in names)


def one_of(config: Any, section: str, name: str, allowed: tuple[str, ...]) -> None:
    """Raises a ValueError unless the option is one of the words `allowed`."""
    value = getattr(config, name)
    if value not in allowed:
        raise ValueError(f"{section}.{name}: {value!r} is not one of {', '.join(allowed)}")


def within(
    config: Any,
    section: str,
    name: str,
    least: float | None = None,
    most: float | None = None,
    above: float | None = None,
    below: float | None = None,
) -> None:
    """Raises a ValueError unless the option is a number in bounds, whole where the field's type is int.

    Args:
        config: a dataclass with the option `name`, whose annotations are strings.
        section: what the option's name begins with on the command line.
        name: of the option.
        least: inclusive lower bound.
        most: inclusive upper bound.
        above: exclusive lower bound.
        below: exclusive upper bound.
    """
    value = getattr(config, name)
    whole = {option.name: option.type for option in dataclasses.fields(config)}[name] in ("int", "int | None")
    fits = (
        isinstance(value, int if whole else (int, float))
        and not isinstance(value, bool)
        and value == value  # a nan is equal to nothing
        and abs(value) != float("inf")
        and (least is None or value >= least)
        and (most is None or value <= most)
        and (above is None or value > above)
        and (below is None or value < below)
    )
    if not fits:
        bounds = (("at least", least), ("at most", most), ("above", above), ("below", below))
        allowed = " and ".join(f"{word} {bound}" for word, bound in bounds if bound is not None)
        raise ValueError(f"{section}.{name}: {value!r} must be a {'whole ' if whole else ''}number {allowed}")
