"""The page of a forecaster in Chromium: a dropped table becomes a fan chart with a verdict, and can be saved."""

import csv
import io

import pytest

from apps.stock_prediction.serve import service_of
from tests.chromium import beyond, faint, nameless, opened, served, until
from tests.stock_prediction.made_prices import csv_of

TABLE = csv_of(["DEF", "GHI"], start=100)


@pytest.fixture(scope="module")
def client(trained_run):
    with served(service_of(str(trained_run))) as client:
        yield client


@pytest.fixture(scope="module")
def found(client):
    """What the server answers to the table."""
    return client.post("/v1/forecast", content=TABLE, headers={"content-type": "text/csv"}).json()


@pytest.fixture
def page(browser, client):
    page = opened(browser, str(client.base_url))
    page.wait_for_selector("#chart svg")
    yield page
    page.context.close()


def drop(page, text, name="prices.csv"):
    data = page.evaluate_handle(
        "([text, name]) => { const data = new DataTransfer(); data.items.add(new File([text], name)); return data; }",
        [text, name],
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": data})
    until(
        page,
        f"document.getElementById('state').textContent.startsWith('{name}')"
        " || document.getElementById('fault').textContent !== ''",
    )


def tickers(page):
    return page.eval_on_selector_all("#ticker option", "all => all.map(one => one.value)")


def number(value):
    return f"{value:,.2f}"


def test_the_rows_of_the_run_are_forecast_at_once(page, client):
    own = client.get("/v1/forecast").json()["forecasts"]
    assert tickers(page) == [one["ticker"] for one in own]
    assert page.inner_text("#title") == f"{own[0]['ticker']} after {own[0]['origin']}"


def test_a_dropped_table_is_forecast(page, found):
    drop(page, TABLE)
    assert tickers(page) == [one["ticker"] for one in found["forecasts"]]
    rows = page.eval_on_selector_all(
        "#table tbody tr", "all => all.map(row => [...row.children].map(cell => cell.textContent))"
    )
    first = found["forecasts"][0]
    assert rows == [[time, *map(number, row)] for time, row in zip(first["times"], first["quantiles"], strict=True)]


def test_the_fan_has_a_band_for_each_pair_of_quantiles_and_ends_at_them(page, found):
    drop(page, TABLE)
    first = found["forecasts"][0]
    assert page.locator(".fan").count() == len(first["levels"]) // 2
    median = page.get_attribute(".median", "points").split()
    known = page.get_attribute(".known", "points").split()
    assert len(median) == 1 + len(first["times"]) and median[0] == known[-1]
    # Heights on the chart are linear in the values.
    height = lambda point: float(point.split(",")[1])
    middle = [row[len(first["levels"]) // 2] for row in first["quantiles"]]
    slope = (height(known[0]) - height(known[-1])) / (first["history"][-len(known)] - first["history"][-1])
    expected = [height(known[-1]) + slope * (value - first["history"][-1]) for value in middle]
    assert [height(point) for point in median[1:]] == pytest.approx(expected, abs=0.5)


def test_another_series_is_shown_when_it_is_chosen(page, found):
    drop(page, TABLE)
    page.select_option("#ticker", "GHI")
    assert page.inner_text("#title") == f"GHI after {found['forecasts'][1]['origin']}"


def test_the_arrow_keys_tell_of_the_next_row(page, found):
    drop(page, TABLE)
    page.focus("#chart svg")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    first = found["forecasts"][0]
    middle = first["quantiles"][1][len(first["levels"]) // 2]
    assert page.inner_text("#reading").startswith(f"{first['times'][1]}: median {number(middle)}, ")


def test_the_verdict_is_told(page, found):
    assert found["verdict"]
    shown = page.eval_on_selector_all("#verdict p", "all => all.map(one => one.textContent)")
    assert [line.replace("\u00a0", " ") for line in shown] == [" ".join(line.split()) for line in found["verdict"]]


def test_what_is_saved_has_the_rows_of_all_series(page, found):
    drop(page, TABLE)
    with page.expect_download() as download:
        page.click("#save")
    assert download.value.suggested_filename == "forecast.csv"
    rows = list(csv.reader(io.StringIO(download.value.path().read_text(encoding="utf-8"))))
    levels = [f"q{level:g}" for level in found["forecasts"][0]["levels"]]
    assert rows[0] == ["ticker", "origin", "date", "horizon", *levels]
    expected = [(one, step) for one in found["forecasts"] for step in range(len(one["times"]))]
    for row, (one, step) in zip(rows[1:], expected, strict=True):
        assert row[:4] == [one["ticker"], one["origin"], one["times"][step], str(step + 1)]
        assert list(map(float, row[4:])) == one["quantiles"][step]


@pytest.mark.parametrize(
    ("text", "words"),
    [("a,b\n1,2\n", "table.csv"), ("", "empty"), (csv_of(["DEF"], start=250), "rows"), ("\x00" * 9, "table.csv")],
)
def test_a_broken_table_is_told_in_one_line_and_the_chart_stays(page, text, words):
    drop(page, text)
    line = page.inner_text("#fault")
    assert words in line and "\n" not in line and line.endswith("(422)")
    assert page.inner_text("#state") == "" and page.is_visible("#chart svg")


def test_a_file_dropped_beside_the_area_leaves_the_page(page):
    stopped = page.evaluate(
        """() => !document.querySelector("h1").dispatchEvent(
            new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: new DataTransfer() }))"""
    )
    assert stopped


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "light")])
def test_it_fits_the_screen_can_be_read_and_has_names_for_what_is_operated(browser, client, width, scheme):
    page = opened(browser, str(client.base_url), width, scheme)
    page.wait_for_selector("#chart svg")
    for summary in page.locator("summary").all():
        summary.click()
    assert beyond(page) <= 0 and not faint(page) and not nameless(page)


def test_nothing_is_asked_of_other_hosts_and_the_console_is_silent(page, client):
    drop(page, TABLE)
    assert {url for url in page.requests if not url.startswith(str(client.base_url))} == set()
    assert page.faults == []
