"""The leak audit of the whole application: nothing that belongs before a moment may depend on later rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rnnapps.series.leak_audit import Component, Dated, Finding, audit
from rnnapps.series.panel import Panel
from rnnapps.series.windows import Windows, windows_between

from .audit_steps import Steps
from .config import StockConfig
from .split_in_time import Sides, split

SECOND = np.timedelta64(1, "s")
# Of the series and the rows of each side that the audit of a large table looks at.
MOST_SERIES = 3
MOST_ORIGINS = 150


def audit_application(
    config: StockConfig,
    panel: Panel,
    steps: Steps | None = None,
    cutoffs: Sequence[np.datetime64] = (),
    corruptions: Sequence[str] = ("nan", "huge", "random"),
) -> list[Finding]:
    """Examines everything that an application with this configuration makes of a panel.

    Args:
        config: of the run.
        panel: rows without faults.
        steps: what is examined, by default the application's own steps with an untrained network.
        cutoffs: times from which on rows are corrupted; by default the starts of validation and test, and the middle
            of each side.
        corruptions: see `rnnapps.series.leak_audit.corrupted`.
    Returns:
        One finding per thing examined.
    Raises:
        ValueError: a panel that cannot be split as the configuration says.
    """
    steps = steps or Steps(config, panel)
    return audit(panel, components(steps, panel), cutoffs or usual_cutoffs(steps.sides(panel)), corruptions)


def usual_cutoffs(sides: Sides) -> list[np.datetime64]:
    """The middle of each side and where the later ones start, in order of time."""
    middles = []
    for windows in (sides.training, sides.validation, sides.test):
        times = np.unique(windows.origin_times)
        middles.append(times[len(times) // 2])
    return sorted({*middles, sides.validation_start, sides.test_start})


def excerpt(config: StockConfig, panel: Panel) -> tuple[StockConfig, Panel]:
    """A few series, and of each side the last rows, which are audited as quickly in a large table as in a small one.

    Args:
        config: says where the sides are; in the one returned these dates are fixed.
        panel: rows.
    """
    sides = split(panel, config.data, config.model.window, config.model.horizon)
    # Only series that have windows on every side show a leak on every side.
    whole = np.all([side.counts > 0 for side in (sides.training, sides.validation, sides.test)], axis=0)
    names = [name for name, kept in zip(panel.names, whole, strict=True) if kept] or list(panel.names)
    bounds = {"validation_start": str(sides.validation_start), "test_start": str(sides.test_start)}
    fixed = dataclasses.replace(config, data=dataclasses.replace(config.data, **bounds))
    few = panel.select(names[:MOST_SERIES])
    rows = config.model.window + config.model.horizon + MOST_ORIGINS
    kept = np.zeros(len(few.times), bool)
    periods = ((None, sides.validation_start), (sides.validation_start, sides.test_start), (sides.test_start, None))
    for k in range(len(few)):
        own = few.rows(k)
        for start, end in periods:
            times = few.times[own]
            first = 0 if start is None else int(np.searchsorted(times, start))
            last = len(times) if end is None else int(np.searchsorted(times, end))
            kept[own.start + max(first, last - rows) : own.start + last] = True
    arrays = {name: getattr(few, name)[kept] for name in ("values", "times", "past", "future")}
    counts = np.bincount(few.series[kept], minlength=len(few))
    return fixed, dataclasses.replace(few, **arrays, starts=np.concatenate([[0], np.cumsum(counts)]))


def components(steps: Steps, panel: Panel) -> dict[str, Component]:
    """Name -> function of a panel that gives what one step of the application makes of it, dated.

    Args:
        steps: of the application.
        panel: the clean one; it says which steps there are.
    """
    latest: list[Passage] = []

    def of(part: Callable[[Passage], Dated | list[Dated]]) -> Component:
        def component(panel: Panel):
            if not latest or latest[0].panel is not panel:
                latest[:] = [Passage(steps, panel)]
            return part(latest[0])

        return component

    found = {
        "split: what training learns from": of(lambda run: run.training),
        "split: what validation sees": of(lambda run: run.validation),
        "scaling: units of changes": of(lambda run: run.units),
        "scaling: constants fitted on the training side": of(lambda run: run.constants),
    }
    for name in steps.widths:
        found[f"feature {name}"] = of(lambda run, name=name: run.feature(name))
    found["forecasts of the network"] = of(lambda run: run.forecasts)
    found["forecasts, calibrated"] = of(lambda run: run.calibrated)
    for name in steps.baselines:
        found[f"baseline {name}, fitted before validation"] = of(
            lambda run, name=name: run.baseline(name, run.sides.validation_start)
        )
        found[f"baseline {name}, fitted before the test"] = of(
            lambda run, name=name: run.baseline(name, run.sides.test_start)
        )
    if panel.scale == "log":
        found["backtest: positions"] = of(lambda run: run.positions)
        found["backtest: equity"] = of(lambda run: run.equity)
    if steps.judges_bars:
        found["anomalies: scores and thresholds"] = of(lambda run: run.anomalies)
    return found


@dataclass
class Passage:
    """One panel on its way through the application.

    Fields:
        steps: of the application.
        panel: clean or corrupted.
    """

    steps: Steps
    panel: Panel

    @cached_property
    def sides(self) -> Sides:
        """Training, validation and test."""
        return self.steps.sides(self.panel)

    @property
    def training(self) -> list[Dated]:
        """The batches of the first epoch, and the outcomes in them."""
        return _batches(self.steps.training(self.sides.training), self.sides.validation_start)

    @property
    def validation(self) -> list[Dated]:
        """What the end of training is decided on."""
        return _batches(self.sides.validation.batches(1024), self.sides.test_start)

    @property
    def units(self) -> Dated:
        """Of every window of the panel."""
        return Dated(self.all.origin_times, self.steps.units(self.all))

    @cached_property
    def features(self) -> dict[str, np.ndarray]:
        """Of every window of the panel."""
        return self.steps.features(self.all)

    def feature(self, name: str) -> Dated:
        """One of them."""
        return Dated(self.all.origin_times, self.features[name])

    @cached_property
    def weights(self) -> list[np.ndarray]:
        """Of a network that has seen the training side."""
        return self.steps.fit(self.sides.training)

    @property
    def constants(self) -> Dated:
        """Whatever is fitted in closed form."""
        return Dated.until(self.sides.validation_start, *self.weights)

    @property
    def all(self) -> Windows:
        """Every window of the panel."""
        return windows_between(self.panel, self.sides.training.window, self.sides.training.horizon)

    @cached_property
    def later(self) -> Windows:
        """The origins of validation and test together, those with outcomes in both included."""
        training = self.sides.training
        return windows_between(self.panel, training.window, training.horizon, start=self.sides.validation_start)

    @property
    def forecasts(self) -> Dated:
        """The network has learned from the rows before validation, so it is none of an earlier time."""
        return Dated(self._known, self.steps.forecasts(self.weights, self.later).changes())

    @cached_property
    def test_changes(self) -> np.ndarray:
        """(N, H, Q) of the test side, calibrated on the validation side first."""
        return self.steps.calibrated(self.weights, self.sides.test, self.sides.validation)

    @cached_property
    def bars(self) -> tuple[Windows, np.ndarray]:
        """Windows and changes of every bar after training, calibrated as they go."""
        return self.steps.bars(self.weights, self.panel, self.sides.validation_start)

    @property
    def calibrated(self) -> list[Dated]:
        """Each with the outcomes known by then."""
        windows, changes = self.bars
        known = np.maximum(windows.origin_times, self.sides.validation_start - SECOND)
        return [Dated(self.sides.test.origin_times, self.test_changes), Dated(known, changes)]

    def baseline(self, name: str, start: np.datetime64) -> Dated:
        """Fitted on what was known before `start`, so its forecasts are none of an earlier time."""
        windows = windows_between(self.panel, self.later.window, self.later.horizon, start=start)
        changes = self.steps.baseline(name, self.panel, windows, start)
        return Dated(np.maximum(windows.origin_times, start - SECOND), changes)

    @cached_property
    def backtest(self):
        """The trades of the test side."""
        return self.steps.backtest(self.sides.test, self.test_changes)

    @property
    def positions(self) -> list[Dated]:
        """Each known before the rows of the time at which it is traded."""
        backtest = self.backtest
        pairs = zip(backtest.accounts, backtest.positions, strict=True)
        return [Dated(account.times[:-1] - SECOND, positions) for account, positions in pairs]

    @property
    def equity(self) -> Dated:
        """What the account is worth by the prices of each time."""
        return Dated(self.backtest.strategy.times, self.backtest.strategy.values)

    @property
    def anomalies(self) -> list[Dated]:
        """A score is known with its bar, the threshold before it."""
        results = []
        for series in self.steps.anomalies(*self.bars):
            results += [Dated(series.times, score) for score in series.scores.values()]
            results += [Dated(series.times - SECOND, threshold) for threshold in series.thresholds.values()]
        return results

    @property
    def _known(self) -> np.ndarray:
        return np.maximum(self.later.origin_times, self.sides.validation_start - SECOND)


def _batches(batches, end: np.datetime64) -> list[Dated]:
    results = []
    for inputs, levels in batches:
        results.append(Dated.until(end, *(inputs[name] for name in sorted(inputs)), levels))
    return results
