"""A recogniser behind HTTP: any file is heard as by the command, alone and among others, and any other is refused."""

import dataclasses
import io
import struct
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.speech_to_text.load import load_recognizer
from apps.speech_to_text.saved_transcriber import saved_transcriber
from apps.speech_to_text.serve import service_of
from rnnapps.audio.read_audio import read_audio
from tests.serving.described_requests import QUIET, Described, damaged
from tests.serving.doubling_service import running, told
from tests.serving.tensorflow_serving import check_layout, predictions
from tests.speech_to_text.conftest import RATE, spoken

PATH, MOST_SECONDS = "/v1/transcribe", 90.0
TEXTS = ("ano one", "noa", "eo an ano one noa", "an", "one one one")
FORMATS = [
    *(("WAV", subtype, RATE) for subtype in ("PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW")),
    *(("WAV", "PCM_16", rate) for rate in (8000, 11025, 48000)),
    ("FLAC", "PCM_16", RATE),
    ("AIFF", "PCM_16", RATE),
    ("OGG", "VORBIS", 8000),
    ("OGG", "OPUS", 16000),
    ("MP3", "MPEG_LAYER_III", 8000),
]


def encoded(samples, rate=RATE, container="WAV", subtype="FLOAT"):
    """The bytes of a file."""
    if not soundfile.check_format(container, subtype):
        pytest.skip(f"this libsndfile does not know {container} {subtype}")
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=container, subtype=subtype)
    return file.getvalue()


def wav(data=bytes(2000), rate=RATE, channels=1, bits=16, size=None):
    """A WAV file whose head says what it is told."""
    block = channels * bits // 8
    form = struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * block % 2**32, block % 2**16, bits)
    head = b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + form
    return head + b"data" + struct.pack("<I", len(data) if size is None else size) + data


def flac_of_silence(seconds, rate=8000, channels=1):
    """A small file that is long once it is unpacked."""
    return encoded(np.zeros((seconds * rate, channels), "int16"), rate, "FLAC", "PCM_16")


@pytest.fixture(scope="module")
def service(trained_run):
    return service_of(str(trained_run), MOST_SECONDS)


@pytest.fixture(scope="module")
def described(service):
    with running(service) as client:
        yield Described(client, service)


@pytest.fixture(scope="module")
def loaded(trained_run):
    return load_recognizer(trained_run)


@pytest.fixture(scope="module")
def transcriber(loaded):
    return saved_transcriber(loaded)


def post(described, content, kind="application/octet-stream"):
    return described.ask("POST", PATH, content=content, headers={"content-type": kind})


def is_as(answer, expected):
    """Whether an answer is a transcript."""
    found = answer.json()
    assert found["text"] == expected.text
    assert [word["word"] for word in found["words"]] == [word.text for word in expected.words]
    for name in ("start", "end", "confidence"):
        there = [getattr(word, name) for word in expected.words]
        np.testing.assert_allclose([word[name] for word in found["words"]], there, atol=1e-3)
    np.testing.assert_allclose(found["confidence"], expected.confidence, atol=1e-3)
    np.testing.assert_allclose(found["duration"], expected.end, atol=1e-3)


@pytest.mark.parametrize(("container", "subtype", "rate"), FORMATS)
def test_a_file_is_heard_as_by_the_command(described, transcriber, tmp_path, container, subtype, rate):
    path = tmp_path / "recording"
    path.write_bytes(encoded(spoken("ano one", rate, seed=100), rate, container, subtype))
    (expected,) = transcriber.transcribe([read_audio(path, RATE)])
    is_as(post(described, path.read_bytes()), expected)
    assert expected.text


def test_channels_are_averaged(described, transcriber):
    sound = spoken("ano one", seed=100)
    (expected,) = transcriber.transcribe([sound])
    is_as(post(described, encoded(np.stack([1.5 * sound, 0.5 * sound], 1))), expected)


