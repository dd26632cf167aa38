"""Recordings: from files, from members of a zip file, from arrays."""

import pickle
import zipfile

import numpy as np
import pytest
import soundfile

from rnnapps.audio.archive import Archive
from rnnapps.audio.audio_fault import AudioFault
from rnnapps.audio.recording import Recording

STEREO = np.stack([np.linspace(-0.5, 0.5, 4000), np.zeros(4000)], 1).astype(np.float32)


@pytest.fixture
def path(tmp_path):
    soundfile.write(tmp_path / "a.wav", STEREO, 8000, subtype="FLOAT")
    return tmp_path / "a.wav"


def test_the_header_is_read_and_the_sound_only_when_asked_for(path):
    recording = Recording.from_file(path, "hello", "ann", "sub/a.wav")
    assert (recording.name, recording.duration, recording.rate, recording.channels) == ("sub/a.wav", 0.5, 8000, 2)
    np.testing.assert_allclose(recording.waveform(8000), STEREO.mean(1), atol=1e-7)
    assert recording.waveform(16000).shape == (8000,)


def test_a_recording_that_cannot_be_read_is_told_when_its_waveform_is_asked_for(tmp_path):
    (tmp_path / "a.wav").write_text("hello")
    recording = Recording.from_file(tmp_path / "a.wav", "hello", name="sub/a.wav")
    assert recording.rate == 0
    assert np.isnan(recording.duration)
    with pytest.raises(AudioFault, match=r"^sub/a\.wav: cannot be read as sound"):
        recording.waveform(8000)


def test_whether_a_file_is_there_is_known(path, tmp_path):
    assert Recording.from_file(path, "a").exists
    assert not Recording.from_file(tmp_path / "b.wav", "b").exists


def test_an_array_is_resampled_as_a_file_is(path):
    from_array = Recording.from_array(STEREO.mean(1), 8000, "hello")
    np.testing.assert_allclose(from_array.waveform(5000), Recording.from_file(path, "hello").waveform(5000), atol=1e-6)


def test_a_nan_in_an_array_is_told():
    with pytest.raises(AudioFault, match=r"^here: a sample is NaN"):
        Recording.from_array(np.array([0.0, np.nan]), 8000, "", "here").waveform(8000)


def test_a_member_of_a_zip_file_survives_pickling_for_another_process(path, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, "a.wav")
    recording = Recording.from_file("a.wav", "hello", archive=Archive(tmp_path / "a.zip"))
    copy = pickle.loads(pickle.dumps(recording))
    np.testing.assert_array_equal(copy.waveform(8000), recording.waveform(8000))
