"""Which inputs of a data set drive a hidden unit most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Driver:
    """A place where a unit was driven far.

    Fields:
        value: of the unit there.
        step: where in `activations`.
        activations: (n,) of the unit around that place.
        labels: n, what the input was at these steps.
        title: of the example that it is from.
    """

    value: float
    step: int
    activations: np.ndarray
    labels: tuple[str, ...]
    title: str


@dataclass(frozen=True)
class Unit:
    """A unit over the data set.

    Fields:
        number: of the unit, from 0.
        mean, deviation: of its activation over all steps.
        sign: 1 where its highest activations are further from the mean than its lowest, else -1.
        drivers: the furthest of that side, one per example, furthest first.
    """

    number: int
    mean: float
    deviation: float
    sign: int
    drivers: tuple[Driver, ...]

    @property
    def selectivity(self) -> float:
        """How many deviations its drivers lie from the mean, on average: few inputs drive a selective unit."""
        far = np.mean([abs(driver.value - self.mean) for driver in self.drivers])
        return float(far / self.deviation) if self.deviation > 1e-6 else 0.0


class UnitDrivers:
    """Collects, over the examples of a data set, the steps at which each unit of a layer is furthest from its mean.

    Of each example a unit's highest and lowest step count, so that one example does not fill the list.

    Args:
        count: int >= 1, drivers kept of each unit and side.
        around: int >= 0, steps shown before and after.

    Karpathy, Johnson & Li 2015, Visualizing and understanding recurrent networks, section 4.2.
    """

    def __init__(self, count: int = 5, around: int = 6):
        if count < 1 or around < 0:
            raise ValueError(f"count must be at least 1 and around at least 0, got {count} and {around}")
        self.count, self.around = count, around
        self._steps, self._sum, self._squares = 0, 0.0, 0.0
        self._kept: dict[int, list[list[tuple]]] = {1: [], -1: []}

    def add(self, activations: np.ndarray, labels: Sequence[str], title: str) -> None:
        """One example: activations (T, U), a label for each step, and a title.

        Raises:
            ValueError: not a label for each step, no step, or another number of units than before.
        """
        activations = np.asarray(activations, "float32")
        if not len(activations) or len(labels) != len(activations):
            raise ValueError(f"{title}: {len(labels)} labels for {len(activations)} steps; expected one for each")
        units = activations.shape[1]
        for kept in self._kept.values():
            kept.extend([] for _ in range(units - len(kept)) if not self._steps)
            if len(kept) != units:
                raise ValueError(f"{title}: {units} units, the examples before had {len(kept)}")
        self._steps += len(activations)
        self._sum = self._sum + activations.sum(axis=0, dtype="float64")
        self._squares = self._squares + np.square(activations, dtype="float64").sum(axis=0)
        for sign, kept in self._kept.items():
            best = (sign * activations).argmax(axis=0)
            for unit, step in enumerate(best):
                place = (float(activations[step, unit]), int(step))
                self._keep(kept[unit], sign, place, activations[:, unit], labels, title)

    def _keep(self, kept, sign, place, activations, labels, title):
        value, step = place
        if len(kept) == self.count and sign * value <= sign * kept[-1].value:
            return
        start = max(0, step - self.around)
        shown = slice(start, step + self.around + 1)
        kept.append(Driver(value, step - start, activations[shown].copy(), tuple(labels[shown]), title))
        kept.sort(key=lambda driver: -sign * driver.value)
        del kept[self.count :]

    def units(self) -> list[Unit]:
        """All units, in their order.

        Raises:
            ValueError: there was no example.
        """
        if not self._steps:
            raise ValueError("no example to look for drivers in")
        mean = self._sum / self._steps
        deviation = np.sqrt(np.maximum(self._squares / self._steps - mean**2, 0))
        found = []
        for number, sides in enumerate(zip(self._kept[1], self._kept[-1], strict=True)):
            reach = [abs(np.mean([driver.value for driver in side]) - mean[number]) for side in sides]
            sign = 1 if reach[0] >= reach[1] else -1
            drivers = tuple(sides[0] if sign == 1 else sides[1])
            found.append(Unit(number, float(mean[number]), float(deviation[number]), sign, drivers))
        return found

    def most_selective(self, count: int) -> list[Unit]:
        """The units that few inputs drive far, the most selective first."""
        return sorted(self.units(), key=lambda unit: -unit.selectivity)[:count]
