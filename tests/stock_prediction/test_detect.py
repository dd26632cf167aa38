"""The verb `detect` on a run that was trained in seconds."""

import csv

import pytest

from apps.stock_prediction.__main__ import main
from rnnapps.command_line import BAD_INPUT

from .made_prices import HEADER, NAMES, csv_of


def rows_of(path):
    with path.open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def shocked(tmp_path_factory):
    """The same prices, but DEF falls by 30 % on 2010-12-15, and stays there."""
    lines = csv_of().splitlines()
    path = tmp_path_factory.mktemp("data") / "shocked.csv"
    changed = [HEADER]
    for line in lines[1:]:
        ticker, date, *prices, volume = line.split(",")
        if ticker == "DEF" and date >= "2010-12-15":
            prices = [f"{0.7 * float(price):.6f}" for price in prices]
        changed.append(",".join([ticker, date, *prices, volume]))
    path.write_text("\n".join(changed) + "\n", encoding="utf-8")
    return path


def test_a_planted_shock_is_reported_with_its_date_and_drawn(trained_run, shocked, tmp_path, capsys):
    assert main(["detect", str(trained_run), "--data", str(shocked), "--output", str(tmp_path), "--shown", "1"]) == 0
    printed = capsys.readouterr().out
    first = printed.split("The most unlikely:\n")[1].splitlines()[0]
    assert first.startswith("  DEF  2010-12-15  return -3")
    shock = next(row for row in rows_of(tmp_path / "anomalies.csv") if row["start"].startswith("2010-12-15"))
    assert (shock["ticker"], shock["kind"]) == ("DEF", "shock")
    assert float(shock["probability"]) < 1e-6
    assert (tmp_path / "anomalies_DEF.png").stat().st_size > 10_000


def test_calm_prices_raise_few_alarms(trained_run, tmp_path, capsys):
    assert main(["detect", str(trained_run), "--output", str(tmp_path), "--rate", "0.02", "--lookback", "100"]) == 0
    # About 50 bars of each of 3 tickers in the test side: 3 alarms are expected.
    lines = capsys.readouterr().out.splitlines()
    assert any(f"bars of {len(NAMES)} series; chance alone gives" in line for line in lines)
    assert len([row for row in rows_of(tmp_path / "anomalies.csv") if row["kind"] == "shock"]) <= 9


def test_bars_outside_of_the_asked_period_are_not_reported(trained_run, shocked, tmp_path):
    options = ["--data", str(shocked), "--output", str(tmp_path), "--start", "2010-12-16", "--end", "2010-12-25"]
    assert main(["detect", str(trained_run), *options, "--tickers", "DEF"]) == 0
    assert all("2010-12-16" <= row["start"][:10] < "2010-12-25" for row in rows_of(tmp_path / "anomalies.csv"))


def test_the_last_bar_is_scored(trained_run):
    import numpy as np

    from apps.stock_prediction.bar_forecasts import bar_forecasts
    from apps.stock_prediction.scored_side import scored_side

    judged = scored_side(str(trained_run))
    panel = judged.windows.panel
    windows, changes = bar_forecasts(judged.model, panel, judged.config, judged.training_end, 1)
    assert windows.outcome_times.max() == panel.times.max()
    assert changes.shape == (len(windows), 1, 7)
    assert (np.diff(changes, axis=-1) >= 0).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--rate", "2"], "--rate must lie above 0 and be at most 0.1, is 2.0"),
        (["--lead_time", "9"], "--lead_time 9: the forecasts reach 3 rows ahead, no further"),
        (["--tickers", "NONE"], "'NONE' is unknown to the model"),
        (["--start", "2009-01-01"], "--start 2009-01-01: the test side begins on"),
        (["--shown", "-1"], "--shown must be at least 0, is -1"),
        (["--data", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_bad_options_are_one_line_and_exit_code_2(trained_run, tmp_path, capsys, options, message):
    assert main(["detect", str(trained_run), "--output", str(tmp_path / "out"), *options]) == BAD_INPUT
    error = capsys.readouterr().err.strip().splitlines()
    assert message in error[-1]
    assert not (tmp_path / "out").exists()