def test_recordings_of_the_same_time_do_not_change_each_other(service, transcriber):
    sounds = [spoken(text, seed=100 + number) for number, text in enumerate(TEXTS)]
    expected = [transcriber.transcribe([sound])[0] for sound in sounds]
    batches = []

    def watched(items):
        batches.append(len(items))
        return service.works["short"].answer(items)

    short = dataclasses.replace(service.works["short"], answer=watched)
    watched_service = dataclasses.replace(service, works={**service.works, "short": short})
    with running(watched_service, batch_size=5, batch_wait=9000.0) as client, ThreadPoolExecutor(5) as threads:
        heads = {"content-type": "audio/wav"}
        posts = [threads.submit(client.post, PATH, content=encoded(sound), headers=heads) for sound in sounds]
        for post, one in zip(posts, expected, strict=True):
            is_as(post.result(), one)
    assert batches == [5]


def test_a_long_recording_is_heard_piece_by_piece(described, transcriber):
    sound = np.tile(spoken("ano one noa", seed=100), 55)
    assert len(sound) > transcriber.whole_seconds * RATE
    (expected,) = transcriber.transcribe([sound])
    is_as(post(described, encoded(sound)), expected)


def test_silence_is_no_text(described):
    found = post(described, encoded(np.zeros(RATE))).json()
    assert (found["text"], found["words"], found["duration"]) == ("", [], 1.0)


def test_a_single_sample_is_a_recording(described):
    assert post(described, wav(b"\1\0")).json()["words"] == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the body is empty; send the bytes of a recording"),
        (b"hello world" * 50, "cannot be read as sound"),
        (b"RIFF", "send WAV, FLAC, Ogg, Opus, MP3 or AIFF"),
        (b"\x1a\x45\xdf\xa3" + bytes(500), "send WAV, FLAC, Ogg, Opus, MP3 or AIFF"),  # WebM
        (wav(b""), "has no sample"),
        (wav(size=10**9), "cut short"),
        (encoded(spoken("ano one"), 8000, "FLAC", "PCM_16")[:1000], "cut short or damaged"),
        (encoded(spoken("ano one"), 8000, "OGG", "VORBIS")[:3000], "its end is missing"),
        (encoded(np.append(spoken("an"), np.nan)), "NaN or infinite"),
        (encoded(1e30 * spoken("an")), "which is no sound"),
        (encoded(1e300 * spoken("an").astype("float64"), subtype="DOUBLE"), "NaN or infinite"),
        (wav(rate=0), "cannot be read as sound"),
        (wav(rate=4_000_000_000), "cannot be read as sound"),
        (wav(rate=1), "longer than 90 seconds"),
        (wav(channels=0), "cannot be read as sound"),
        (wav(bytes(131070), channels=65535), "cannot be read as sound"),
        (wav(bits=0), "cannot be read as sound"),
        (flac_of_silence(3600), "longer than 90 seconds"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_recording_is_refused_in_one_line(described, content, words):
    answer = post(described, content)
    assert answer.status_code == 422
    assert words in told(answer)


def test_what_browsers_record_is_told_apart_by_its_media_type(described):
    assert post(described, wav(), "video/webm").status_code == 415


def test_the_run_has_the_layout_that_tensorflow_serving_expects(trained_run):
    check_layout(trained_run)


def test_tensorflow_serving_would_hear_the_same(loaded, transcriber):
    sounds = [spoken(text, seed=100 + number) for number, text in enumerate(TEXTS[:3])]
    rows = predictions(loaded.model, [{"wav": encoded(sound)} for sound in sounds])
    assert [row["text"].decode() for row in rows] == [one.text for one in transcriber.transcribe(sounds)]


@settings(QUIET, max_examples=40)
@given(content=st.data())
def test_a_damaged_recording_is_heard_or_refused(described, content):
    sound = spoken("ano one", 8000)[:4000]
    kinds = [("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("AIFF", "FLOAT")]
    post(described, content.draw(damaged([encoded(sound, 8000, *kind) for kind in kinds])))


def test_what_is_drawn_from_the_description_is_answered_as_it_says(described):
    described.ask_what_is_drawn(5)
