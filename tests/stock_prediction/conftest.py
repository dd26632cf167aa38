"""A forecaster trained once, in seconds, for every test that needs one."""

import contextlib

import pytest

from apps.stock_prediction.__main__ import main
from tests.made_once import made_once
from tests.stock_prediction.made_prices import csv_of

TINY = {
    "data.validation_fraction": 0.2,
    "data.test_fraction": 0.2,
    "model.window": 16,
    "model.horizon": 3,
    "model.units": 6,
    "model.attention_units": 4,
    "model.ticker_embedding": 2,
    "model.dropout": 0.1,
    "train.epochs": 2,
    "train.batch_size": 64,
    "train.warmup_steps": 2,
    "forecast.calibration_dates": 20,
}


def options(values: dict) -> list[str]:
    """Options as they are typed."""
    return [f"--{name}={value}" for name, value in values.items()]


@pytest.fixture(scope="session")
def prices_file(tmp_path_factory):
    """A long CSV of three drawn tickers, 260 working days from 2010-01-04 on."""

    def make(folder):
        (folder / "prices.csv").write_text(csv_of(), encoding="utf-8")

    return made_once(tmp_path_factory, "prices", make) / "prices.csv"


@pytest.fixture(scope="session")
def trained_run(tmp_path_factory, prices_file):
    """Folder of a finished run of `python -m apps.stock_prediction train`; nothing may write into it.

    What the command printed is beside it, in printed.txt.
    """

    def make(folder):
        with (folder / "printed.txt").open("w") as printed, contextlib.redirect_stdout(printed):
            assert main(["train", "--data", str(prices_file), "--run", str(folder / "tiny"), *options(TINY)]) == 0

    return made_once(tmp_path_factory, "forecaster", make) / "tiny"
