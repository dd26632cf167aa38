"""Which column of a table holds what, and how its times are written."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

USUAL = {
    "ticker": ("ticker", "symbol", "tic", "instrument", "uniqueid", "itemid", "name", "code"),
    "time": ("date", "datetime", "timestamp", "time", "ds", "day"),
    "open": ("open", "openprice"),
    "high": ("high", "highprice", "max"),
    "low": ("low", "lowprice", "min"),
    "close": ("close", "closeprice", "last"),
    "volume": ("volume", "vol", "tickvol"),
    "adjusted": ("adjclose", "adjustedclose", "closeadj", "closeadjusted"),
}


@dataclass(frozen=True)
class TableFormat:
    """How a table of bars or of plain series is written.

    Fields:
        columns: {"ticker", "time", "open", "high", "low", "close", "volume", "adjusted": the column's name}; what is
            not there is looked for under its usual names, whatever the case. "none" as ticker, volume or adjusted:
            the table has none, or it is not to be used.
        time_format: of dates, as for strptime; None tells it from the cells.
        time_zone: "local" keeps the clock time that is written, "utc" converts times that carry a zone.
        past: names of covariates known up to the forecast.
        future: names of covariates known for the time to come.
        option: what stands before an option's name in messages, such as "--data.".
    """

    columns: Mapping[str, str | None] = field(default_factory=dict)
    time_format: str | None = None
    time_zone: Literal["local", "utc"] = "local"
    past: tuple[str, ...] = ()
    future: tuple[str, ...] = ()
    option: str = ""

    def find(self, role: str, header: Sequence[str]) -> str | None:
        """The header's column for a role such as "close"; None where there is none, or it is not wanted.

        Raises:
            ValueError: a column that was named and is not in the header.
        """
        wanted = self.columns.get(role)
        if wanted is not None:
            if wanted.lower() == "none" and role in ("ticker", "volume", "adjusted"):
                return None
            return self.named(wanted, header, f"{self.option}{role}_column")
        plain = {re.sub("[^a-z]", "", name.lower()): name for name in reversed(header)}
        return next((plain[name] for name in USUAL[role] if name in plain), None)

    def find_time(self, header: Sequence[str]) -> tuple[str, ...]:
        """The columns that together hold the time: one, or the date and the time of day; none when not found.

        Raises:
            ValueError: a column that was named and is not in the header.
        """
        wanted = self.columns.get("time")
        if wanted is not None:
            names = [part.strip() for part in wanted.split(",")]
            return tuple(self.named(name, header, f"{self.option}time_column") for name in names)
        plain = {re.sub("[^a-z]", "", name.lower()): name for name in reversed(header)}
        if "date" in plain and "time" in plain:
            return plain["date"], plain["time"]
        found = self.find("time", header)
        if found is None and header and (not header[0] or header[0].startswith("Unnamed")):
            return (header[0],)  # pandas writes an index without a name so
        return (found,) if found is not None else ()

    def need(self, role: str, header: Sequence[str]) -> str:
        """As `find`.

        Raises:
            ValueError: there is no such column; says what is there, and the option that names it.
        """
        if (found := self.find(role, header)) is None:
            without = f", or {self.option}volume_column none" if role == "volume" else ""
            raise ValueError(
                f"no column for {role}; found {', '.join(header)}; name it with {self.option}{role}_column{without}"
            )
        return found

    def named(self, wanted: str, header: Sequence[str], option: str) -> str:
        """The header's column of this name, whatever the case.

        Raises:
            ValueError: there is none; says what is there, and the option that asked for it.
        """
        if wanted in header:
            return wanted
        found = next((name for name in header if name.strip().lower() == wanted.lower()), None)
        if found is None:
            raise ValueError(f"no column {wanted!r}, which {option} asks for; found {', '.join(header)}")
        return found

    def covariates(self, kind: Literal["past", "future"], header: Sequence[str]) -> tuple[str, ...]:
        """The header's columns of the past or future covariates."""
        return tuple(self.named(name, header, f"{self.option}{kind}_covariates") for name in getattr(self, kind))
