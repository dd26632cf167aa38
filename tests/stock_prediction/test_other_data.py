"""Bad data for a run that exists: one clear line and exit code 2."""

import json

import pytest

from apps.stock_prediction.__main__ import main
from tests.stock_prediction.made_prices import HEADER, csv_of

WIDE = "date,OT\n" + "".join(f"2010-01-{day:02},{day}\n" for day in range(1, 31))

CASES = {
    "unknown ticker in the file": (
        csv_of(("ABC", "XYZ")),
        (),
        "'XYZ' is unknown to the model, which knows ABC, DEF, GHI",
    ),
    "unknown ticker asked for": (csv_of(), ("--tickers", "XYZ"), "'XYZ' is unknown to the model, which knows ABC"),
    "other columns": (WIDE, (), "no column for open; found date, OT"),
    "a column less": (csv_of().replace("volume", "turnover"), (), "no column for volume; found ticker"),
    "fewer rows than the window": (csv_of(stop=10), (), "ABC: has 10 rows, but a window of 16 rows needs as many"),
    "nan": (csv_of() + "GHI,2012-01-02,1,1,1,nan,1\n", (), "GHI 2012-01-02: close is empty or nan"),
    "infinite": (csv_of() + "GHI,2012-01-02,1,inf,1,1,1\n", (), "GHI 2012-01-02: high is infinite"),
    "unsorted": (csv_of() + "GHI,2009-01-02,1,1,1,1,1\n", (), "GHI 2009-01-02: stands after 2010-12-31"),
    "no row": (HEADER + "\n", (), "has column names but no rows"),
}


@pytest.mark.parametrize("fault", CASES)
def test_a_forecast_on_bad_data_is_refused(trained_run, tmp_path, capsys, fault):
    content, options, message = CASES[fault]
    path = tmp_path / "newest.csv"
    path.write_text(content, encoding="utf-8")
    assert main(["forecast", str(trained_run), "--data", str(path), "--output", "-", *options]) == 2
    found = capsys.readouterr()
    assert not found.out
    (line,) = [line for line in found.err.splitlines() if "error" in line]
    assert message in line
    assert "--data.faulty" not in line  # an option of training


def test_the_run_writes_down_where_its_sides_begin(trained_run):
    data = json.loads((trained_run / "metrics.json").read_text())["data"]
    # 260 working days from Monday 4 January 2010, 52 for each side: days 156 and 208 are 31 weeks and 1 day, and
    # 41 weeks and 3 days later.
    assert (data["validation_start"], data["test_start"]) == ("2010-08-10T00:00:00", "2010-10-21T00:00:00")
    assert data["licence"] == "as the user's files have"
