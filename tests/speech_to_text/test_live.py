import io
import json
import os
import threading
from contextlib import ExitStack

import numpy as np
import pytest
import soundfile

from apps.speech_to_text.live import Live
from apps.speech_to_text.long_recordings import StreamedPosteriors
from apps.speech_to_text.pauses import pauses_between
from apps.speech_to_text.sound_stream import file_chunks, microphone_chunks, piped_chunks
from apps.speech_to_text.transcribe_live import live_sound, transcribe_live
from rnnapps.command_line import BadInput

from .traced_decoding import SECONDS, SYMBOLS, traced_decoding

FRAME = 10  # samples of which each says a symbol; a frame is a tenth of a second


def stream(chunk, last, states):
    """A network that hears in every FRAME-th sample a symbol, and keeps samples that make no frame yet."""
    samples = np.concatenate([states["kept"], chunk[0]])
    count = len(samples) // FRAME
    ids = samples[: count * FRAME : FRAME].round().astype(int)
    log_probs = np.log(np.eye(len(SYMBOLS))[ids] * 0.9 + 0.025)[None].astype(np.float32)
    return log_probs, {"kept": samples[count * FRAME :]}


@pytest.fixture(scope="module")
def live():
    posteriors = StreamedPosteriors(stream, lambda: {"kept": np.zeros(0, np.float32)})
    return Live(posteriors, traced_decoding(), pauses_between(SYMBOLS), SYMBOLS, SECONDS, pause=0.4)


def said(text, block):
    """Blocks of samples that say the symbols of a text, . being the blank."""
    samples = np.repeat(np.array([". ab".index(letter) for letter in text], np.float32), FRAME)
    return (samples[at : at + block] for at in range(0, len(samples), block))


TEXT = "..ab. .a......ba a....ab"


def test_a_stretch_is_finished_when_the_speaker_pauses(live):
    found = [part for update in live(said(TEXT, 10)) for part in update.finished]
    assert [part.text for part in found] == ["ab a", "ba a", "ab"]
    # The pauses of four frames begin in frames 8 and 18, and are cut in their middle.
    np.testing.assert_allclose([part.start for part in found], [0.0, 1.0, 1.9 + 0.1], atol=1e-6)


def test_what_is_being_said_is_shown_until_then(live):
    shown = [update.unfinished for update in live(said("ab. .a....", 10))]
    assert shown == ["a", "ab", "ab", "ab", "ab", "ab a", "ab a", "ab a", "ab a", "", "", ""]


@pytest.mark.parametrize("block", [3, 70, 1000])
def test_chunks_do_not_change_the_text(live, block):
    def texts(block):
        return [part for update in live(said(TEXT, block)) for part in update.finished]

    assert texts(block) == texts(10)


def test_words_have_the_times_of_the_whole(live):
    words = [word for update in live(said(TEXT, 25)) for part in update.finished for word in part.words]
    assert [word.text for word in words] == ["ab", "a", "ba", "a", "ab"]
    np.testing.assert_allclose(words[-1].start, 2.2 - 0.05, atol=1e-6)


def test_silence_is_finished_without_a_text(live):
    updates = list(live(said("......", 10)))
    assert [part.text for update in updates for part in update.finished] == [""]


def test_text_is_a_line_per_stretch(live, capsys):
    transcribe_live(live, said(TEXT, 10), "text")
    assert capsys.readouterr().out == "ab a\nba a\nab\n"


def test_json_tells_the_unfinished_text_too(live, capsys):
    transcribe_live(live, said("ab....", 10), "json")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.get("unfinished") or line.get("text") for line in lines] == ["a", "ab", "ab", None]
    assert lines[2]["words"][0]["start"] == 0.0


def test_an_interrupt_finishes_what_a_microphone_has_heard(live, capsys):
    def endless():
        yield from said("ab", 10)
        raise KeyboardInterrupt

    transcribe_live(live, endless(), "text", endless=True)
    assert capsys.readouterr().out == "ab\n"


def test_a_damaged_stream_is_one_line(live):
    def damaged():
        yield from said("ab", 10)
        raise ValueError("x.wav: cut short")

    with pytest.raises(BadInput, match="cut short"):
        transcribe_live(live, damaged(), "text")


SAMPLES = np.array([0, 1, -1, 0.5, -0.5, 0.25, 0.75, -0.25] * 40) * 0.5


