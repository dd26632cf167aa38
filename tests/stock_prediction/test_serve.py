"""A forecaster behind HTTP: what is forecast together is forecast as alone, and as the command does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.stock_prediction.forecast_table import dated_forecasts
from apps.stock_prediction.load import load_forecaster
from apps.stock_prediction.run_folder import RunFolder
from apps.stock_prediction.serve import service_of
from apps.stock_prediction.served_forecasts import ForecastQuery, ServedForecasts
from tests.serving.described_requests import QUIET, Described, damaged
from tests.serving.doubling_service import running, told
from tests.serving.tensorflow_serving import check_layout, predictions
from tests.stock_prediction.made_prices import HEADER, csv_of


@pytest.fixture(scope="module")
def forecaster(trained_run):
    return load_forecaster(trained_run)


@pytest.fixture(scope="module")
def served(forecaster, trained_run):
    return ServedForecasts(forecaster, RunFolder(trained_run))


def answered(served, *jobs):
    answers = served.works()["forecast"].answer([job.item for job in jobs])
    return [served.response(None, ForecastQuery(), [answer]).forecasts for answer in answers]


def test_the_rows_of_the_run_are_forecast_as_by_the_command(served, forecaster, trained_run):
    (found,) = answered(served, *served.own_jobs(None, ForecastQuery()))
    expected = dated_forecasts(forecaster, RunFolder(trained_run).state().panel)
    np.testing.assert_allclose([one.quantiles for one in found], [one.quantiles for one in expected], rtol=1e-5)


def test_tables_together_are_forecast_as_alone(served, prices_file):
    jobs = [
        *served.own_jobs(None, ForecastQuery()),
        *served.table_jobs(prices_file.read_bytes(), ForecastQuery()),
    ]
    together, alone = answered(served, *jobs), [answered(served, job)[0] for job in jobs]
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose([a.quantiles for a in one], [b.quantiles for b in other], rtol=1e-5)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "^table.csv: is empty"),
        (b"\x1f\x8b", "^table.csv is a gzip file"),
        (b"a,b\n1,2\n", "table.csv"),
        (b"\xff\xff,\n", "table.csv, line 1: not UTF-8"),
    ],
)
def test_a_wrong_table_is_told_without_a_path(served, content, words):
    with pytest.raises(ValueError, match=words) as told:
        served.table_jobs(content, ForecastQuery())
    assert "/" not in str(told.value).replace("Parquet/", "")


def test_the_run_has_the_layout_that_tensorflow_serving_expects(trained_run):
    check_layout(trained_run)


def test_tensorflow_serving_would_forecast_the_same(served, forecaster):
    (job,) = served.own_jobs(None, ForecastQuery())
    window, ticker = job.item.inputs["window"], job.item.inputs["ticker"]
    rows = predictions(forecaster.model, [{"window": w, "ticker": t} for w, t in zip(window, ticker, strict=True)])
    (found,) = answered(served, job)
    np.testing.assert_allclose([row["quantiles"] for row in rows], [one.quantiles for one in found], rtol=1e-5)
    np.testing.assert_allclose(rows[0]["quantile_levels"], found[0].levels, rtol=1e-6)


@pytest.fixture(scope="module")
def described(trained_run):
    service = service_of(str(trained_run))
    with running(service, batch_wait=0.0) as client:
        yield Described(client, service)


def post(described, content):
    content = content if isinstance(content, bytes) else content.encode()
    return described.ask("POST", "/v1/forecast", content=content, headers={"content-type": "text/csv"})


TABLE = csv_of(names=("ABC",), stop=40)


def with_cell(row, column, cell):
    """The table with another cell; the header is row 0."""
    lines = [line.split(",") for line in TABLE.splitlines()]
    lines[row][column] = cell
    return "\n".join(",".join(line) for line in lines)


def scaled(factor):
    """The table with all prices times `factor`."""
    lines = [line.split(",") for line in TABLE.splitlines()[1:]]
    for line in lines:
        line[2:6] = [repr(factor * float(price)) for price in line[2:6]]
    return "\n".join([HEADER, *(",".join(line) for line in lines)])


@pytest.mark.parametrize(
    "content",
    [
        TABLE.replace(",", ";"),
        TABLE.replace(",", "\t"),
        TABLE.replace("\n", "\r\n"),
        "\ufeff" + TABLE,
        TABLE.replace("ABC", '"ABC"'),
    ],
    ids=["semicolons", "tabs", "windows", "mark", "quotes"],
)
def test_a_table_may_be_written_in_any_usual_way(described, content):
    assert post(described, content).json() == post(described, TABLE).json()


@pytest.mark.parametrize("factor", [1e15, 1e-15])
def test_forecasts_are_of_the_size_of_the_prices(described, factor):
    (usual,), (other,) = (post(described, table).json()["forecasts"] for table in (TABLE, scaled(factor)))
    np.testing.assert_allclose(other["quantiles"], factor * np.array(usual["quantiles"]), rtol=1e-3)


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_any_year_of_four_digits_can_be_forecast(described, year):
    days = np.datetime64(f"{year}-03-01") + np.arange(40)
    rows = [f"ABC,{day},50,51,49,50,1000" for day in days]
    (found,) = post(described, "\n".join([HEADER, *rows])).json()["forecasts"]
    assert (found["origin"], found["times"][0]) == (f"{year}-04-09", f"{year}-04-10")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (TABLE.encode("utf-16"), "not UTF-8"),
        (bytes(1000), "has column names but no rows"),
        (with_cell(5, 5, "nan"), "line 6: ABC 2010-01-08: close is empty or nan"),
        (with_cell(5, 5, "inf"), "close is infinite"),
        (with_cell(5, 5, "-5"), "close is -5, expected more than 0"),
        (with_cell(5, 5, "=1+1"), "close is '=1+1', expected a number"),
        (with_cell(5, 5, "1\0"), "close is '1\\x00', expected a number"),
        (with_cell(5, 5, "9" * 100_000), "close is infinite"),
        (with_cell(38, 6, "1e300"), "volume is inf among its newest rows"),
        (with_cell(5, 1, "2010-01-04"), "the same time as in line 2"),
        (with_cell(40, 1, "9999-99-99"), "is no date"),
        (with_cell(40, 1, "now"), "date is 'now', which is no date"),
        (with_cell(40, 1, "-1"), "date is '-1', which is no date"),
        (with_cell(40, 1, "0001-01-01"), "sort the rows by time"),
        (with_cell(40, 0, '"ABC'), "not a CSV file"),
        (with_cell(40, 0, "A" * 200_000), "is unknown to the model"),
        (with_cell(0, 5, "open"), "the column 'open' occurs 2 times"),
        (with_cell(0, 5, '"' + "a" * 200_000 + '"'), "field larger than field limit"),
        (with_cell(0, 5, "a" * 100_000), "no column for close"),
        (scaled(1e40), "write it in another unit"),
        (scaled(1e-40), "write it in another unit"),
        (",".join(f"a{number}" for number in range(100_000)), "names 100,000 columns, at most 10,000 are read"),
        (HEADER + "".join(f"\nT{number},2010-01-04,1,1,1,1,1" for number in range(10_000)), "is unknown to the model"),
        ("\n" * 100_000, "line 1: is empty"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 60 else "",
)
def test_what_cannot_be_forecast_is_refused_in_one_line(described, content, words):
    answer = post(described, content)
    assert answer.status_code == 422
    assert words in told(answer)


@pytest.mark.parametrize("tickers", ["XYZ", ",,", "ABC,,DEF", "%00", "A" * 10_001])
def test_tickers_that_are_not_there_are_refused(described, tickers):
    answer = described.client.get(f"/v1/forecast?tickers={tickers}")
    assert answer.status_code == 422


@settings(QUIET, max_examples=40)
@given(content=damaged([TABLE.encode()]))
def test_a_damaged_table_is_forecast_or_refused(described, content):
    post(described, content)


@settings(QUIET, max_examples=40)
@given(cell=st.text(max_size=12) | st.floats().map(repr), row=st.integers(0, 40), column=st.integers(0, 6))
def test_any_cell_is_read_or_refused(described, cell, row, column):
    post(described, with_cell(row, column, cell.encode("utf-8", "replace").decode()))


def test_what_is_drawn_from_the_description_is_answered_as_it_says(described):
    described.ask_what_is_drawn(5)
