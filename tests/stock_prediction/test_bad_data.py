"""Every bad input of the data: one clear line on standard error and exit code 2, from `train` and from `check`."""

import gzip

import numpy as np
import pytest

from apps.stock_prediction.__main__ import main

HEADER = "ticker,date,open,high,low,close,volume"
DAYS = np.arange("2020-01-01", "2020-03-01", dtype="datetime64[D]")
ROWS = [f"A,{day},10,12,9,{10 + i % 7 / 10},100" for i, day in enumerate(DAYS)]
SMALL = ("--model.window", "8", "--model.horizon", "2")


def changed(row: str, line: int = 30) -> str:
    """The good file with another row in this line."""
    lines = [HEADER, *ROWS]
    lines[line - 1] = row
    return "\n".join(lines)


def bar(**cells: str) -> str:
    good = dict(zip(HEADER.split(","), ROWS[28].split(","), strict=True))
    return changed(",".join((good | cells).values()))


FILES = {
    "duplicates": (changed(ROWS[27]), "line 30: A 2020-01-28: the same time as in line 29"),
    "unsorted": (bar(date="2019-12-31"), "line 30: A 2019-12-31: stands after 2020-01-28"),
    "missing date": (bar(date=""), "line 30: A: date is empty"),
    "no date": (bar(date="2020-01-32"), "line 30: A: date is '2020-01-32', which is no date"),
    "no ticker": (bar(ticker=""), "line 30: ticker is empty"),
    "price of 0": (bar(close="0"), "line 30: A 2020-01-29: close is 0, expected more than 0"),
    "negative price": (bar(low="-9"), "line 30: A 2020-01-29: low is -9, expected more than 0"),
    "high below low": (bar(high="8"), "line 30: A 2020-01-29: high 8 is below low 9"),
    "jump": ("\n".join([HEADER, *(r.replace(",10", ",100") for r in ROWS[:28]), *ROWS[28:]]), "a factor of 0.0"),
    "constant": ("\n".join([HEADER, *(f"A,{day},1,1,1,1,1" for day in DAYS)]), "A: is 1 in all of its 60 rows"),
    "too short": (
        "\n".join([HEADER, *ROWS[:12]]),
        "A: has 9 rows before 2020-01-10, but a window of 8",
    ),
    "nan": (bar(close="nan"), "line 30: A 2020-01-29: close is empty or nan"),
    "infinite": (bar(high="inf"), "line 30: A 2020-01-29: high is infinite"),
    "no number": (bar(volume="1.2M"), "line 30: A: volume is '1.2M', expected a number"),
    "no column": ("\n".join([HEADER.replace("close", "c"), *ROWS]), "no column for close; found ticker, date, open"),
    "empty": ("", "is empty; expected a CSV file"),
    "header only": (HEADER + "\n", "has column names but no rows"),
    "encoding": (bar(ticker="\xe4").encode("latin-1"), "line 30: not UTF-8"),
    "damaged": (gzip.compress("\n".join([HEADER, *ROWS]).encode())[:-20], "the gzip file is damaged"),
    "too many cells": (changed(ROWS[28] + ",1,1"), "line 30: 9 cells, but the first line names 7"),
}


def refused(capsys, *argv) -> str:
    """What a command says, of which the last is one line on standard error, and which has exit code 2."""
    assert main(argv) == 2
    found = capsys.readouterr()
    lines = [line for line in found.err.splitlines() if "error" in line]
    assert len(lines) == 1
    assert lines[0].startswith("stock_prediction: error: ")
    return lines[0] if argv[0] == "train" else found.out + lines[0]


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "prices.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


@pytest.fixture
def run(tmp_path):
    """A run that must not come into being."""
    path = tmp_path / "run"
    yield str(path)
    assert not path.exists()


@pytest.mark.parametrize("fault", FILES)
def test_training_on_a_faulty_file_is_refused(written, run, capsys, fault):
    content, message = FILES[fault]
    assert message in refused(capsys, "train", "--data", written(content), "--run", run, *SMALL)


@pytest.mark.parametrize("fault", FILES)
def test_check_refuses_what_training_refuses(written, capsys, fault):
    content, message = FILES[fault]
    assert message in refused(capsys, "check", "--data", written(content), *SMALL)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--model.window", "64"), "a window of 64 and a horizon of 2 need 66; choose a shorter window"),
        (("--model.horizon", "0"), "model.horizon: 0 must be a whole number at least 1"),
        (("--data.test_start", "2020-03-01"), "data.test_start: 2020-03-01 leaves nothing to test"),
        (("--data.test_start", "2020-02-29"), "data.test_start: 2020-02-29 leaves no test period"),
        (("--data.validation_start", "2019-01-01"), "data.validation_start: 2019-01-01 leaves nothing to learn from"),
        (("--data.start", "2020-03-01"), "no row from 2020-03-01"),
        (("--data.tickers", "B"), "data.tickers: 'B' is not among the series: A"),
        (
            ("--data.target", "OT", "--data.format", "wide"),
            "no column 'OT', which --data.target asks for; found",
        ),
        (("--data.past_covariates", "vix"), "no column 'vix', which --data.past_covariates asks for"),
        (("--data.close_column", "last"), "no column 'last', which --data.close_column asks for"),
        (("--data.format", "folder"), "is no folder"),
        (("--data.faulty", "hide"), "faulty"),
    ],
)
@pytest.mark.parametrize("verb", ["train", "check"])
def test_options_that_do_not_fit_the_data_are_refused(written, run, capsys, verb, options, message):
    name = ("--run", run) if verb == "train" else ()
    assert message in refused(capsys, verb, "--data", written("\n".join([HEADER, *ROWS])), *name, *SMALL, *options)


@pytest.mark.parametrize("verb", ["train", "check"])
def test_a_file_that_is_not_there_is_refused(tmp_path, run, capsys, verb):
    assert "none.csv: no such file" in refused(
        capsys, verb, "--data", str(tmp_path / "none.csv"), *(("--run", run) if verb == "train" else ())
    )


def test_check_lists_every_problem_and_the_rest_of_the_file(written, capsys):
    lines = [HEADER, *ROWS]
    lines[9], lines[19] = "A,2020-01-09,10,8,9,10,1", "A,2020-01-19,10,12,9,nan,1"
    path = written("\n".join(lines))
    assert main(["check", "--data", path, *SMALL]) == 2
    found = capsys.readouterr()
    problems = [line for line in found.out.splitlines() if line.startswith("problem: ")]
    assert [f"line {n}:" in line for n, line in zip((10, 20), problems, strict=True)] == [True, True]
    assert "60 rows" in found.out
    assert found.err.endswith("error: 2 problems that training would refuse, listed above\n")


def test_check_accepts_a_good_file_and_counts_its_sides(written, capsys):
    assert main(["check", "--data", written("\n".join([HEADER, *ROWS])), *SMALL]) == 0
    # 60 days: 42 train, 9 validate, 9 test; the first 7 have no window of 8, and 2 days are forecast.
    assert capsys.readouterr().out.splitlines() == [
        "1 ticker: A",
        "60 rows, 60 to 60 in a series; 2020-01-01 to 2020-02-29",
        "changes: logarithms of ratios",
        "validation from 2020-02-12, test from 2020-02-21",
        "training 33 windows, validation 8 windows, test 8 windows",
        "no problem that training would refuse",
    ]
