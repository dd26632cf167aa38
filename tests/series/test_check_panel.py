"""Faults of rows and of series, each with the line that it stands in."""

import pytest

from rnnapps.series.check_panel import check_panel
from rnnapps.series.describe_panel import describe_panel, likely_splits, long_gaps
from rnnapps.series.read_bars import read_bars
from rnnapps.series.read_wide import read_wide

HEADER = "ticker,date,open,high,low,close,volume"
GOOD = [
    "A,2020-01-01,10,11,9,10.5,100",
    "A,2020-01-02,10.5,11,10,10.8,0",
    "A,2020-01-03,10.8,12,10,11,100",
    "B,2020-01-01,1,1,1,1,1",
    "B,2020-01-03,1,2,1,2,1",
]


@pytest.fixture
def read(tmp_path):
    def reading(*rows, path=tmp_path / "p.csv"):
        path.write_text("\n".join([HEADER, *rows]))
        return read_bars(path)

    return reading


def told(problems):
    return [(problem.kind, problem.line) for problem in problems]


def test_good_rows_have_no_problem(read):
    assert not check_panel(read(*GOOD))


@pytest.mark.parametrize(
    ("row", "kind", "message"),
    [
        ("A,2020-01-02,-1,11,10,10.8,1", "price", "A 2020-01-02: open is -1, expected more than 0"),
        ("A,2020-01-02,10.5,11,10,0,1", "price", "A 2020-01-02: close is 0, expected more than 0"),
        ("A,2020-01-02,10.5,9,10,9.5,1", "bar", "A 2020-01-02: high 9 is below low 10"),
        ("A,2020-01-02,10.5,11,10,10.8,-5", "volume", "A 2020-01-02: volume is -5, expected 0 or more"),
        ("A,2020-01-02,10.5,11,10,,1", "missing", "A 2020-01-02: close is empty"),
        ("A,2020-01-02,10.5,11,10,NaN,1", "missing", "A 2020-01-02: close is empty"),
        ("A,2020-01-02,10.5,11,10", "missing", "A 2020-01-02: close is empty"),
        ("A,2020-01-02,10.5,inf,10,10.8,1", "infinite", "A 2020-01-02: high is infinite"),
        ("A,2020-01-02,10.5,-inf,10,10.8,1", "infinite", "A 2020-01-02: high is infinite"),
        ("A,2020-01-01,10.5,11,10,10.8,1", "duplicate", "A 2020-01-01: the same time as in line 2"),
        ("A,2019-12-31,10.5,11,10,10.8,1", "order", "A 2019-12-31: stands after 2020-01-01; sort the rows by time"),
        ("A,,10.5,11,10,10.8,1", "date", "A: date is empty"),
        ("A,2020-01-02,10.5,11,10,x,1", "number", "A: close is 'x', expected a number"),
    ],
)
def test_a_faulty_row_is_named(read, row, kind, message):
    problems = check_panel(read(GOOD[0], row, *GOOD[2:]))
    assert told(problems) == [(kind, 3)]
    assert f"p.csv, line 3: {message}" in problems[0].message


@pytest.mark.parametrize(("close", "factor"), [("105", "10"), ("1.05", "0.1")])
def test_a_jump_is_told_with_its_date_and_factor(read, close, factor):
    (problem,) = check_panel(read(GOOD[0], f"A,2020-01-02,{close},{close},{close},{close},1", *GOOD[3:]))
    assert f"line 3: A 2020-01-02: {close} after 10.5, a factor of {factor}, looks like a split" in problem.message


def test_a_jump_from_almost_nothing_is_told(read):
    problems = check_panel(read(GOOD[0], "A,2020-01-02,1e-320,1e-320,1e-320,1e-320,1", *GOOD[2:]))
    assert told(problems) == [("jump", 3), ("jump", 4)]


def test_a_jump_below_the_limit_is_none(read):
    rows = (GOOD[0], "A,2020-01-02,90,90,90,90,1", *GOOD[3:])
    assert not check_panel(read(*rows))
    assert told(check_panel(read(*rows), jump_limit=8.0)) == [("jump", 3)]


