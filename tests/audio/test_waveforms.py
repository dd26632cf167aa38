"""Waveforms: read once, in memory or in a file."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from rnnapps.audio.recording import Recording
from rnnapps.audio.waveforms import Waveforms


def recordings(count=5, samples=1000):
    random = np.random.default_rng(1)
    return [
        Recording.from_array(random.uniform(-1, 1, samples + number).astype(np.float32), 8000, "a", f"{number}.wav")
        for number in range(count)
    ]


def test_waveforms_are_those_of_the_recordings():
    found = Waveforms(recordings(), 4000)
    for waveform, recording in zip(found, recordings(), strict=True):
        np.testing.assert_array_equal(waveform, recording.waveform(4000))
    np.testing.assert_array_equal(found.samples, [500, 501, 501, 502, 502])


def test_what_does_not_fit_into_memory_is_read_from_a_file(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNAPPS_CACHE", str(tmp_path / "cache"))
    found = Waveforms(recordings(), 8000, memory=4 * 2500 / 1e9)
    assert found.in_memory == 2
    for waveform, recording in zip(found, recordings(), strict=True):
        np.testing.assert_array_equal(waveform, recording.waveform(8000))
    assert found[4].dtype == np.float32


def test_the_file_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNAPPS_CACHE", str(tmp_path))
    found = Waveforms(recordings(), 8000, memory=0)
    assert found.in_memory == 0
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("RNNAPPS_CACHE", str(tmp_path / "file" / "cache"))
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"file/cache: decoded recordings cannot be kept there: .*\$RNNAPPS_CACHE"):
        Waveforms(recordings(), 8000, memory=0)


def test_recordings_that_cannot_be_read_are_told_together():
    broken = recordings()
    broken[1].source[3] = np.nan
    broken[3].source[3] = np.inf
    found = Waveforms(broken, 8000)
    assert [number for number, error in enumerate(found.errors) if error] == [1, 3]
    assert str(found.errors[3]).startswith("3.wav: a sample is NaN or infinite")
    np.testing.assert_array_equal(found.samples, [1000, 0, 1002, 0, 1004])


@dataclass
class Counted:
    """A recording that counts how often it is decoded."""

    duration = 1.0

    rate: int = 8000
    asked: list = field(default_factory=list)

    def waveform(self, rate):
        self.asked.append(rate)
        return np.zeros(3, np.float32)


def test_a_recording_is_decoded_once():
    counted = Counted()
    found = Waveforms([counted], 8000)
    assert found[0] is found[0]
    assert counted.asked == [8000]
