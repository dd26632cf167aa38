"""Many recordings, some of them damaged, with a recogniser that says how many samples it was given."""

from contextlib import ExitStack

import numpy as np
import pytest
import soundfile

from apps.speech_to_text.given_recordings import given_recordings
from apps.speech_to_text.transcribe_files import transcribe_files
from apps.speech_to_text.transcript import Transcript, joined

RATE = 100


class Counting:
    """A transcriber whose text is the number of samples; a recording is long from 2 s on."""

    rate, whole_seconds = RATE, 2.0

    def __init__(self):
        self.together = []

    def transcribe(self, waveforms):
        self.together.append(len(waveforms))
        return [Transcript(str(len(waveform))) for waveform in waveforms]

    def stretches(self, blocks):
        return iter([Transcript(f"long {sum(map(len, blocks))}")])


class Kept:
    """An output that keeps what is written."""

    def __init__(self):
        self.texts = []

    def write(self, given, parts):
        self.texts.append(joined(parts).text)


def sound(path, samples, rate=RATE):
    soundfile.write(path, np.linspace(-0.5, 0.5, samples), rate)
    return str(path)


def transcribed(names, transcriber=None, out=None):
    out = out or Kept()
    with ExitStack() as files:
        failed = transcribe_files(transcriber or Counting(), given_recordings(names, files), out)
    return out.texts, failed


def test_short_and_long_recordings_come_in_their_order(tmp_path):
    names = [sound(tmp_path / f"{samples}.wav", samples) for samples in (50, 60, 300, 70)]
    assert transcribed(names) == (["50", "60", "long 300", "70"], [])


def test_short_recordings_are_transcribed_together(tmp_path):
    transcriber = Counting()
    transcribed([sound(tmp_path / f"{samples}.wav", samples) for samples in (50, 60, 70)], transcriber)
    assert transcriber.together == [3]


def test_recordings_are_resampled_and_mixed(tmp_path):
    soundfile.write(tmp_path / "two.wav", np.zeros((400, 2)), 4 * RATE)
    assert transcribed([str(tmp_path / "two.wav")]) == (["100"], [])


def test_a_damaged_recording_does_not_stop_the_others(tmp_path, capsys):
    (tmp_path / "b.wav").write_bytes(b"no sound at all")
    names = [sound(tmp_path / "a.wav", 50), str(tmp_path / "b.wav"), sound(tmp_path / "c.wav", 70)]
    texts, failed = transcribed(names)
    assert texts == ["50", "70"]
    assert len(failed) == 1
    assert failed[0].startswith(f"{tmp_path}/b.wav: ")
    assert capsys.readouterr().err == failed[0] + "\n"


def test_a_long_recording_that_is_cut_short_does_not_stop_the_others(tmp_path):
    whole = sound(tmp_path / "a.flac", 30_000)
    (tmp_path / "a.flac").write_bytes((tmp_path / "a.flac").read_bytes()[:-2000])
    texts, failed = transcribed([whole, sound(tmp_path / "b.wav", 50)])
    assert texts == ["50"]
    assert "a.flac" in failed[0]


def test_a_recording_of_one_sample_is_told(tmp_path):
    texts, failed = transcribed([sound(tmp_path / "a.wav", 1)])
    assert texts == []
    assert failed == [f"{tmp_path}/a.wav: has no more than one sample; leave it out"]


def test_a_recording_that_vanishes_is_told(tmp_path):
    class Deleting(Kept):
        def write(self, given, parts):
            super().write(given, parts)
            (tmp_path / "b.wav").unlink(missing_ok=True)

    # Long ones are read one after the other.
    names = [sound(tmp_path / f"{name}.wav", 300) for name in "abc"]
    texts, failed = transcribed(names, out=Deleting())
    assert texts == ["long 300", "long 300"]
    assert "b.wav: no such file" in failed[0]


def test_an_interrupt_tells_what_is_done(tmp_path, capsys):
    class Interrupted(Counting):
        def stretches(self, blocks):
            raise KeyboardInterrupt

    names = [sound(tmp_path / "a.wav", 50), sound(tmp_path / "b.wav", 300), sound(tmp_path / "c.wav", 60)]
    out = Kept()
    with pytest.raises(KeyboardInterrupt):
        transcribed(names, Interrupted(), out)
    assert out.texts == ["50"]
    assert capsys.readouterr().err == "1 of 3 recordings are done and kept\n"
