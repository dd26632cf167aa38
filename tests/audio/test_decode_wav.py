import io
import struct

import numpy as np
import pytest
import soundfile
import tensorflow as tf

from rnnapps.audio.decode_wav import decode_wav

SAMPLES = np.random.default_rng(0).uniform(-1, 1, (50, 2)).astype("float32")
# A graph of free shapes, as an exported model has it; it is traced once.
DECODE = tf.function(decode_wav, input_signature=[tf.TensorSpec((), tf.string)])


def written(samples=SAMPLES, rate=16000, subtype="PCM_16", kind="WAV"):
    file = io.BytesIO()
    soundfile.write(file, samples, rate, subtype=subtype, format=kind)
    return file.getvalue()


def chunk(name, content):
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def riff(*chunks):
    return b"RIFF" + struct.pack("<I", 4 + sum(map(len, chunks))) + b"WAVE" + b"".join(chunks)


def form(tag=1, channels=1, rate=8000, bits=16):
    block = channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * block % 2**32, block, bits))


@pytest.mark.parametrize("kind", ["WAV", "WAVEX"])
@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_every_encoding_equals_soundfile(kind, subtype):
    content = written(subtype=subtype, kind=kind)
    expected, _ = soundfile.read(io.BytesIO(content), dtype="float32")
    waveform, rate = DECODE(content)
    np.testing.assert_allclose(waveform, expected.mean(1), atol=1e-7)
    assert rate == 16000


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_channels_are_averaged(channels):
    samples = np.tile(np.arange(1, channels + 1) / 8, (3, 1))
    np.testing.assert_allclose(DECODE(written(samples, subtype="FLOAT"))[0], [(channels + 1) / 16] * 3)


def test_chunks_that_say_something_else_are_skipped():
    sound = np.array([1, -2, 3], "<i2").tobytes()
    odd = chunk(b"LIST", b"abc")
    content = riff(odd, form(), chunk(b"fact", b"\3\0\0\0"), chunk(b"data", sound), chunk(b"id3 ", b"x"))
    np.testing.assert_array_equal(DECODE(content)[0], np.array([1, -2, 3]) / 32768)


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFF000])
def test_a_size_that_was_not_known_when_writing_means_all_there_is(size):
    content = riff(form()) + b"data" + struct.pack("<I", size) + np.array([5, 6], "<i2").tobytes()
    np.testing.assert_array_equal(DECODE(content)[0], np.array([5, 6]) / 32768)


def test_a_broken_last_frame_is_left_out():
    content = riff(form(channels=2), chunk(b"data", b"\0\1\0\1\0\1"))
    assert DECODE(content)[0].shape == (1,)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a WAV file"),
        (b"RIFF", "not a WAV file"),
        (b"fLaC" + bytes(100), "not a WAV file"),
        (b"RIFX" + written()[4:], "not a WAV file"),
        (riff(chunk(b"data", b"\0\0")), "no fmt chunk"),
        (riff(form()), "no data chunk"),
        (written()[:30], "no data chunk"),
        (written()[:-10], "cut short"),
        (written(subtype="ULAW"), "cannot be decoded"),
        (written(subtype="MS_ADPCM"), "cannot be decoded"),
        (riff(form(bits=12), chunk(b"data", b"\0\0")), "cannot be decoded"),
        (riff(form(channels=0), chunk(b"data", b"\0\0")), "damaged: 0 channels at rate 8000"),
        (riff(form(rate=0), chunk(b"data", b"\0\0")), "damaged: 1 channels at rate 0"),
        (riff(form(rate=2**32 // 2 - 1), chunk(b"data", b"\0\0")), "damaged: 1 channels at rate 2147483647"),
        (riff(form(), chunk(b"data", b"")), "no sample"),
        (riff(form(), chunk(b"data", b"\0")), "no sample"),
        (written(np.array([0.0, np.nan]), subtype="FLOAT"), "NaN or infinite"),
        (riff(chunk(b"LIST", b"") * 3) + b"LIST\xff\xff\xff\xff", "no data chunk"),
    ],
    ids=lambda value: str(value)[:25],
)
def test_what_cannot_be_decoded_is_said_in_one_sentence(content, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        DECODE(content)


def test_it_decodes_outside_a_graph_too():
    np.testing.assert_allclose(decode_wav(written())[0], SAMPLES.mean(1), atol=1e-4)
