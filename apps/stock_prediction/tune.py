"""Searching the forecaster's configurations for the one with the least loss over rolling origins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rnnapps.command_line import BadInput
from rnnapps.search_space import Choice, Values
from rnnapps.tuning import HeldOut, Objective, Trial, TuningOptions, search

from .config import StockConfig
from .run_folder import RunFolder


def tune(config: StockConfig, options: TuningOptions, folds: int = 3, show_space: bool = False) -> dict:
    """Searches for better options than the defaults, by the pinball loss over rolling origins.

    Each configuration is trained for each of several stretches of dates before the test side, on what was known by
    then, and judged on the stretch. Options that are given other values than the
    default stay as they are; the others with declared values, the window among them, are searched. Ends with all
    trials, the best configuration beside the one to start from, on the test side too, and a file for train --config.

    Args:
        config: every option of a training, as the search starts.
        options: of the search.
        folds: stretches of dates, for each of which each configuration is trained.
        show_space: print the options that are searched and their values, as a file for --space.
    """
    if folds < 1:
        raise BadInput(f"--folds must be at least 1, is {folds}")
    return search(TunableForecasts(folds), config, options, config.data.path or "bokeh", show_space)


class TunableForecasts:
    """See `rnnapps.tuning.Tunable`.

    Args:
        folds: stretches of dates that a configuration is judged on.
    """

    runs = RunFolder

    def __init__(self, folds: int):
        self.folds = folds

    def objective(self, config: StockConfig) -> Objective:
        alike = f"horizon {config.model.horizon}, levels {config.forecast.levels}"
        return Objective("pinball", "min", "pinball loss", alike)

    def read(self, config: StockConfig, values: Mapping[str, Values]) -> Any:
        from rnnapps.operation_threads import WIDEST_SMALL_STATE, one_thread_per_operation

        from .data import read_data
        from .folds import fold_data

        if config.model.units <= WIDEST_SMALL_STATE:
            one_thread_per_operation()
        windows = values.get("model.window")
        # All trials are judged on the same origins, those that have enough rows before them for the longest window.
        longest = config.model.window
        if windows is not None:
            longest = max(windows.among) if isinstance(windows, Choice) else windows.high
        data = read_data(config.data, longest, config.model.horizon)
        print("\n".join(data.report), flush=True)
        return fold_data(data.panel, config, self.folds, longest)

    def contents(self, data) -> Iterator[Any]:
        panel = data.panel
        times = panel.times.astype("datetime64[s]").astype("int64")
        yield from (self.folds, panel.names, panel.values, times, panel.past, panel.future)

    def validate(self, config: StockConfig, data, trial: Trial) -> float:
        losses = sum(
            self._counts(config, data, period, trial, f"fold_{number}").sum(0)
            for number, period in enumerate(data.periods, 1)
        )
        return float(losses[0] / losses[1])

    def test(self, config: StockConfig, data, trial: Trial) -> HeldOut:
        counts = self._counts(config, data, data.whole, trial, "run")
        return HeldOut(counts, lambda total: float(total[0] / total[1]), "stretches of dates")

    def _counts(self, config: StockConfig, data, period, trial: Trial, name: str):
        """(N, 2) loss and number of the forecasts of each stretch of dates, by a network trained before them."""
        from rnnapps.training import set_seed

        from .folds import loss_counts
        from .training_run import fit_forecaster, prepare

        set_seed(config.train.seed)
        sides = data.sides(config, period)
        prepared = prepare(config, sides)
        folder = trial.run(self.runs, config, name)
        fit_forecaster(prepared, config, folder, resume=True, **trial.fitting(folder))
        return loss_counts(prepared.model, config, sides)
