"""Files of sound: any format, rate and number of channels, and each fault by name."""

import os
import sys
import zipfile

import librosa
import numpy as np
import pytest
import soundfile

from rnnapps.audio.archive import Archive
from rnnapps.audio.audio_fault import AudioFault
from rnnapps.audio.read_audio import read_audio, read_blocks
from rnnapps.audio.sound_file import BLOCK, SoundFile

RATE = 16000


def tone(seconds=0.5, channels=1, rate=RATE):
    times = np.arange(round(seconds * rate)) / rate
    tones = [0.4 * np.sin(2 * np.pi * pitch * times) for pitch in (300, 500, 900)[:channels]]
    return np.stack(tones, 1).astype(np.float32)


def written(folder, name="a.wav", samples=None, rate=RATE, **form):
    path = folder / name
    soundfile.write(path, tone() if samples is None else samples, rate, **form)
    return path


def cut(path, share=0.6):
    data = path.read_bytes()
    path.write_bytes(data[: round(len(data) * share)])
    return path


def fault(path, kind, rate=RATE):
    with pytest.raises(AudioFault) as raised:
        read_audio(path, rate)
    assert raised.value.kind == kind
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize(
    ("name", "form", "exact"),
    [
        ("a.wav", {"subtype": "PCM_U8"}, 1e-2),
        ("a.wav", {"subtype": "PCM_16"}, 1e-4),
        ("a.wav", {"subtype": "PCM_24"}, 1e-6),
        ("a.wav", {"subtype": "FLOAT"}, 0),
        ("a.wav", {"subtype": "DOUBLE", "format": "WAVEX"}, 0),
        ("a.flac", {}, 1e-4),
        ("a.aiff", {}, 1e-4),
    ],
)
def test_samples_are_those_that_were_written(tmp_path, name, form, exact):
    np.testing.assert_allclose(read_audio(written(tmp_path, name, **form), RATE), tone()[:, 0], atol=exact)


def test_blocks_of_many_channels_are_shorter(tmp_path):
    path = written(tmp_path, samples=np.zeros((9000, 100), np.float32))
    assert [len(block) for block in SoundFile(str(path)).blocks()] == [BLOCK // 100] * 3 + [9000 - 3 * (BLOCK // 100)]


def test_nothing_is_printed_of_a_damaged_member_of_an_archive(tmp_path, capfd):
    file = written(tmp_path, "a.aiff")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.aiff", file.read_bytes().replace(b"SSND", b"XXXX"))
    with pytest.raises(AudioFault, match="cannot be read as sound"):
        SoundFile("a.aiff", Archive(str(tmp_path / "a.zip"))).header()
    assert capfd.readouterr().err == ""


def test_what_is_too_loud_for_sound_is_refused(tmp_path):
    samples = tone()
    samples[RATE // 4] = -1e16
    assert "a sample is -1e+16, which is no sound, the first at 0.25 s" in fault(
        written(tmp_path, samples=samples, subtype="FLOAT"), "not_finite"
    )


@pytest.mark.parametrize("name", ["a.ogg", "a.mp3", "a.opus"])
def test_lossy_formats_are_read(tmp_path, name):
    form = {"format": "OGG", "subtype": "OPUS"} if name == "a.opus" else {}
    found = read_audio(written(tmp_path, name, **form), RATE)
    assert len(found) == len(tone())
    assert np.corrcoef(found, tone()[:, 0])[0, 1] > 0.99


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100])
def test_resampling_equals_librosa(tmp_path, rate):
    path = written(tmp_path, samples=tone(0.7))
    np.testing.assert_allclose(read_audio(path, rate), librosa.load(path, sr=rate)[0], atol=1e-6)


def test_channels_are_averaged(tmp_path):
    path = written(tmp_path, samples=tone(channels=3), subtype="FLOAT")
    np.testing.assert_allclose(read_audio(path, RATE), tone(channels=3).mean(1), atol=1e-7)


@pytest.mark.parametrize("rate", [RATE, 8000, 11025])
@pytest.mark.parametrize("seconds", [0.01, 0.3, 10.0])
def test_blocks_are_the_whole_file(tmp_path, monkeypatch, rate, seconds):
    monkeypatch.setattr("rnnapps.audio.sound_file.BLOCK", 1000)
    path = written(tmp_path)
    blocks = list(read_blocks(path, rate, seconds))
    assert {len(block) for block in blocks[:-1]} <= {round(seconds * rate)}
    np.testing.assert_allclose(np.concatenate(blocks), librosa.load(path, sr=rate)[0], atol=1e-6)


