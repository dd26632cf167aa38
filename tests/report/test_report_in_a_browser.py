"""The report in Chromium, at the widths of a phone and of a desk, light and dark."""

import numpy as np
import pytest

from rnnapps.report import Example, save_examples, write_report
from tests.chromium import beyond, faint, nameless, opened
from tests.report.made_run import make_run


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    run = make_run(tmp_path_factory.mktemp("runs") / "a-run-with-a-name-that-is-longer-than-a-phone-is-wide", units=16)
    return write_report(run).as_uri()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_reaches_beyond_the_screen(browser, report, width):
    assert beyond(opened(browser, report, width)) <= 0


def test_nothing_is_asked_of_the_network_and_nothing_is_wrong(browser, report):
    page = opened(browser, report)
    assert not [url for url in page.requests if not url.startswith(("file:", "data:"))] and not page.faults


@pytest.mark.parametrize(("scheme", "is_dark"), [("light", False), ("dark", True)])
def test_it_follows_the_light_or_dark_of_the_machine(browser, report, scheme, is_dark):
    page = opened(browser, report, 390, scheme)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground[4:-1].split(","))) < 300) == is_dark


def test_pictures_are_shown(browser, report):
    page = opened(browser, report)
    page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
    page.wait_for_function("[...document.images].every(image => image.complete)")
    assert page.evaluate("[...document.images].every(image => image.naturalWidth > 0)")


def test_it_is_read_with_the_keyboard(browser, report):
    page = opened(browser, report)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the results"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(browser, report, scheme):
    assert not faint(opened(browser, report, 390, scheme))


def test_what_is_operated_has_a_name(browser, report):
    assert not nameless(opened(browser, report))


def test_the_picture_of_an_example_keeps_its_size_and_scrolls_where_the_screen_is_narrow(browser, tmp_path):
    from matplotlib.image import imsave

    run = make_run(tmp_path / "drawn")
    imsave(run.plots / "example.png", np.zeros((300, 1300, 3)))
    save_examples(run, worst=[Example("0", {"said": "a"}, picture="plots/example.png")], best=[])
    page = opened(browser, write_report(run).as_uri(), 390)
    image = page.locator(".drawn img")
    image.scroll_into_view_if_needed()
    assert image.bounding_box()["width"] == pytest.approx(1300 * 96 / 130, abs=3)
    assert beyond(page) <= 0
