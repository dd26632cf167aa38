"""Whether anything that belongs before a moment depends on what came after it."""

from __future__ import annotations

import dataclasses
import itertools
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnnapps.series.panel import Panel
from rnnapps.series.reading import written

HUGE = 1e30


@dataclass(frozen=True)
class Dated:
    """Values, and the time that each must have been known at.

    Fields:
        times: datetime64, (N,) or more axes: the last row's time that a value may depend on.
        values: of any kind, whose first axes are those of `times`: (N, ...).
    """

    times: np.ndarray
    values: np.ndarray

    def before(self, cutoff: np.datetime64) -> tuple[np.ndarray, np.ndarray]:
        """Times and values, (n,) and (n, ...), of what must be known without the rows from `cutoff` on."""
        early = self.times < cutoff
        return self.times[early], self.values[early]

    @classmethod
    def at(cls, time: np.datetime64, *arrays: np.ndarray) -> Dated:
        """Arrays that as a whole must be known at one time, such as fitted constants: (n,) float64, end to end."""
        flat = np.concatenate([np.ravel(np.asarray(array)).astype("float64") for array in arrays])
        return cls(np.full(len(flat), time), flat)

    @classmethod
    def until(cls, end: np.datetime64, *arrays: np.ndarray) -> Dated:
        """The same for what must be known without the rows from `end` on, such as a side that ends there."""
        return cls.at(np.datetime64(end, "s") - np.timedelta64(1, "s"), *arrays)


Component = Callable[[Panel], Dated | Iterable[Dated]]


@dataclass(frozen=True)
class Finding:
    """What the audit found out about one component.

    Fields:
        item: its name.
        cutoffs: the times from which on rows were corrupted.
        compared: how many numbers were compared, over all cut-offs and corruptions.
        leak: what changed that should not have, None if nothing did.
    """

    item: str
    cutoffs: tuple[np.datetime64, ...]
    compared: int
    leak: str | None = None

    @property
    def passed(self) -> bool:
        """Whether something was compared, and nothing had changed."""
        return self.leak is None and self.compared > 0

    def __str__(self) -> str:
        count, first, last = len(self.cutoffs), written(self.cutoffs[0]), written(self.cutoffs[-1])
        times = f"cut-off {first}" if count == 1 else f"{count} cut-offs, {first} to {last}"
        if self.leak:
            return f"{self.item}: LEAK, {self.leak} ({times})"
        if not self.compared:
            return f"{self.item}: NOT CHECKED, nothing of it belongs before a cut-off ({times})"
        return f"{self.item}: no leak, {self.compared:,} numbers identical ({times})"


def audit(
    panel: Panel,
    components: Mapping[str, Component],
    cutoffs: Sequence[np.datetime64],
    corruptions: Sequence[str] = ("nan", "huge", "random"),
    seed: int = 0,
) -> list[Finding]:
    """Corrupts every value from each cut-off on, and compares bit for bit what belongs before it.

    A component that uses values too late changes with them. One whose result for early rows depends on how many
    late ones there are, or that fails only on the corrupted rows, is found out as well.

    Args:
        panel: rows without missing values.
        components: name -> function of a panel that returns what it computes, dated. It must be a pure function: it
            builds or fits everything anew that it would from the file, and its random numbers are seeded.
        cutoffs: times, at least one; the rows at this time and later are corrupted.
        corruptions: of "nan", "huge" and "random", see `corrupted`.
        seed: of the random values.
    Returns:
        One finding per component, in their order.
    Raises:
        ValueError: no cut-off, or a corruption that does not exist.
    """
    if not len(cutoffs):
        raise ValueError("cutoffs is empty; give at least one time within the panel")
    cutoffs = tuple(np.datetime64(cutoff, "s") for cutoff in cutoffs)
    # What a component makes of corrupted rows is not looked at; that numpy warns of them is no news.
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        clean = {name: _results(component, panel) for name, component in components.items()}
        compared, leaks = dict.fromkeys(components, 0), {}
        # Panel by panel, so that components may share what they make of one, such as a fitted network.
        for cutoff, how in itertools.product(cutoffs, corruptions):
            changed = corrupted(panel, cutoff, how, seed)
            rows = f"the rows from {written(cutoff)} on were {how}"
            for name in [name for name in components if name not in leaks]:
                count, leak = _compare(components[name], changed, clean[name], cutoff)
                compared[name] += count
                if leak:
                    leaks[name] = f"{leak} when {rows}"
    return [Finding(name, cutoffs, compared[name], leaks.get(name)) for name in components]


def corrupted(panel: Panel, cutoff: np.datetime64, how: str, seed: int = 0) -> Panel:
    """The panel with other values from `cutoff` on, covariates included; those known beforehand and the times stay.

    Args:
        panel: rows.
        cutoff: time of the first row that is corrupted.
        how: "nan"; "huge", 1e30, in which any arithmetic shows; or "random", ordinary positive values that no check
            of the input would refuse, drawn per row.
        seed: of the random values.
    Raises:
        ValueError: a corruption that does not exist.
    """
    if how not in CORRUPTIONS:
        raise ValueError(f"corruption {how!r} is not one of {', '.join(CORRUPTIONS)}")
    late = panel.times >= np.datetime64(cutoff, "s")
    arrays = {}
    for name in ("values", "past"):
        arrays[name] = getattr(panel, name).copy()
        arrays[name][late] = CORRUPTIONS[how](arrays[name][late], np.random.default_rng(seed))
    return dataclasses.replace(panel, **arrays)


def _random(values: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return np.exp(random.normal(3, 1, (len(values), 1))) * np.exp(random.normal(0, 0.1, values.shape))


CORRUPTIONS = {
    "nan": lambda values, random: np.full_like(values, np.nan),
    "huge": lambda values, random: np.full_like(values, HUGE),
    "random": _random,
}


def _compare(component, changed, clean, cutoff) -> tuple[int, str | None]:
    """How many numbers were compared, and the first difference."""
    expected = [dated.before(cutoff) for dated in clean]
    if not any(values.size for _, values in expected):
        return 0, None
    try:
        found = [dated.before(cutoff) for dated in _results(component, changed)]
    except Exception as error:  # told in the finding
        return 0, f"it failed, {type(error).__name__}: {error}"
    return sum(values.size for _, values in found), _difference(expected, found)


def _results(component, panel) -> list[Dated]:
    results = component(panel)
    return [results] if isinstance(results, Dated) else list(results)


def _difference(expected, found) -> str | None:
    """The first difference in words."""
    if len(expected) != len(found):
        return f"{len(expected)} results became {len(found)}"
    for (times, values), (found_times, found_values) in zip(expected, found, strict=True):
        if values.shape != found_values.shape or not np.array_equal(times, found_times):
            return f"{len(times)} early rows became {len(found_times)}, or others"
        if not len(values) or values.tobytes() == found_values.tobytes():
            continue
        same = _same_bits(values, found_values).reshape(len(values), -1)
        row = int(np.argmin(same.all(axis=1)))
        where = int(np.argmin(same[row]))
        was, became = (array.reshape(len(array), -1)[row, where] for array in (values, found_values))
        late = int((~same.all(axis=1)).sum())
        return (
            f"{late} of {len(times)} early rows changed, first what is dated {written(times[row])}: {was} to {became}"
        )
    return None


def _same_bits(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    # As bytes, so that a NaN equals itself and 0.0 is not -0.0.
    a, b = (np.ascontiguousarray(x).view(np.uint8).reshape(*x.shape, -1) for x in (a, b))
    return (a == b).all(axis=-1)
