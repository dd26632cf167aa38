"""Options of inspect that would change nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

ATTENTION = ("attention",)
INSIDE = ("gates", "units")  # looks into one layer
OF_ONE = ("attention", "gates", "saliency")  # looks at one example


def refuse_unused(look: str, looks: Sequence[str], options: Mapping[str, Any]) -> None:
    """Raises a ValueError where an option is given that only other looks read.

    Args:
        look: what was asked for.
        looks: those that read the options.
        options: name -> value, None where it is not given.
    """
    given = [(name, value) for name, value in options.items() if value is not None]
    if look not in looks and given:
        name, value = given[0]
        raise ValueError(
            f"{name} {value}: changes nothing with --look {look}, only with {', '.join(looks)}; leave it out"
        )
