"""Dated anomalies of each series: what the model's own forecasts did not allow for."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnapps.series.anomaly_scores import past_threshold, surprises
from rnnapps.series.windows import Windows

# What a score of each kind is; each has a threshold of its own.
KINDS = {"shock": "one bar", "wild": "stretch too wild", "quiet": "stretch too quiet"}
# A score of this probability is an alarm after any past, or the worst days would be the last ones to be seen.
CERTAIN = 1e-6
COLUMNS = ["ticker", "kind", "start", "end", "lead_time", "change", "low", "high", "probability", "score", "threshold"]


@dataclass(frozen=True)
class Watch:
    """How anomalies are told from chance.

    Args:
        rate: share of bars, above 0 and at most 0.1, that raise an alarm of each kind when nothing is unusual; 0.004
            of daily bars is one a year.
        span: bars, at least 2, that are judged together for stretches.
        lookback: scores of the series' own past that the threshold is taken from.
        lead_time: rows ahead, at least 1, that the scored forecast was made.
    Raises:
        ValueError: a value outside its range, or a `lookback` too short for the rate.
    """

    rate: float = 0.004
    span: int = 10
    lookback: int = 750
    lead_time: int = 1

    def __post_init__(self):
        if not 0 < self.rate <= 0.1:
            raise ValueError(f"--rate must lie above 0 and be at most 0.1, is {self.rate}: the share of false alarms")
        for name, least in (("span", 2), ("lead_time", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"--{name} must be at least {least}, is {getattr(self, name)}")
        if self.rate * (self.lookback + 1) < 1:
            raise ValueError(
                f"--lookback {self.lookback} is too short for --rate {self.rate:g}: "
                f"it needs at least {int(np.ceil(1 / self.rate)) - 1} bars"
            )


@dataclass(frozen=True)
class Scored:
    """The bars of one series with what was forecast of them.

    Fields:
        name: of the series.
        lead_time: rows from the forecast to the bar.
        times: (n,) of the bars.
        levels: (n,) price, or value.
        changes: (n,) since the forecast was made, on the panel's scale.
        low, high: (n,) the outermost quantiles of that change.
        probability: (n,) of a change as far out as this one, to either side.
        scores: kind -> (n,), -log10 of the probability that chance makes of the bar, or of the stretch that ends there.
        thresholds: kind -> (n,), what a score has to exceed, from earlier scores alone.
    """

    name: str
    lead_time: int
    times: np.ndarray
    levels: np.ndarray
    changes: np.ndarray
    low: np.ndarray
    high: np.ndarray
    probability: np.ndarray
    scores: dict[str, np.ndarray]
    thresholds: dict[str, np.ndarray]

    def alarms(self, kind: str) -> np.ndarray:
        """(n,) bool."""
        return self.scores[kind] > self.thresholds[kind]

    def within(self, start: np.datetime64 | None = None, end: np.datetime64 | None = None) -> np.ndarray:
        """(n,) bool, the bars with start <= time < end."""
        inside = np.ones(len(self.times), bool) if start is None else self.times >= start
        return inside if end is None else inside & (self.times < end)


@dataclass(frozen=True)
class Anomaly:
    """One bar, or one stretch of bars, that was not to be expected.

    Fields:
        ticker: name of the series.
        kind: shock, wild or quiet.
        start, end: times of the first and the last bar with an alarm; a stretch that is judged over `span` bars has
            begun that much earlier.
        lead_time: rows from the forecast to the bar.
        change, low, high: of the bar, or of the bar of a stretch that chance explains least; with what was expected.
        probability: that chance does as much.
        score, threshold: -log10 of it, and what it exceeded.
    """

    ticker: str
    kind: str
    start: np.datetime64
    end: np.datetime64
    lead_time: int
    change: float
    low: float
    high: float
    probability: float
    score: float
    threshold: float

    def line(self, percent: bool) -> str:
        """In words; changes of prices in percent."""
        dates = _date(self.start) + (f" to {_date(self.end)}" if self.end != self.start else "")
        said = f"{self.ticker}  {dates}  "
        if self.kind == "shock":
            ahead = "" if self.lead_time == 1 else f" over {self.lead_time} rows"
            said += (
                f"{'return' if percent else 'change'}{ahead} {_number(self.change, percent)}, expected within "
                f"[{_number(self.low, percent)}, {_number(self.high, percent)}]"
            )
        else:
            said += {"wild": "moves too wild for the forecasts", "quiet": "hardly any move"}[self.kind]
        return f"{said}, probability {self.probability:.1g}"


def score_bars(windows: Windows, changes: np.ndarray, levels: Sequence[float], watch: Watch) -> list[Scored]:
    """Scores every bar that a forecast was made of, series by series.

    Args:
        windows: origins of every bar (stride 1), H >= `watch.lead_time`.
        changes: (N, H, Q) forecast quantiles.
        levels: Q.
        watch: how.
    Returns:
        one `Scored` per series with a forecast.
    Raises:
        ValueError: a lead time past the horizon, or forecasts without a width, which make every bar impossible.
    """
    if watch.lead_time > windows.horizon:
        raise ValueError(f"--lead_time {watch.lead_time}: the forecasts reach {windows.horizon} rows ahead, no further")
    step = watch.lead_time - 1
    quantiles, outcomes = changes[:, step], windows.outcomes[:, step]
    if np.all(quantiles[:, -1] <= quantiles[:, 0]):
        raise ValueError("all quantiles of the forecasts are equal; a point forecast needs calibration to be judged by")
    times, after = windows.outcome_times[:, step], windows.levels[:, step]
    found = []
    for k, name in enumerate(windows.panel.names):
        own = np.flatnonzero(windows.series == k)
        if not len(own):
            continue
        seen = surprises(quantiles[own], outcomes[own], levels, watch.span)
        scores = {
            kind: -np.log10(np.maximum(value, 1e-300))
            for kind, value in (("shock", seen.tail), ("wild", seen.wild), ("quiet", seen.quiet))
        }
        usual = -np.log10(watch.rate)
        thresholds = {
            kind: np.minimum(past_threshold(score, watch.rate, watch.lookback, usual), -np.log10(CERTAIN))
            for kind, score in scores.items()
        }
        low, high = quantiles[own, 0], quantiles[own, -1]
        found.append(
            Scored(
                name,
                watch.lead_time,
                times[own],
                after[own],
                outcomes[own],
                low,
                high,
                seen.tail,
                scores,
                thresholds,
            )
        )
    return found


def anomalies(
    scored: Iterable[Scored], start: np.datetime64 | None = None, end: np.datetime64 | None = None
) -> list[Anomaly]:
    """The alarms with start <= time < end as events, the least probable first; those of a stretch in a row are one."""
    found = []
    for series in scored:
        inside = series.within(start, end)
        for kind in KINDS:
            alarms = np.flatnonzero(series.alarms(kind) & inside)
            runs = (
                [[i] for i in alarms] if kind == "shock" else np.split(alarms, np.flatnonzero(np.diff(alarms) > 1) + 1)
            )
            found += [_anomaly(series, kind, np.asarray(run)) for run in runs if len(run)]
    return sorted(found, key=lambda anomaly: (-anomaly.score, anomaly.start, anomaly.ticker))


def write_anomalies(found: Sequence[Anomaly], path: Path) -> None:
    """Writes one line per anomaly, in order of time."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for anomaly in sorted(found, key=lambda anomaly: (anomaly.start, anomaly.ticker, anomaly.kind)):
            values = [getattr(anomaly, column) for column in COLUMNS]
            writer.writerow([f"{value:.6g}" if isinstance(value, float) else value for value in values])


def _anomaly(series: Scored, kind: str, run: np.ndarray) -> Anomaly:
    peak = run[np.argmax(series.scores[kind][run])]
    score = float(series.scores[kind][peak])
    return Anomaly(
        series.name,
        kind,
        series.times[run[0]],
        series.times[run[-1]],
        series.lead_time,
        float(series.changes[peak]),
        float(series.low[peak]),
        float(series.high[peak]),
        10**-score,
        score,
        float(series.thresholds[kind][peak]),
    )


def _number(change: float, percent: bool) -> str:
    # What is said of a price is what it did in percent, not the logarithm.
    return f"{100 * np.expm1(change):+.1f} %" if percent else f"{change:+.4g}"


def _date(time: np.datetime64) -> str:
    return str(np.datetime64(time, "m")).removesuffix("T00:00").replace("T", " ")
