"""The verb `backtest` on a run that was trained for seconds."""

import contextlib
import csv
import io
import json
import shutil

import numpy as np
import pytest

from apps.stock_prediction.__main__ import main
from apps.stock_prediction.backtest_figures import words
from tests.stock_prediction.made_prices import ROWS, csv_of, working_days


def run_command(*argv):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(argument) for argument in argv])
    return code, out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def traded(trained_run, tmp_path_factory):
    """Text and folder of a backtest that trades both ways without costs."""
    folder = tmp_path_factory.mktemp("backtest")
    options = ("--sides", "long_short", "--commission", "0", "--slippage", "0", "--shuffles", "30", "--hold", "1")
    code, out, err = run_command("backtest", trained_run, *options, "--output", folder)
    assert code == 0, err
    return out, folder


def rows_of(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_words_come_first(traded):
    out, folder = traded
    figures = json.loads((folder / "figures.json").read_text())
    lines = out.splitlines()
    assert lines[1] == "VERDICT"
    assert lines[2].startswith(words(figures)[0][:60])
    assert max(map(len, [line for line in lines[1:] if not line.startswith("written:")])) <= 120


def test_forecasts_are_traded_on_the_day_after_they_were_made(traded):
    days = [str(day) for day in working_days(ROWS)]
    own = [row for row in rows_of(traded[1] / "positions.csv") if row["series"] == "ABC"]
    assert [own[0]["forecast_at"], own[0]["traded_at"]] == [days[207], days[208]]
    # The last origin is row 256: bought at 257, sold at 258.
    assert [own[-2]["forecast_at"], own[-2]["traded_at"], own[-1]["traded_at"]] == [days[256], days[257], days[258]]
    assert own[-1]["position"] == "0"


def test_prices_are_the_opens(traded):
    opens = {line.split(",")[1]: line.split(",")[2] for line in csv_of(("DEF",)).splitlines()[1:]}
    for row in rows_of(traded[1] / "positions.csv"):
        if row["series"] == "DEF":
            assert float(row["price"]) == pytest.approx(float(opens[row["traded_at"]]))


def test_the_equity_follows_from_the_positions_and_prices(traded):
    trades = rows_of(traded[1] / "positions.csv")
    worth = []
    for name in ("ABC", "DEF", "GHI"):
        own = [row for row in trades if row["series"] == name]
        prices, held = (np.array([float(row[key]) for row in own]) for key in ("price", "position"))
        worth.append(np.prod(1 + held[:-1] * (prices[1:] / prices[:-1] - 1)))
    last = rows_of(traded[1] / "equity.csv")[-1]
    assert float(last["strategy"]) == pytest.approx(np.mean(worth), rel=1e-6)


def test_holding_without_costs_is_the_mean_ratio_of_prices(traded):
    trades = rows_of(traded[1] / "positions.csv")
    own = [[float(row["price"]) for row in trades if row["series"] == name] for name in ("ABC", "DEF", "GHI")]
    held = float(rows_of(traded[1] / "equity.csv")[-1]["buy_and_hold"])
    assert held == pytest.approx(np.mean([prices[-1] / prices[0] for prices in own]), rel=1e-6)


def test_a_plot_is_drawn(traded):
    assert (traded[1] / "equity.png").stat().st_size > 10_000


def test_later_rows_change_no_earlier_position(trained_run, traded, tmp_path):
    # The same file with other prices after the cut: what was held until then stays what it was.
    cut = 230
    known = csv_of(stop=cut).splitlines()
    changed = csv_of(start=cut, factor=1.5).splitlines()[1:]
    file = tmp_path / "prices.csv"
    file.write_text("\n".join([known[0], *sorted(known[1:] + changed)]) + "\n", encoding="utf-8")
    options = ("--sides", "long_short", "--commission", "0", "--slippage", "0", "--shuffles", "1", "--hold", "1")
    code, _, err = run_command("backtest", trained_run, *options, "--data", file, "--output", tmp_path)
    assert code == 0, err
    last = str(working_days(ROWS)[cut - 1])
    before, after = (
        [
            row["position"]
            for row in rows_of(folder / "positions.csv")
            if row["forecast_at"] and row["forecast_at"] <= last
        ]
        for folder in (traded[1], tmp_path)
    )
    assert len(before) == 3 * (cut - 207)
    assert before == after


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--hold", "0"], "--hold must be at least 1 bar, is 0"),
        (["--hold", "4"], "--hold 4: the forecasts reach 3 bars ahead, no further"),
        (["--threshold", "1.0"], "--threshold must lie in [0.5, 1), is 1.0"),
        (["--commission", "-1"], "--commission must be at least 0, is -1.0"),
        (["--shuffles", "0"], "--shuffles must be at least 1, is 0"),
        (["--signal", "astrology"], "astrology"),
        (["--start", "2010-12-30"], "no forecast of 3 rows has its outcomes from 2010-12-30 on"),
    ],
)
def test_bad_options_end_in_one_line(trained_run, tmp_path, options, message):
    code, _, err = run_command("backtest", trained_run, *options, "--output", tmp_path / "b")
    assert code == 2
    assert message in err
    assert err.count("\n") == 1


def test_an_unfinished_run_is_told_apart(trained_run, tmp_path):
    unfinished = tmp_path / "unfinished"
    unfinished.mkdir()
    shutil.copy(trained_run / "config.yaml", unfinished)
    code, _, err = run_command("backtest", unfinished)
    assert code == 2
    assert "finish the run with train --resume" in err
