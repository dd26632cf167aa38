"""Reading wide tables of plain series."""

import pytest

from rnnapps.series.read_wide import read_wide
from rnnapps.series.table_format import TableFormat

WIDE = """time,load,note,wind,temperature
2020-01-01 00:00,1,calm,5,0.5
2020-01-01 01:00,2,,6,-1.5
2020-01-01 02:00,4,gusts,7,-2.5
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "weather.csv"

    def write(text):
        path.write_text(text)
        return path

    return write


def test_every_column_of_numbers_is_a_series(file):
    reading = read_wide(file(WIDE))
    panel = reading.panel
    assert panel.names == ("load", "wind", "temperature")
    assert panel.columns == ("value",)
    assert panel.scale == "linear"
    assert panel.starts.tolist() == [0, 3, 6, 9]
    assert panel.levels.tolist() == [1, 2, 4, 5, 6, 7, 0.5, -1.5, -2.5]
    assert str(panel.times[5]) == "2020-01-01T02:00:00"
    assert reading.notes == ("columns without numbers are left out: note",)


def test_the_index_that_pandas_writes_is_no_series(file):
    text = "".join(f"{i},{row}\n" for i, row in zip(("", 0, 1, 2), WIDE.splitlines(), strict=True))
    assert read_wide(file(text)).panel.names == ("load", "wind", "temperature")


def test_an_index_of_dates_without_a_name_is_the_time(file):
    panel = read_wide(file(WIDE.replace("time", ""))).panel
    assert str(panel.times[2]) == "2020-01-01T02:00:00"


def test_targets_can_be_chosen(file):
    panel = read_wide(file(WIDE), ("Temperature", "load")).panel
    assert panel.names == ("temperature", "load")
    assert panel.levels.tolist() == [0.5, -1.5, -2.5, 1, 2, 4]


def test_covariates_belong_to_every_series_and_are_none(file):
    panel = read_wide(file(WIDE), how=TableFormat(past=("wind",), future=("temperature",))).panel
    assert panel.names == ("load",)
    assert panel.past.tolist() == [[5], [6], [7]]
    assert panel.future.tolist() == [[0.5], [-1.5], [-2.5]]


def test_rows_with_future_covariates_alone_are_to_come(file):
    text = WIDE + "2020-01-01 03:00,,,,3\n2020-01-01 04:00,,,,4\n"
    reading = read_wide(file(text), ("load", "wind"), TableFormat(future=("temperature",))).with_coming()
    assert reading.panel.coming["wind"].tolist() == [[3], [4]]
    assert reading.panel.starts.tolist() == [0, 3, 6]


def test_an_empty_row_between_is_not_to_come(file):
    text = WIDE.replace("2,,6,-1.5", ",,,-1.5")
    reading = read_wide(file(text), ("load",), TableFormat(future=("temperature",))).with_coming()
    assert not reading.panel.coming
    assert len(reading.panel.times) == 3


def test_a_cell_that_is_no_number_is_named(file):
    (problem,) = read_wide(file(WIDE.replace(",6,", ",x6,"))).problems
    assert problem.message.endswith(
        "weather.csv, line 3: wind: wind is 'x6', expected a number without units or separators of thousands; "
        "correct it or leave the row out"
    )


@pytest.mark.parametrize(
    ("target", "how", "message"),
    [
        (("sun",), TableFormat(option="--data."), "no column 'sun', which --data.target asks for; found time, load"),
        ((), TableFormat(past=("sun",)), "no column 'sun', which past_covariates asks for"),
        (("wind",), TableFormat(past=("wind",)), "'wind' cannot be a target and a covariate"),
    ],
)
def test_columns_that_do_not_fit(file, target, how, message):
    with pytest.raises(ValueError, match=message):
        read_wide(file(WIDE), target, how)


def test_series_below_each_other_are_an_error(file):
    with pytest.raises(ValueError, match="the column 'unique_id' names several series below each other"):
        read_wide(file("unique_id,ds,y\na,2020-01-01,1\nb,2020-01-01,2\n"))


def test_a_table_without_numbers_is_an_error(file):
    with pytest.raises(ValueError, match="no column of numbers beside the time; found time, mood; mood is 'good'"):
        read_wide(file("time,mood\n2020-01-01,good\n"))