def test_any_jump_is_allowed_with_a_limit_of_0(read):
    assert not check_panel(read(GOOD[0], "A,2020-01-02,900,900,900,900,1", *GOOD[3:]), jump_limit=0)


def test_levels_that_never_change_are_told(read):
    (problem,) = check_panel(read(*GOOD[:3], "B,2020-01-01,1,1,1,1,1", "B,2020-01-02,1,1,1,1,1"))
    assert problem.kind == "constant"
    assert "B: is 1 in all of its 2 rows" in problem.message


def test_too_little_history_is_told_for_its_series(read):
    (problem,) = check_panel(read(*GOOD), window=2, horizon=1)
    assert (problem.kind, problem.series) == ("history", "B")
    assert "B: has 2 rows, but a window of 2 and a horizon of 1 need 3" in problem.message


def test_a_file_from_new_to_old_is_one_problem(read):
    problems = check_panel(read(*GOOD[2::-1]))
    assert told(problems) == [("order", 3)]
    assert "(2 such rows)" in problems[0].message


def test_sorted_rows_keep_their_lines(read):
    reading = read(*GOOD[2::-1], *GOOD[3:]).in_order()
    assert reading.lines.tolist() == [4, 3, 2, 5, 6]
    assert not check_panel(reading)


def test_problems_stay_with_their_rows_when_rows_are_sorted(read):
    reading = read("A,2020-01-03,1,1,1,1,1", "A,2020-01-01,1,1,1,x,1").in_order()
    assert reading.problems[0].row == 0
    assert told(check_panel(reading)) == [("number", 3)]


def test_lines_left_out_take_their_problems_with_them(read):
    reading = read(GOOD[0], "A,,1,1,1,x,1", *GOOD[2:])
    assert len(reading.problems) == 2
    left = reading.without_lines({(reading.files[0], 3)})
    assert left.lines.tolist() == [2, 4, 5, 6]
    assert not check_panel(left)


def test_selected_series_take_their_problems_with_them(read):
    reading = read(*GOOD[:2], "A,2020-01-03,1,1,1,x,1", *GOOD[3:])
    assert not check_panel(reading.select(["B"]))
    assert told(check_panel(reading.select(["A"]))) == [("number", 4)]


def test_a_fault_of_the_times_of_a_wide_table_is_told_once(tmp_path):
    path = tmp_path / "w.csv"
    path.write_text("date,a,b\n2020-01-01,1,2\n2020-01-01,2,3\n2020-01-03,,4\n")
    problems = check_panel(read_wide(path))
    assert told(problems) == [("duplicate", 3), ("missing", 4)]


def test_negative_values_are_no_fault_on_the_linear_scale(tmp_path):
    path = tmp_path / "w.csv"
    path.write_text("date,a\n2020-01-01,-1\n2020-01-02,0\n2020-01-03,100\n")
    assert not check_panel(read_wide(path))


def test_a_likely_split_is_noted(read):
    rows = ["A,2020-01-01,10,11,9,10,1", "A,2020-01-02,5.1,5.2,4.9,5,1", "A,2020-01-03,5,5.2,4.9,5.1,1"]
    assert likely_splits(read(*rows)) == [
        "note: looks like a split that the prices are not adjusted for: A 2020-01-02 (2:1)"
    ]


def test_a_long_gap_is_noted(read):
    days = [*range(1, 11), *range(20, 31)]
    rows = [f"A,2020-01-{day:02},1,1,1,{1 + day / 100},1" for day in days]
    assert long_gaps(read(*rows)) == [
        "note: 1 gap in the calendar is longer than usual, by length (of which series): 2020-01-10 to 2020-01-20 (A)"
    ]


def test_a_description_counts_series_rows_and_days_without_trade(read):
    lines = describe_panel(read(*GOOD))
    assert lines[:2] == ["2 tickers: A, B", "5 rows, 2 to 3 in a series; 2020-01-01 to 2020-01-03"]
    assert lines[-1] == "note: volume is 0 in 20.00% of the rows"