@pytest.mark.parametrize(("rate", "samples"), [(RATE, 1), (44100, 3), (3000, 1)])
def test_one_sample_is_a_recording(tmp_path, rate, samples):
    assert read_audio(written(tmp_path, samples=tone()[:1]), rate).shape == (samples,)


def test_a_machine_without_other_decoders_tells_what_libsndfile_says(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "audioread", None)
    (tmp_path / "a.wav").write_bytes(b"no sound at all")
    assert "Format not recognised" in fault(tmp_path / "a.wav", "unreadable")


def test_what_libsndfile_does_not_know_is_read_by_a_decoder_of_the_machine(tmp_path, monkeypatch):
    def refuse(*_):
        raise soundfile.LibsndfileError(1)

    path = written(tmp_path, samples=tone(channels=2))
    expected = read_audio(path, 8000)
    monkeypatch.setattr(soundfile, "SoundFile", refuse)
    np.testing.assert_allclose(read_audio(path, 8000), expected, atol=1e-4)


def test_no_whole_file_is_taken_for_a_short_one(tmp_path):
    # Some counts of samples, divided by the rate and multiplied again, are more than they were.
    for samples in range(1000, 1040):
        assert len(read_audio(written(tmp_path, "a.flac", tone()[:samples], 22050), 22050)) == samples


def test_a_wav_file_of_unknown_length_is_read_to_its_end(tmp_path):
    path = written(tmp_path)
    data = bytearray(path.read_bytes())
    data[40:44] = b"\xff\xff\xff\xff"  # as programs leave it that write to a pipe
    path.write_bytes(data)
    assert len(read_audio(path, RATE)) == len(tone())


def test_the_name_of_a_file_may_hold_bytes_that_are_no_text(tmp_path):
    path = tmp_path / os.fsdecode(b"f\xfcr.wav")
    soundfile.write(os.fsencode(path), np.full(100, 0.5), 8000, format="WAV")
    np.testing.assert_array_equal(read_audio(path, 8000), np.full(100, 0.5, np.float32))


def test_a_member_of_a_zip_file_is_read(tmp_path):
    path = written(tmp_path)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, "folder/a.wav")
    blocks = SoundFile("folder/a.wav", Archive(tmp_path / "a.zip")).blocks()
    np.testing.assert_array_equal(np.concatenate(list(blocks)), read_audio(path, RATE))


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.opus", "a.mp3", "a.aiff"])
def test_a_file_that_was_cut_short_is_told(tmp_path, name):
    form = {"format": "OGG", "subtype": "OPUS"} if name == "a.opus" else {}
    path = cut(written(tmp_path, name, tone(3.0), **form))
    assert "cut short" in fault(path, "truncated")


def test_how_much_of_a_wav_file_is_missing_is_told(tmp_path):
    assert "40% of its sound is missing" in fault(cut(written(tmp_path)), "truncated")


def test_a_sample_that_is_no_number_is_told_with_its_time(tmp_path):
    samples = tone()
    samples[4000] = np.nan
    path = written(tmp_path, samples=samples, subtype="FLOAT")
    assert "first at 0.25 s" in fault(path, "not_finite")


def test_a_file_without_samples_is_told(tmp_path):
    fault(written(tmp_path, samples=tone()[:0]), "empty")


def test_an_empty_file_is_told(tmp_path):
    (tmp_path / "a.wav").touch()
    fault(tmp_path / "a.wav", "empty")


def test_a_file_that_is_no_sound_is_told(tmp_path):
    (tmp_path / "a.wav").write_text("hello there")
    fault(tmp_path / "a.wav", "unreadable")


def test_a_folder_is_told(tmp_path):
    assert "is a folder" in fault(tmp_path, "unreadable")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.wav: no such file"):
        read_audio(tmp_path / "none.wav", RATE)


def test_a_damaged_member_of_a_zip_file_is_told(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.wav", b"something else" * 100)
    data = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(data.replace(b"something", b"nothing..", 1))
    with pytest.raises(AudioFault, match=r"a.zip/a.wav: cannot be taken out"):
        Archive(tmp_path / "a.zip").read("a.wav")


def test_a_zip_file_that_is_none_is_told(tmp_path):
    (tmp_path / "a.zip").write_text("not one")
    with pytest.raises(ValueError, match="not a zip file"):
        Archive(tmp_path / "a.zip")
