"""The page of a recogniser in Chromium: words appear with their times and light up; the microphone is heard."""

import io
import wave

import numpy as np
import pytest
import soundfile

from apps.speech_to_text.serve import service_of
from tests.chromium import beyond, faint, launched, nameless, opened, served, until
from tests.speech_to_text.conftest import RATE, spoken

LIT = ".said button.now"
SEE_WHAT_IS_SENT = """() => {
    const original = window.fetch;
    window.fetch = (path, options) => original(path, { ...options, body: (window.sent = options.body) });
}"""


@pytest.fixture(scope="module")
def client(trained_run):
    with served(service_of(str(trained_run), max_seconds=30.0)) as client:
        yield client


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """A WAV file of three words."""
    path = tmp_path_factory.mktemp("sound") / "three.wav"
    soundfile.write(path, spoken("ano one noa"), RATE, subtype="PCM_16")
    return path


@pytest.fixture(scope="module")
def found(client, recording):
    """What the server answers to it."""
    answer = client.post("/v1/transcribe", content=recording.read_bytes(), headers={"content-type": "audio/wav"}).json()
    assert answer["words"]
    return answer


@pytest.fixture
def page(browser, client):
    page = opened(browser, str(client.base_url))
    page.wait_for_selector("#model:not(:empty)")
    yield page
    page.context.close()


def upload(page, path):
    page.set_input_files("#file", path)
    page.wait_for_selector("#answer:not([hidden])")


def told(page):
    page.wait_for_selector("#fault:not(:empty)")
    return page.inner_text("#fault")


def places(page, selector):
    """(left, width) of elements as shares of the strip."""
    return page.eval_on_selector_all(
        selector,
        """all => all.map(one => {
            const whole = document.getElementById("track").getBoundingClientRect(), box = one.getBoundingClientRect();
            return [(box.left - whole.left) / whole.width, box.width / whole.width];
        })""",
    )


def test_an_uploaded_recording_is_written_out(page, recording, found):
    upload(page, recording)
    assert page.eval_on_selector_all(".said button", "all => all.map(one => one.textContent)") == [
        word["word"] for word in found["words"]
    ]


def test_a_dropped_recording_is_written_out(page, recording, found):
    data = page.evaluate_handle(
        """bytes => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "three.wav"));
            return data;
        }""",
        list(recording.read_bytes()),
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": data})
    page.wait_for_selector("#answer:not([hidden])")
    assert page.inner_text("#state").startswith(f"three.wav: {found['duration']:.2f} s of sound")


def test_words_stand_at_their_times(page, recording, found):
    upload(page, recording)
    expected = [(word["start"] / found["duration"], word["end"] / found["duration"]) for word in found["words"]]
    shown = [(left, left + width) for left, width in places(page, ".span")]
    assert np.abs(np.subtract(shown, expected)).max() < 0.03


def test_a_word_tells_when_it_was_said(page, recording, found):
    upload(page, recording)
    word = found["words"][-1]
    title = page.get_attribute(".said button:last-of-type", "title")
    assert title == f"{word['start']:.2f} to {word['end']:.2f} s, {round(100 * word['confidence'])} % sure"


def test_words_light_up_while_they_are_played_and_go_out(page, recording, found):
    upload(page, recording)
    page.click(".said button:first-of-type")
    page.wait_for_selector(".said button.now:last-of-type")
    until(page, "document.getElementById('player').ended")
    assert page.locator(LIT).count() == 0
    last = found["words"][-1]
    page.evaluate("time => (document.getElementById('player').currentTime = time)", (last["start"] + last["end"]) / 2)
    page.wait_for_selector(LIT)
    assert page.inner_text(LIT) == last["word"] == page.inner_text(".span.now")
    page.evaluate("document.getElementById('player').currentTime = 0")
    page.wait_for_selector(LIT, state="detached")


def test_a_recording_that_is_longer_than_the_screen_scrolls_to_what_is_heard(browser, client, tmp_path):
    soundfile.write(tmp_path / "long.wav", spoken("ano one noa an " * 5), RATE, subtype="PCM_16")
    page = opened(browser, str(client.base_url), 390)
    page.wait_for_selector("#model:not(:empty)")
    upload(page, tmp_path / "long.wav")
    assert page.evaluate(
        "document.getElementById('track').clientWidth > 2 * document.getElementById('strip').clientWidth"
    )
    page.click("#track", position={"x": 200, "y": 40})
    until(page, "document.getElementById('strip').scrollLeft > 0")
    assert beyond(page) <= 0


def test_what_is_no_sound_is_told_in_one_line(page, tmp_path):
    (tmp_path / "a.wav").write_bytes(b"this is no sound")
    page.set_input_files("#file", tmp_path / "a.wav")
    line = told(page)
    assert line.endswith("(422)") and "\n" not in line and "/" not in line


def test_an_empty_file_is_told(page, tmp_path):
    (tmp_path / "a.wav").touch()
    page.set_input_files("#file", tmp_path / "a.wav")
    assert "empty" in told(page)


def test_a_microphone_that_is_not_there_or_not_allowed_is_told(page):
    page.click("#record")
    assert told(page).startswith("The microphone cannot be used: ")


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1280, "light")])
def test_it_fits_the_screen_can_be_read_and_has_names_for_what_is_operated(browser, client, recording, width, scheme):
    page = opened(browser, str(client.base_url), width, scheme)
    page.wait_for_selector("#model:not(:empty)")
    upload(page, recording)
    page.click("footer summary")
    assert beyond(page) <= 0 and not faint(page) and not nameless(page)


def test_nothing_is_asked_of_other_hosts_and_the_console_is_silent(page, client, recording):
    upload(page, recording)
    assert {url for url in page.requests if not url.startswith((str(client.base_url), "blob:"))} == set()
    assert page.faults == []


def test_an_example_of_the_run_is_written_out(page, client):
    (first, *_) = client.get("/v1/model").json()["examples"]
    page.select_option("#sample", first)
    page.wait_for_selector("#answer:not([hidden])")
    assert page.inner_text("#state").startswith(first.removeprefix("examples/"))


def test_the_microphone_is_recorded_and_written_out(browser, client, tmp_path):
    heard = tmp_path / "microphone.wav"
    soundfile.write(heard, spoken("ano one noa an " * 5, 16000), 16000, subtype="PCM_16")
    microphone = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
    with launched(browser.browser_type, *microphone, f"--use-file-for-fake-audio-capture={heard}") as other:
        page = opened(other, str(client.base_url))
        page.wait_for_selector("#model:not(:empty)")
        page.evaluate(SEE_WHAT_IS_SENT)
        page.click("#record")
        until(page, "document.getElementById('record').textContent === 'Stop (2 s)'")
        page.click("#record")
        page.wait_for_selector("#answer:not([hidden])")
        assert page.inner_text("#record") == "Record"
        assert page.inner_text("#state").startswith("Your recording: ")
        sent = bytes(page.evaluate("async () => [...new Uint8Array(await window.sent.arrayBuffer())]"))
        with wave.open(io.BytesIO(sent)) as sound:
            samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
            assert sound.getframerate() == RATE and len(samples) > 1.5 * RATE and np.abs(samples).max() > 300
