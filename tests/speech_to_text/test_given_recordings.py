import io
import types
from contextlib import ExitStack

import numpy as np
import pytest
import soundfile

from apps.speech_to_text.given_recordings import given_recordings


@pytest.fixture
def folder(tmp_path):
    """a.wav, b.flac, notes.txt, deep/a.wav and .hidden/c.wav."""
    for name in ("a.wav", "b.flac", "deep/a.wav", ".hidden/c.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        soundfile.write(tmp_path / name, np.linspace(-0.5, 0.5, 80), 8000)
    (tmp_path / "notes.txt").write_text("no sound")
    return tmp_path


def called(*names):
    with ExitStack() as files:
        return [one.file.called for one in given_recordings([str(name) for name in names], files)]


def test_a_folder_stands_for_all_sound_in_it(folder):
    assert called(folder) == [str(folder / name) for name in ("a.wav", "b.flac", "deep/a.wav")]


def test_a_recording_in_a_folder_has_its_place_there(folder):
    with ExitStack() as files:
        places = [str(one.place) for one in given_recordings([str(folder)], files)]
    assert places == ["a.wav", "b.flac", "deep/a.wav"]


def test_a_pattern_stands_for_the_files_that_match(folder):
    assert called(folder / "**" / "a.wav") == [str(folder / "a.wav"), str(folder / "deep/a.wav")]


def test_a_name_with_signs_of_a_pattern_may_be_a_file(folder):
    soundfile.write(folder / "take [1].wav", np.zeros(8), 8000)
    assert called(folder / "take [1].wav") == [str(folder / "take [1].wav")]


def test_a_recording_that_is_named_twice_is_given_once(folder):
    assert called(folder / "a.wav", folder / "*.wav") == [str(folder / "a.wav")]


def test_all_names_that_mean_nothing_are_told_at_once(folder):
    with pytest.raises(FileNotFoundError, match=r"x\.wav, .*\*\.mp3: 2 of 3 recordings are not there"):
        called(folder / "x.wav", folder / "a.wav", folder / "*.mp3")


def test_a_folder_without_sound_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"is a folder without \.wav"):
        called(tmp_path)


def test_no_names_are_asked_for():
    with pytest.raises(ValueError, match="name the recordings"):
        called()


def test_standard_input_is_a_recording_of_any_format(folder, monkeypatch):
    monkeypatch.setattr("sys.stdin", types.SimpleNamespace(buffer=io.BytesIO((folder / "b.flac").read_bytes())))
    with ExitStack() as files:
        (one,) = given_recordings(["-"], files)
        assert one.file.called == "standard input"
        found = np.concatenate(list(one.blocks(8000)))
    np.testing.assert_allclose(found, np.linspace(-0.5, 0.5, 80), atol=1e-4)


def test_blocks_come_at_the_rate_that_is_asked_for(folder):
    with ExitStack() as files:
        (one,) = given_recordings([str(folder / "a.wav")], files)
    assert sum(len(block) for block in one.blocks(4000)) == 40
