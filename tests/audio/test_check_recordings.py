"""Faults that samples show, on recordings made to have them."""

import numpy as np
import pytest
import soundfile

from rnnapps.audio.check_recordings import check_recordings, check_speaking_rates
from rnnapps.audio.read_audio import join, resampled
from rnnapps.audio.recording import Recording
from rnnapps.audio.waveforms import Waveforms

RATE = 16000
NOISE = np.random.default_rng(1).normal(0, 0.1, RATE).astype(np.float32)


def faults(*samples, rate=RATE, text="ja"):
    recordings = [Recording.from_array(each, rate, text, f"{number}.wav") for number, each in enumerate(samples)]
    return list(check_recordings(Waveforms(recordings, rate)))


def kinds(*samples, **options):
    return [(fault.name, fault.level, fault.kind) for fault in faults(*samples, **options)]


def test_good_recordings_have_no_fault():
    assert kinds(NOISE, NOISE[:2007], NOISE / np.abs(NOISE).max()) == []


@pytest.mark.parametrize("samples", [np.zeros(800), np.full(800, 0.5), 1e-4 * NOISE[:800]])
def test_silence_is_an_error_where_something_should_be_said(samples):
    assert kinds(NOISE, samples) == [("1.wav", "error", "silent")]
    assert kinds(samples, text="") == []


def test_a_clipped_recording_is_named_with_its_share():
    # Each sample four times, so that each of those at the limit stands in a flat top.
    clipped = np.repeat(np.clip(NOISE[::4], -0.2, 0.2), 4)
    (fault,) = faults(NOISE, clipped)
    assert (fault.name, fault.level, fault.kind) == ("1.wav", "warning", "clipped")
    share = np.mean(np.abs(clipped) >= 0.2)
    assert f"is clipped, {share:.1%} of its samples" in fault.message


def test_a_sample_at_the_top_now_and_then_is_not_clipping():
    loud = NOISE.copy()
    loud[100:103] = loud.max()
    assert kinds(loud) == []


def test_an_upsampled_recording_is_noted_with_its_bandwidth():
    (fault,) = faults(NOISE, join(resampled([NOISE[:8000]], 8000, 16000)))
    assert (fault.name, fault.level, fault.kind) == ("1.wav", "note", "bandwidth")
    assert 3900 < float(fault.message.split("above ")[1].split()[0]) < 4400


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.write_text("not sound"), "unreadable"),
        (lambda path: soundfile.write(path, np.append(NOISE, np.nan), RATE, subtype="FLOAT"), "not_finite"),
        (lambda path: soundfile.write(path, NOISE[:0], RATE), "empty"),
        (lambda path: path.write_bytes(_wav(path)[:9000]), "truncated"),
        (lambda path: None, "missing"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_that_names_it(tmp_path, write, kind):
    write(tmp_path / "a.wav")
    recording = Recording.from_file(tmp_path / "a.wav", "ja")
    (fault,) = check_recordings(Waveforms([recording], RATE))
    assert (fault.level, fault.kind) == ("error", kind)
    assert fault.message.startswith(f"{tmp_path}/a.wav: ")


def _wav(path):
    soundfile.write(path, NOISE, RATE)
    return path.read_bytes()


@pytest.mark.parametrize("samples", [2007, 2011, 31999])
def test_a_whole_file_is_not_taken_for_a_truncated_one(tmp_path, samples):
    # 2007 / 16000 * 16000 is more than 2007 in floating point.
    for ending in ("wav", "flac", "ogg"):
        soundfile.write(tmp_path / f"a.{ending}", np.resize(NOISE, samples), RATE)
        recording = Recording.from_file(tmp_path / f"a.{ending}", "ja")
        assert not list(check_recordings(Waveforms([recording], RATE)))


def spoken(seconds, letters=20, name="usual.wav"):
    return Recording.from_array(np.resize(NOISE, round(seconds * RATE)), RATE, "a" * letters, name)


def rates(recordings):
    return list(check_speaking_rates({"training": Waveforms(recordings, RATE)}))


def test_speech_twice_as_fast_as_all_other_speech_is_suspect():
    usual = [spoken(seconds) for seconds in np.linspace(1.8, 2.2, 12)]
    assert rates(usual) == []
    (fault,) = rates([*usual, spoken(1, name="fast.wav")])
    assert (fault.name, fault.side, fault.level, fault.kind) == ("fast.wav", "training", "warning", "speaking_rate")
    # In whole frames of 32 ms: 20 letters in 0.99 s and, of the median, in 1.95 s.
    assert "20.2 letters per second where 10.2 are usual" in fault.message


def test_where_speed_varies_much_no_speed_is_suspect():
    varied = [spoken(seconds) for seconds in np.geomspace(1, 4, 12)]
    assert rates([*varied, spoken(0.8)]) == []


def test_short_texts_have_no_speaking_rate():
    assert rates([*(spoken(2) for _ in range(12)), spoken(0.2, letters=9)]) == []


def test_speech_that_nobody_speaks_that_fast_is_told_once():
    (fault,) = rates([spoken(0.5) for _ in range(12)])
    assert fault.name == ""
    # 20 letters in 0.48 s, 15 whole frames.
    assert fault.message.startswith("half of the recordings have more than 41.7 letters per second")