@pytest.mark.parametrize(("subtype", "bits"), [("PCM_U8", 7), ("PCM_16", 15), ("PCM_24", 23), ("PCM_32", 30)])
def test_a_piped_wav_file_is_read_by_its_own_header(subtype, bits):
    file = io.BytesIO()
    soundfile.write(file, np.stack([SAMPLES, np.zeros_like(SAMPLES)], axis=1), 8000, subtype, format="WAV")
    found = np.concatenate(list(piped_chunks(io.BytesIO(file.getvalue()), 8000, seconds=0.01)))
    np.testing.assert_allclose(found, SAMPLES / 2, atol=2.0**-bits)


def test_bare_samples_are_16_bit_little_endian():
    raw = (SAMPLES * 2**15).astype("<i2").tobytes()
    found = np.concatenate(list(piped_chunks(io.BytesIO(raw + b"\x01"), 8000)))
    np.testing.assert_allclose(found, SAMPLES, atol=2**-15)


def test_bare_samples_of_another_rate_are_resampled():
    raw = (SAMPLES * 2**15).astype("<i2").tobytes()
    assert sum(map(len, piped_chunks(io.BytesIO(raw), 8000, raw_rate=16000))) == len(SAMPLES) // 2


def test_a_piped_wav_file_of_floats_is_refused():
    file = io.BytesIO()
    soundfile.write(file, SAMPLES, 8000, "FLOAT", format="WAV")
    with pytest.raises(ValueError, match="send samples of 16 bit"):
        piped_chunks(io.BytesIO(file.getvalue()), 8000)


def test_a_piped_wav_file_without_a_whole_header_is_refused():
    with pytest.raises(ValueError, match="cut off in its header"):
        piped_chunks(io.BytesIO(b"RIFF"), 100)


@pytest.mark.parametrize(("beginning", "name"), [(b"fLaC\0", "FLAC"), (b"OggS\0", "Ogg"), (b"ID3\4", "MP3")])
def test_a_piped_file_that_is_compressed_is_not_taken_for_bare_samples(beginning, name):
    with pytest.raises(ValueError, match=f"a {name} file cannot be read as it comes; decode it first"):
        piped_chunks(io.BytesIO(beginning * 100), 100)


def test_an_empty_pipe_has_no_sound():
    assert sum(map(len, piped_chunks(io.BytesIO(b""), 8000))) == 0


def test_a_file_comes_in_chunks_at_the_rate_of_the_model(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(8000), 8000)
    with ExitStack() as files:
        lengths = [len(chunk) for chunk in live_sound(str(tmp_path / "a.wav"), 4000, None, files)]
    assert lengths == [960, 960, 960, 960, 160]


def test_a_named_pipe_is_read_as_it_comes(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    raw = (SAMPLES * 2**15).astype("<i2").tobytes()
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(raw,))
    writer.start()
    with ExitStack() as files:
        found = np.concatenate(list(live_sound(str(tmp_path / "pipe"), 8000, None, files)))
    writer.join()
    np.testing.assert_allclose(found, SAMPLES, atol=2**-15)


def test_a_stream_that_is_not_there_is_told(tmp_path):
    with ExitStack() as files, pytest.raises(FileNotFoundError, match=r"--stream .*no\.wav: no such file"):
        live_sound(str(tmp_path / "no.wav"), 8000, None, files)


def test_a_microphone_needs_its_package(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sounddevice", None)
    with pytest.raises(ValueError, match="pip install sounddevice"):
        microphone_chunks(8000)


def test_a_microphone_is_resampled_to_the_rate_of_the_model(monkeypatch):
    class Device:
        def __init__(self, samplerate, blocksize, callback, **options):
            self.callback, self.size = callback, blocksize

        def __enter__(self):
            self.callback(np.zeros((self.size, 1), np.float32), self.size, None, None)

        def __exit__(self, *error):
            pass

    class Package:
        InputStream, PortAudioError = Device, OSError

        @staticmethod
        def query_devices(kind):
            return {"default_samplerate": 48000.0}

    monkeypatch.setitem(__import__("sys").modules, "sounddevice", Package)
    assert len(next(microphone_chunks(8000, seconds=1.0))) in range(6000, 8001)  # the resampler holds some back


def test_file_chunks_are_those_of_the_file():
    chunks = list(file_chunks(iter([np.arange(5.0), np.arange(5.0, 12.0)]), rate=10, seconds=0.4))
    np.testing.assert_array_equal(np.concatenate(chunks), np.arange(12.0))
    assert [len(chunk) for chunk in chunks] == [4, 4, 4]
