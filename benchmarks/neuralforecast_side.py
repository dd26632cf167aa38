"""neuralforecast as a side of `benchmarks.forecasting`: a process in an environment that has it, not rnnapps.

    python -m benchmarks.neuralforecast_side SERIES_A_STEP SERIES ROWS WINDOW HORIZON UNITS CELL BATCH_SIZE THREADS

Its LSTM (or GRU): one recurrent layer of the same width, its decoder an MLP of two layers, quantile loss at the same
levels, Adam, gradients clipped, windows scaled by their mean and deviation. A step takes as many windows, out of all
windows of SERIES_A_STEP series (its `batch_size`, 32 by default), which it cuts out anew. Its own `NeuralForecast.fit`
and `predict`.
"""

from __future__ import annotations

import logging
import sys
import warnings
from importlib.metadata import version

import numpy as np
import pandas as pd
import torch
from neuralforecast import NeuralForecast
from neuralforecast.losses.pytorch import MQLoss
from neuralforecast.models import GRU, LSTM
from pytorch_lightning import Callback

from benchmarks.forecasting_workload import CLIP_NORM, LEARNING_RATE, LEVELS, Workload
from benchmarks.side_process import serve
from benchmarks.step_times import StepTimes


class StepClock(Callback):
    """Notes when each step ends."""

    def __init__(self):
        self.times = StepTimes()

    def on_train_batch_end(self, *_):
        self.times.note()

    def __deepcopy__(self, _):
        return self  # the library trains a copy of the network that it is given


def table(workload: Workload) -> pd.DataFrame:
    """All series, one below the other."""
    levels = workload.levels()
    return pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(workload.series), workload.rows),
            "ds": np.tile(np.arange(workload.rows), workload.series),
            "y": levels.ravel().astype("float32"),
        }
    )


class NeuralSide:
    """Trains and forecasts by neuralforecast's own calls."""

    def __init__(self, workload: Workload, series_a_step: int):
        self.workload, self.table, self.series_a_step = workload, table(workload), series_a_step
        self.clock = StepClock()
        self.trained: NeuralForecast | None = None

    def make(self, steps: int) -> NeuralForecast:
        """A network that trains for some steps."""
        workload = self.workload
        model = {"lstm": LSTM, "gru": GRU}[workload.cell](
            h=workload.horizon,
            input_size=workload.window,
            encoder_n_layers=1,
            encoder_hidden_size=workload.units,
            decoder_hidden_size=workload.units,
            decoder_layers=2,
            loss=MQLoss(quantiles=list(LEVELS)),
            scaler_type="standard",
            learning_rate=LEARNING_RATE,
            max_steps=steps,
            val_check_steps=10**6,
            batch_size=self.series_a_step,
            windows_batch_size=workload.batch_size,
            gradient_clip_val=CLIP_NORM,
            accelerator="cpu",
            callbacks=[self.clock],
            logger=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            enable_checkpointing=False,
        )
        return NeuralForecast(models=[model], freq=1)

    def train(self, steps: int) -> dict:
        """A training of so many steps."""
        self.clock.times = StepTimes()
        self.trained = self.make(steps)
        self.trained.fit(self.table)
        return self.clock.times.answer() | self.about()

    def forecast(self, series: int, times: int) -> dict:
        """What comes after the last row of some series."""
        if self.trained is None:
            self.train(2)
        last = self.workload.rows - self.workload.window
        rows = self.table[(self.table["unique_id"] < series) & (self.table["ds"] >= last)]
        for _ in range(times):
            found = self.trained.predict(df=rows)
        return {"checksum": float(found.iloc[:, 2:].to_numpy().mean()), **self.about()}

    def about(self) -> dict:
        """What to write beside the figures."""
        (model,) = self.trained.models
        return {
            "parameters": sum(weight.numel() for weight in model.parameters() if weight.requires_grad),
            "versions": f"{version('neuralforecast')}, torch {version('torch')}",
        }


def main() -> None:
    series_a_step, *words, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    warnings.simplefilter("ignore")
    for name in ("pytorch_lightning", "lightning.pytorch", "lightning_fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    side = NeuralSide(Workload.of(words), int(series_a_step))
    serve({"train": side.train, "forecast": side.forecast})


if __name__ == "__main__":
    main()
