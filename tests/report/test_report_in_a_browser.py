"""The report in Chromium, at the widths of a phone and of a desk, light and dark."""

import shutil

import pytest

from rnnapps.report import write_report
from tests.report.made_run import contents, make_run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    run = make_run(tmp_path_factory.mktemp("runs") / "a-run-with-a-name-that-is-longer-than-a-phone-is-wide", units=16)
    return write_report(run, contents).as_uri()


def opened(browser, address, width, scheme):
    page = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme).new_page()
    page.requests, page.faults = [], []
    page.on("request", lambda request: page.requests.append(request.url))
    page.on("console", lambda message: page.faults.append(message.text))
    page.goto(address)
    return page


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_reaches_beyond_the_screen(browser, report, width):
    page = opened(browser, report, width, "light")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_nothing_is_asked_of_the_network_and_nothing_is_wrong(browser, report):
    page = opened(browser, report, 1280, "light")
    assert not [url for url in page.requests if not url.startswith(("file:", "data:"))] and not page.faults


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_it_follows_the_light_or_dark_of_the_machine(browser, report, scheme, is_dark):
    page = opened(browser, report, 390, scheme)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground[4:-1].split(","))) < 300) == is_dark


def test_pictures_are_shown(browser, report):
    page = opened(browser, report, 1280, "light")
    page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
    page.wait_for_function("[...document.images].every(image => image.complete)")
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")


def test_it_is_read_with_the_keyboard(browser, report):
    page = opened(browser, report, 1280, "light")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the results"
