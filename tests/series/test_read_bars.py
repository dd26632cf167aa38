"""Reading bars: long files, folders of files, and what is wrong with files."""

import gzip

import numpy as np
import pandas
import pytest

from rnnapps.series.panel import BARS
from rnnapps.series.read_bars import read_bars, read_bars_folder
from rnnapps.series.table_format import TableFormat

LONG = """ticker,date,open,high,low,close,volume
B,2020-01-02,10,12,9,11,100
A,2020-01-02,1,1.2,0.9,1.1,5
B,2020-01-06,11,13,10,12,200
A,2020-01-03,1.1,1.3,1,1.2,0
"""


@pytest.fixture
def file(tmp_path):
    def write(text, name="prices.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_rows_of_a_ticker_come_together_and_keep_their_lines(file):
    reading = read_bars(file(LONG))
    panel = reading.panel
    assert panel.names == ("B", "A")
    assert panel.columns == BARS
    assert panel.starts.tolist() == [0, 2, 4]
    assert panel.values[1].tolist() == [11, 13, 10, 12, 200]
    assert panel.levels.tolist() == [11, 12, 1.1, 1.2]
    assert reading.lines.tolist() == [2, 4, 3, 5]
    assert reading.place(3).endswith("prices.csv, line 5")


def test_the_calendar_is_the_files_own(file):
    panel = read_bars(file(LONG)).panel
    assert panel.times[panel.rows(0)].tolist() == panel.times[[0, 1]].tolist()
    assert str(panel.times[1] - panel.times[0]) == "345600 seconds"  # four days, no bars between


def test_gzip_is_told_by_its_content(file):
    assert read_bars(file(gzip.compress(LONG.encode()), "prices.csv")).panel.names == ("B", "A")


def test_parquet_is_the_same_table(file, tmp_path):
    pytest.importorskip("pyarrow")
    table = pandas.read_csv(file(LONG), parse_dates=["date"])
    table.to_parquet(tmp_path / "prices.parquet")
    reading = read_bars(tmp_path / "prices.parquet")
    assert np.array_equal(reading.panel.values, read_bars(file(LONG)).panel.values)
    assert reading.place(1).endswith("prices.parquet, row 3")


@pytest.mark.parametrize("separator", [";", "\t"])
def test_semicolons_and_tabs_separate_cells(file, separator):
    assert read_bars(file(LONG.replace(",", separator))).panel.values[1].tolist() == [11, 13, 10, 12, 200]


def test_old_line_ends_are_read(file):
    assert read_bars(file(LONG.replace("\n", "\r"))).lines.tolist() == [2, 4, 3, 5]


def test_spaces_after_commas_are_no_part_of_cells(file):
    reading = read_bars(file(LONG.replace(",", ", ").replace("1.2, 0\n", "1.2,  \n")))
    assert reading.panel.values[1].tolist() == [11, 13, 10, 12, 200]
    assert np.isnan(reading.panel.values[3, 4])
    assert not reading.problems


def test_a_byte_order_mark_and_windows_lines_are_taken_off(file):
    assert read_bars(file(b"\xef\xbb\xbf" + LONG.replace("\n", "\r\n").encode())).panel.names == ("B", "A")


def test_empty_lines_count_as_lines(file):
    text = LONG.replace("\nB,2020-01-06", "\n\nB,2020-01-06")
    assert read_bars(file(text)).lines.tolist() == [2, 5, 3, 6]


@pytest.mark.parametrize(
    "header", ["Symbol,Date,Open,High,Low,Close,Vol.", "<TICKER>,<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>"]
)
def test_usual_names_are_found(file, header):
    assert read_bars(file(header + LONG[LONG.index("\n") :])).panel.names == ("B", "A")


def test_other_names_are_mapped(file):
    how = TableFormat(columns={"close": "Kurs", "ticker": "wkn"})
    assert read_bars(file(LONG.replace("ticker", "WKN").replace("close", "Kurs")), how).panel.levels[0] == 11


def test_date_and_time_of_day_may_stand_in_two_columns(file):
    text = "date,time,open,high,low,close,volume\n2020-01-02,10:30,1,1,1,1,1\n2020-01-02,11:30,1,1,1,2,1\n"
    assert str(read_bars(file(text)).panel.times[1]) == "2020-01-02T11:30:00"


def test_a_file_without_tickers_is_one_called_after_it(file):
    text = "".join(line.partition(",")[2] + "\n" for line in LONG.splitlines()[::2])
    assert read_bars(file(text, "msft.csv.gz")).panel.names == ("msft",)


def test_tickers_keep_leading_zeros_and_the_name_na(file):
    assert read_bars(file(LONG.replace("B,", "000001,").replace("A,", "NA,"))).panel.names == ("000001", "NA")


def test_an_adjusted_close_scales_prices_and_volume(file):
    text = "date,open,high,low,close,volume,Adj Close\n2020-01-02,8,12,6,10,100,5\n2020-01-03,5,6,4,5,200,5\n"
    reading = read_bars(file(text))
    assert reading.panel.values.tolist() == [[4, 6, 3, 5, 200], [5, 6, 4, 5, 200]]
    assert reading.notes == ("prices are scaled by Adj Close / close",)


def test_an_adjusted_close_can_be_left_alone(file):
    text = "date,open,high,low,close,volume,Adj Close\n2020-01-02,8,12,6,10,100,5\n"
    assert read_bars(file(text), TableFormat(columns={"adjusted": "none"})).panel.levels.tolist() == [10]


def test_volume_may_be_absent_where_it_is_said(file):
    text = "date,open,high,low,close\n2020-01-02,8,12,6,10\n"
    assert read_bars(file(text), TableFormat(columns={"volume": "none"})).panel.values[0].tolist() == [8, 12, 6, 10, 0]


def test_covariates_are_further_columns(file):
    rows = zip(LONG.splitlines(), ("vix,holiday", "20,0", "21,0", "22,1", "23,0"), strict=True)
    text = "\n".join(f"{row},{more}" for row, more in rows)
    panel = read_bars(file(text), TableFormat(past=("vix",), future=("holiday",))).panel
    assert panel.past_columns == ("vix",)
    assert panel.future_columns == ("holiday",)
    assert panel.past[:, 0].tolist() == [20, 22, 21, 23]
    assert panel.future[:, 0].tolist() == [0, 1, 0, 0]


def test_a_folder_holds_a_ticker_in_each_file(tmp_path, file):
    text = "date,open,high,low,close,volume\n2020-01-02,8,12,6,10,1\n"
    file(text, "MSFT.csv")
    file(gzip.compress(text.replace("10", "11").encode()), "AAPL.csv.gz")
    file("about these files", "README")
    reading = read_bars_folder(tmp_path)
    assert reading.panel.names == ("AAPL", "MSFT")
    assert reading.panel.levels.tolist() == [11, 10]
    assert reading.place(1).endswith("MSFT.csv, line 2")


def test_a_folder_without_tables_is_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"holds no file that ends in \.csv"):
        read_bars_folder(tmp_path)


