"""A run's network that goes on training while forecasts roll on, on what is known by then."""

from __future__ import annotations

import numpy as np

from rnnapps.series.panel import Panel
from rnnapps.series.window_batches import ShuffledWindows
from rnnapps.training import EpochData

from .config import StockConfig
from .further_training import load_for_training, newest_outcomes, with_earlier
from .model import Forecaster
from .run_folder import RunFolder
from .run_state import RunState


class GoingOn:
    """Trains as the command `update` does, but keeps the result to itself: the run stays what it is.

    Each call trains a network of its own, with the run's optimizer state at a tenth of its learning rate, on the
    windows whose last outcome has become known since the call before, and as many earlier ones.

    Args:
        folder: of the run.
        config: of the run.
        state: names the weights to begin with.
        trained_until: end of the rows that these were trained on.
        epochs: passes at each call.
    """

    def __init__(
        self, folder: RunFolder, config: StockConfig, state: RunState, trained_until: np.datetime64, epochs: int = 2
    ):
        self.network = load_for_training(folder, config, state, None)
        self.config, self.epochs = config, epochs
        self._trained_until = trained_until

    def __call__(self, panel: Panel) -> Forecaster:
        """The network after more training on the rows of `panel`, none of which may lie after the next origin."""
        fresh = panel.times >= self._trained_until
        counts = np.bincount(panel.series[fresh], minlength=len(panel))
        windows = newest_outcomes(panel, self.config.model.window, self.config.model.horizon, counts)
        if len(windows):
            batches = ShuffledWindows(with_earlier(windows), self.config.train.batch_size, self.config.train.seed)
            data = EpochData(batches, batches.output_signature)
            self.network.fit(data.stream(), epochs=self.epochs, steps_per_epoch=len(data), shuffle=False, verbose=0)
            self._trained_until = panel.times.max() + np.timedelta64(1, "s")
        return self.network
