"""The page of a translator in Chromium: what is typed is translated, and words light up where they come from."""

import contextlib
import socket

import pytest

from apps.translation.serve import service_of
from tests.chromium import beyond, faint, nameless, opened, served
from tests.serving.doubling_service import running

TEXT = "the big red car\nthe dog likes two trees"


@pytest.fixture(scope="module")
def service(random_run):
    return service_of(str(random_run))


@pytest.fixture(scope="module")
def client(service):
    with served(service) as client:
        yield client


@pytest.fixture
def page(browser, client):
    page = opened(browser, str(client.base_url))
    yield page
    page.context.close()


def translate(page, text=TEXT):
    page.fill("#text", text)
    page.click("#go")
    page.wait_for_selector(".sentence")


def answer(client, **asked):
    asked = {"texts": TEXT.split("\n"), "alignments": True, **asked}
    return client.post("/v1/translate", json=asked).json()["translations"]


def told(page):
    page.wait_for_selector("#fault:not(:empty)")
    return page.inner_text("#fault")


def shown_weights(page):
    words = ".sentence:first-child .source .word"
    return page.eval_on_selector_all(words, "all => all.map(one => Number(one.style.getPropertyValue('--weight')))")


def test_what_is_typed_is_translated_line_by_line(page, client):
    translate(page)
    shown = page.eval_on_selector_all(".target", "all => all.map(one => one.textContent)")
    assert shown == [" ".join(one["hypotheses"][0]["alignment"]["target_words"]) for one in answer(client)]


def test_pointing_at_a_word_lights_up_the_words_it_looked_at(page, client):
    translate(page)
    page.hover(".sentence:first-child .target .word:first-child")
    weights = answer(client)[0]["hypotheses"][0]["alignment"]["weights"][0]
    assert shown_weights(page) == pytest.approx(weights, abs=1e-3)


def test_leaving_the_word_puts_the_lights_out(page):
    translate(page)
    page.hover(".sentence:first-child .target .word:first-child")
    page.hover("h1")
    assert not any(shown_weights(page))


def test_the_words_it_looked_at_are_told_in_words_too(page, client):
    translate(page)
    page.hover(".sentence:first-child .target .word:first-child")
    found = answer(client)[0]["hypotheses"][0]["alignment"]
    strongest = max(range(len(found["weights"][0])), key=found["weights"][0].__getitem__)
    share = round(100 * found["weights"][0][strongest])
    expected = f"{found['target_words'][0]} ← {found['source_words'][strongest]} {share}\u00a0%"
    assert page.inner_text(".sentence:first-child .origins").startswith(expected)


def test_a_source_word_lights_up_what_came_of_it(page, client):
    translate(page)
    page.hover(".sentence:first-child .source .word:nth-child(2)")
    weights = [row[1] for row in answer(client)[0]["hypotheses"][0]["alignment"]["weights"]]
    shown = page.eval_on_selector_all(
        ".sentence:first-child .target .word", "all => all.map(one => Number(one.style.getPropertyValue('--weight')))"
    )
    assert shown == pytest.approx(weights, abs=1e-3)


def test_the_keyboard_is_enough(page, client):
    page.keyboard.type("the big red car")  # the text has the focus from the beginning
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".sentence")
    page.focus(".source .word")
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    weights = answer(client, texts=["the big red car"])[0]["hypotheses"][0]["alignment"]["weights"]
    assert shown_weights(page) == pytest.approx(weights[-1], abs=1e-3)


def test_as_many_translations_are_shown_as_asked_for(page, client):
    page.select_option("#count", "3")
    translate(page)
    found = answer(client, n_best=3)[0]["hypotheses"]
    shown = page.eval_on_selector_all(".sentence:first-child .target", "all => all.map(one => one.textContent)")
    assert shown == [" ".join(one["alignment"]["target_words"]) for one in found]


def test_nothing_typed_is_told(page):
    page.click("#go")
    assert told(page) == "Type a sentence first."


def test_too_many_sentences_are_told(page):
    page.fill("#text", "a\n" * 65)
    page.click("#go")
    assert told(page) == "At most 64 sentences at a time, not 65."


def test_what_the_server_refuses_is_told_in_its_words(page):
    page.evaluate("document.getElementById('text').removeAttribute('maxlength')")
    page.fill("#text", "a" * 10_001)
    page.click("#go")
    assert told(page) == "texts.0: has 10,001 characters, at most 10,000 are read (422)"


def test_what_is_larger_than_the_server_reads_is_told_before_it_is_sent(page):
    page.evaluate("document.getElementById('text').removeAttribute('maxlength')")
    page.fill("#text", "a" * 1_100_000)
    page.click("#go")
    assert told(page) == "This has 1.1 MB; at most 1 MB are read."


def test_a_server_that_has_too_much_to_do_is_told_and_a_fault_goes_when_it_is_over(browser, service):
    with running(service, max_requests=8) as client, contextlib.ExitStack() as stack:
        page = opened(browser, str(client.base_url))
        page.wait_for_selector("#count option", state="attached")
        for _ in range(8):  # whose bodies never come
            slow = stack.enter_context(socket.create_connection((client.base_url.host, client.base_url.port)))
            slow.sendall(b"POST /v1/translate HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{")
        while client.get("/v1/model").status_code != 429:
            pass
        page.fill("#text", TEXT)
        page.click("#go")
        assert told(page) == "8 requests are being answered; come again later (429)"
        stack.close()
        while client.get("/v1/model").status_code == 429:
            pass
        translate(page)
        assert page.inner_text("#fault") == ""


def test_a_server_that_is_gone_is_told(browser, service):
    with running(service) as client:
        page = opened(browser, str(client.base_url))
        page.wait_for_selector("#count option", state="attached")
    page.fill("#text", TEXT)
    page.click("#go")
    assert told(page) == "The server does not answer. Is it still running?"


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "light")])
def test_it_fits_the_screen_can_be_read_and_has_names_for_what_is_operated(browser, client, width, scheme):
    page = opened(browser, str(client.base_url), width, scheme)
    translate(page, "a" * 200 + "\n" + TEXT)
    page.click("summary")
    assert beyond(page) <= 0 and not faint(page) and not nameless(page)


def test_nothing_is_asked_of_other_hosts_and_the_console_is_silent(page, client):
    translate(page)
    assert {url for url in page.requests if not url.startswith(str(client.base_url))} == set()
    assert page.faults == []
