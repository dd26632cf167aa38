"""Dated quantiles past the last row, and their pictures."""

import csv
import io

import numpy as np
import pytest

from apps.stock_prediction.__main__ import main
from apps.stock_prediction.fan_chart import plot_fan
from apps.stock_prediction.file_name import file_name
from apps.stock_prediction.newest_windows import newest_windows
from rnnapps.series.panel import Panel
from tests.stock_prediction.made_prices import csv_of, working_days

PNG = b"\x89PNG"


def forecast_rows(capsys, *argv):
    """The CSV that `forecast` prints."""
    assert main(["forecast", *map(str, argv), "--output", "-"]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def test_every_row_has_its_ticker_origin_date_horizon_and_quantiles(trained_run, capsys):
    rows = forecast_rows(capsys, trained_run)
    assert list(rows[0]) == ["ticker", "origin", "date", "horizon"] + [
        f"q{level}" for level in (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
    ]
    assert [row["ticker"] for row in rows] == ["ABC"] * 3 + ["DEF"] * 3 + ["GHI"] * 3
    assert [row["horizon"] for row in rows] == ["1", "2", "3"] * 3


def test_dates_go_on_with_the_calendar_of_the_rows(trained_run, capsys):
    # The last row is of Friday, 2010-12-31; no row is of a weekend.
    rows = forecast_rows(capsys, trained_run, "--tickers", "ABC")
    assert {row["origin"] for row in rows} == {"2010-12-31"}
    assert [row["date"] for row in rows] == ["2011-01-03", "2011-01-04", "2011-01-05"]


def test_chosen_tickers_get_the_numbers_that_they_get_among_all(trained_run, capsys):
    every = forecast_rows(capsys, trained_run)
    chosen = forecast_rows(capsys, trained_run, "--tickers", "GHI,ABC")
    by_key = {(row["ticker"], row["date"]): row for row in every}
    for row in chosen:
        assert float(row["q0.5"]) == pytest.approx(float(by_key[row["ticker"], row["date"]]["q0.5"]), rel=1e-6)
    assert [row["ticker"] for row in chosen] == ["GHI"] * 3 + ["ABC"] * 3


def test_the_training_file_gives_the_forecast_of_the_rows_seen_last(trained_run, prices_file, capsys):
    assert forecast_rows(capsys, trained_run, "--data", prices_file) == forecast_rows(capsys, trained_run)


def test_newer_rows_move_origin_and_dates(trained_run, tmp_path, capsys):
    file = tmp_path / "newer.csv"
    file.write_text(csv_of(names=("DEF",), start=250, stop=268))
    rows = forecast_rows(capsys, trained_run, "--data", file)
    days = [str(day) for day in working_days(271)]
    assert [row["ticker"] for row in rows] == ["DEF"] * 3
    assert rows[0]["origin"] == days[267]
    assert [row["date"] for row in rows] == days[268:271]


def test_the_defaults_write_into_the_run_folder(trained_run, tmp_path, capsys):
    import shutil

    run = tmp_path / "run"
    shutil.copytree(trained_run, run)
    shutil.rmtree(run / "plots")
    assert main(["forecast", str(run)]) == 0
    assert (run / "forecast.csv").is_file()
    assert sorted(path.name for path in (run / "plots").iterdir()) == [
        "forecast_ABC.png",
        "forecast_DEF.png",
        "forecast_GHI.png",
    ]
    assert "90 % between" in capsys.readouterr().out


def test_a_saved_model_alone_forecasts_a_file(trained_run, prices_file, tmp_path, capsys):
    import shutil

    shutil.copytree(trained_run / "1", tmp_path / "served")
    alone = forecast_rows(capsys, tmp_path / "served", "--data", prices_file)
    assert alone == forecast_rows(capsys, trained_run)


def series(lengths, future=0, coming=0):
    rows = sum(lengths)
    return Panel(
        names=tuple(f"s{k}" for k in range(len(lengths))),
        columns=("value",),
        values=np.arange(rows, dtype="float64")[:, None],
        times=np.concatenate([working_days(n).astype("datetime64[s]") for n in lengths]),
        starts=np.concatenate([[0], np.cumsum(lengths)]),
        scale="linear",
        future=np.arange(rows * future, dtype="float64").reshape(rows, future),
        future_columns=tuple("fg"[:future]),
        coming={"s0": np.full((coming, future), 9.0)} if coming else {},
    )


def test_the_newest_window_ends_in_the_last_row():
    inputs = newest_windows(series([5, 7]), 3, 2)
    assert inputs["window"][..., 0].tolist() == [[2, 3, 4], [9, 10, 11]]


def test_known_future_covariates_follow_those_of_the_rows():
    inputs = newest_windows(series([5], future=1, coming=4), 3, 2)
    assert inputs["future"][0, :, 0].tolist() == [2, 3, 4, 9, 9]


def test_unknown_future_covariates_are_an_error():
    with pytest.raises(ValueError, match="s0: f must be known for the 2 rows after the last, found 1"):
        newest_windows(series([5], future=1, coming=1), 3, 2)


def test_a_series_shorter_than_the_window_is_named():
    with pytest.raises(ValueError, match="s1: has 2 rows, but the model's window is 3 rows"):
        newest_windows(series([5, 2]), 3, 2)


def test_a_file_is_called_after_its_series_without_what_paths_mean():
    assert file_name("BRK/B ^Ü-1.5") == "BRK_B__Ü-1.5"


def test_a_fan_chart_is_a_picture(tmp_path):
    days = working_days(12).astype("datetime64[s]")
    quantiles = np.arange(15.0).reshape(5, 3)[:2]
    path = plot_fan(days[:10], np.arange(10.0), days[10:], quantiles, (0.1, 0.5, 0.9), tmp_path / "fan.png", "$A")
    assert path.read_bytes()[:4] == PNG
