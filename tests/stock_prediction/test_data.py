"""From files and options to a panel without faults."""

import pytest

from apps.stock_prediction.config.data import DataConfig
from apps.stock_prediction.data import read_data, read_for
from rnnapps.series.panel import BARS

HEADER = "ticker,date,open,high,low,close,volume"


def bars(ticker="A", days=range(1, 21), level=100.0):
    return [f"{ticker},2020-01-{day:02},{level},{level + 1},{level - 1},{level + day / 10},5" for day in days]


@pytest.fixture
def table(tmp_path):
    def write(*rows, header=HEADER, name="prices.csv"):
        path = tmp_path / name
        path.write_text("\n".join([header, *rows]) + "\n")
        return str(path)

    return write


def test_the_embedded_prices_are_four_tickers_adjusted_for_splits():
    from bokeh_sampledata.stocks import AAPL

    data = read_data(DataConfig())
    assert data.panel.names == ("AAPL", "GOOG", "IBM", "MSFT")
    assert "public domain" in data.licence
    assert data.report[0].endswith("4 tickers, 11,958 rows, 2000-03-01 to 2013-03-01")
    first = data.panel.values[0]
    factor = AAPL["adj_close"][0] / AAPL["close"][0]
    assert factor < 0.3
    assert first[3] == pytest.approx(AAPL["adj_close"][0])
    assert first[1] == pytest.approx(AAPL["high"][0] * factor)


def test_tickers_choose_series_and_shift_no_rows(table):
    data = read_data(DataConfig(path=table(*bars("A"), *bars("B", level=50)), tickers="B"))
    assert data.panel.names == ("B",)
    assert data.panel.levels[0] == 50.1
    assert data.panel.ids.tolist() == [0]


def test_an_unknown_ticker_is_an_error_that_lists_the_others(table):
    with pytest.raises(ValueError, match=r"data\.tickers: 'C' is not among the series: A, B"):
        read_data(DataConfig(path=table(*bars("A"), *bars("B")), tickers="C"))


def test_start_is_the_first_row_and_end_is_after_the_last(table):
    panel = read_data(DataConfig(path=table(*bars()), start="2020-01-05", end="2020-01-10")).panel
    assert [str(time)[:10] for time in panel.times[[0, -1]]] == ["2020-01-05", "2020-01-09"]


def test_a_period_without_rows_is_an_error(table):
    with pytest.raises(ValueError, match="no row from 2021-01-01 to None; rows are from 2020-01-01 to 2020-01-20"):
        read_data(DataConfig(path=table(*bars()), start="2021-01-01"))


def test_faults_outside_of_the_period_and_of_the_tickers_do_not_matter(table):
    path = table("A,2019-12-01,1,1,1,x,1", *bars("A"), "B,2020-01-01,1,1,1,x,1")
    assert len(read_data(DataConfig(path=path, tickers="A", start="2020-01-01")).panel.times) == 20


def test_the_first_fault_stops_and_the_others_are_counted(table):
    path = table(*bars(days=range(1, 10)), "A,2020-01-10,1,0.5,1,1,1", "A,2020-01-11,-1,0.5,1,1,1")
    with pytest.raises(ValueError, match=r"line 11: .*; and 2 more, which the command check lists") as error:
        read_data(DataConfig(path=path, jump_limit=1000))
    assert "--data.faulty drop_rows" in str(error.value)


def test_faulty_rows_can_be_left_out_and_are_reported(table):
    path = table(*bars(days=range(1, 10)), "A,2020-01-10,1,0.5,1,100,1", *bars(days=range(11, 21)))
    data = read_data(DataConfig(path=path, faulty="drop_rows"))
    assert len(data.panel.times) == 19
    assert data.report[1].startswith("left out: ")
    assert "line 11: A 2020-01-10: high 0.5 is below low 1" in data.report[1]


def test_leaving_out_rows_does_not_leave_out_jumps(table):
    path = table(*bars(days=range(1, 10)), *bars(days=range(10, 21), level=2000))
    with pytest.raises(ValueError, match=r"A 2020-01-10: 2001 after 100\.9, a factor of 19\.83"):
        read_data(DataConfig(path=path, faulty="drop_rows"))


def test_faulty_tickers_can_be_left_out_and_are_reported(table):
    path = table(*bars("A"), *bars("B", range(1, 10)), *bars("B", range(10, 21), level=2000))
    data = read_data(DataConfig(path=path, faulty="drop_tickers"))
    assert data.panel.names == ("A",)
    assert data.report[1].startswith("left out with its ticker: ")
    assert "B 2020-01-10" in data.report[1]


def test_no_ticker_left_over_is_an_error(table):
    with pytest.raises(ValueError, match=r"drop_tickers leaves no ticker over"):
        read_data(DataConfig(path=table(*bars(days=range(20, 0, -1))), faulty="drop_tickers"))


def test_rows_that_are_not_in_order_can_be_sorted(table):
    path = table(*bars(days=range(20, 0, -1)))
    with pytest.raises(ValueError, match=r"stands after 2020-01-20 .*--data.sort does it"):
        read_data(DataConfig(path=path))
    assert read_data(DataConfig(path=path, sort=True)).panel.levels[0] == 100.1