def test_two_files_of_one_ticker_are_an_error(tmp_path, file):
    file(LONG, "A.csv")
    file(LONG, "A.txt")
    with pytest.raises(ValueError, match="two files of the ticker A"):
        read_bars_folder(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty; expected a CSV file"),
        (b"\n\n", "line 1: is empty; expected the names of the columns"),
        (LONG[: LONG.index("\n")], "has column names but no rows"),
        (
            LONG.replace("close", "ende"),
            "no column for close; found ticker, date, .* ende.*; name it with --data.close_column",
        ),
        (LONG.replace("volume", "x"), "no column for volume.*or --data.volume_column none"),
        (LONG.replace("date", "when"), "no column for time; found.*--data.time_column"),
        (LONG.replace("open", "close"), "line 1: the column 'close' occurs 2 times"),
        (LONG.replace("12,200", "12,200,7,8"), "line 4: 9 cells, but the first line names 7 columns"),
        (LONG.replace("\n", ",1\n").replace("volume,1", "volume"), "line 2: has more cells than"),
        (LONG.replace("A,", "\u00c5,").encode("latin-1"), "line 3: not UTF-8; save the file as UTF-8"),
        (gzip.compress(LONG.encode())[:-12], "the gzip file is damaged"),
        (b"PK\x03\x04rest", "is a zip or Excel file"),
        (b"PAR1rest", "no readable Parquet file|needs pyarrow"),
        ("1,2020-01-02,3,4\n", "line 1: found .*; add a first line with the names of the columns"),
        (LONG.replace("2020-", "soon "), "is not a date as usual"),
    ],
)
def test_files_that_are_no_table_of_bars(file, content, message):
    with pytest.raises(ValueError, match=message) as error:
        read_bars(file(content), TableFormat(option="--data."))
    assert "prices.csv" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.csv: no such file"):
        read_bars(tmp_path / "none.csv")


def test_a_named_column_that_is_not_there_is_an_error(file):
    with pytest.raises(ValueError, match=r"no column 'last', which --data.close_column asks for; found ticker, date"):
        read_bars(file(LONG), TableFormat(columns={"close": "last"}, option="--data."))


@pytest.mark.parametrize(
    ("row", "kind", "message"),
    [
        ("B,2020-01-06,11,13,10,n.a.,200", "number", "line 4: B: close is 'n.a.', expected a number"),
        ("B,2020-13-06,11,13,10,12,200", "date", "line 4: B: date is '2020-13-06', which is no date"),
        ("B,,11,13,10,12,200", "date", "line 4: B: date is empty"),
        (",2020-01-06,11,13,10,12,200", "ticker", "line 4: ticker is empty"),
    ],
)
def test_cells_that_cannot_be_read_are_named(file, row, kind, message):
    (problem,) = read_bars(file(LONG.replace("B,2020-01-06,11,13,10,12,200", row))).problems
    assert (problem.kind, problem.line) == (kind, 4)
    assert message in problem.message