def test_a_series_without_history_before_validation_is_a_fault(table):
    path = table(*bars("A"), *bars("B", range(12, 21)))
    config = DataConfig(path=path, validation_start="2020-01-15", test_start="2020-01-18")
    with pytest.raises(ValueError, match="B: has 3 rows before 2020-01-15, but a window of 3 and a horizon of 1"):
        read_data(config, window=3, horizon=1)
    assert len(read_data(config, window=2, horizon=1).panel) == 2


def test_a_folder_is_told_from_a_file(table, tmp_path):
    header = HEADER.partition(",")[2]
    for ticker in ("X", "Y"):
        table(*(row.partition(",")[2] for row in bars()), header=header, name=f"{ticker}.csv")
    assert read_data(DataConfig(path=str(tmp_path))).panel.names == ("X", "Y")


def test_a_wide_table_is_told_from_bars(table):
    path = table(*(f"2020-01-{day:02},{day},{-day}" for day in range(1, 21)), header="date,OT,HUFL")
    panel = read_data(DataConfig(path=path)).panel
    assert (panel.names, panel.columns, panel.scale) == (("OT", "HUFL"), ("value",), "linear")
    assert read_data(DataConfig(path=path, target="OT", scale="log")).panel.scale == "log"


def test_bars_with_a_missing_column_are_not_taken_for_a_wide_table(table):
    with pytest.raises(ValueError, match=r"no column for low; found .*; name it with --data.low_column"):
        read_data(DataConfig(path=table(*bars(), header=HEADER.replace("low", "tief"))))


def test_another_file_has_the_models_numbers_of_the_series(table):
    path = table(*bars("C"), *bars("A"))
    panel = read_for(DataConfig(start="2021-01-01"), ("A", "B", "C"), BARS, path).panel
    assert panel.names == ("C", "A")
    assert panel.ids.tolist() == [2, 0]
    assert len(panel.times) == 40


def test_an_unknown_ticker_in_another_file_is_named(table):
    with pytest.raises(ValueError, match="'C' is unknown to the model, which knows A, B; choose"):
        read_for(DataConfig(), ("A", "B"), BARS, table(*bars("A"), *bars("C")))


def test_an_unknown_ticker_that_is_asked_for_is_named(table):
    with pytest.raises(ValueError, match="'C' is unknown to the model, which knows A, B"):
        read_for(DataConfig(), ("A", "B"), BARS, table(*bars("A")), tickers=("C",))


def test_tickers_that_are_asked_for_may_stand_beside_unknown_ones(table):
    assert read_for(DataConfig(), ("A", "B"), BARS, table(*bars("C"), *bars("B")), ("B",)).panel.ids.tolist() == [1]


def test_other_columns_than_the_models_are_an_error(table):
    wide = table(*(f"2020-01-{day:02},{day}" for day in range(1, 21)), header="date,OT")
    with pytest.raises(ValueError, match=r"no column for open; found date, OT.*; the model was trained on open, high"):
        read_for(DataConfig(), ("A",), BARS, wide)
    with pytest.raises(ValueError, match=r"no column 'OT'.*found ticker, date.*; the model was trained on OT"):
        read_for(DataConfig(), ("OT",), ("value",), table(*bars()))


def test_other_covariates_than_the_models_are_an_error(table):
    with pytest.raises(ValueError, match=r"no column 'vix', which --data.past_covariates asks for"):
        read_for(DataConfig(past_covariates="vix"), ("A",), BARS, table(*bars()))


def test_the_runs_own_file_may_hold_tickers_that_it_left_out(table):
    path = table(*bars("A"), *bars("B", range(1, 10)), *bars("B", range(10, 21), level=2000))
    config = DataConfig(path=path, faulty="drop_tickers")
    known = read_data(config).panel.names
    assert read_for(config, known, BARS).panel.names == ("A",)


def test_fewer_rows_than_the_window_are_an_error(table):
    with pytest.raises(ValueError, match="A: has 20 rows, but a window of 30 rows needs as many"):
        read_for(DataConfig(), ("A",), BARS, table(*bars()), window=30)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"path": "x.csv", "dataset": "bokeh"}, "data.path: 'x.csv' cannot be given together with data.dataset"),
        ({"dataset": "nyse"}, "data.dataset: 'nyse' is not one of bokeh"),
        ({"format": "tall"}, "data.format: 'tall' is not one of auto, long, wide, folder"),
        ({"test_start": "soon"}, "data.test_start: 'soon' is not a date such as 2012-05-31"),
        ({"test_start": "2020-01-01T00:00:00+01:00"}, "has a time zone"),
        (
            {"validation_start": "2020-02-01", "test_start": "2020-01-01"},
            "data.test_start: 2020-01-01 must be later",
        ),
        ({"test_fraction": 0.5}, "data.test_fraction: 0.5 must be a number above 0 and below 0.5"),
        ({"jump_limit": 0.5}, "data.jump_limit: 0.5 must be a factor above 1, or 0"),
        ({"tickers": "A,,B"}, "data.tickers: 'A,,B' is not a list of different names"),
        ({"faulty": "ignore"}, "data.faulty: 'ignore' is not one of stop, drop_rows, drop_tickers"),
    ],
)
def test_options_that_cannot_be(options, message):
    with pytest.raises(ValueError) as error:
        DataConfig(**options)
    assert message in str(error.value)
