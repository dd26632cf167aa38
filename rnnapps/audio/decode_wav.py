"""WAV files decoded in the graph: what `tf.audio.decode_wav` refuses, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

PCM, FLOAT, EXTENSIBLE = 0x0001, 0x0003, 0xFFFE
UNKNOWN_SIZE = 0x7FFFF000  # written from here on by programs that do not know the size yet, as into a pipe

HIGHEST_RATE = 1_000_000


class _Encoding(NamedTuple):
    tag: int
    bits: int
    decode: Callable[[tf.Tensor], tf.Tensor]  # bytes as a string to samples float32


def decode_wav(content: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Samples of a WAV file: integers of 8, 16, 24 or 32 bit and floats of 32 or 64, plain or extensible.

    Equal to `soundfile.read(..., dtype="float32")`, channels averaged. Chunks other than "fmt " and "data" are skipped.
    Differs from `tf.audio.decode_wav`, which reads 16-bit integers alone and mixes no channels.

    Args:
        content: () string, the bytes of the file.
    Returns:
        waveform (N,) float32, integers in [-1, 1); and the rate, () int32, samples per second.
    Raises:
        tf.errors.InvalidArgumentError: not a WAV file, an encoding that is none of these, a file that was cut short,
            without a sample, or with one that is no number.

    Microsoft and IBM 1991, Multimedia programming interface and data specifications 1.0; WAVEFORMATEXTENSIBLE of 2001.
    """
    content = tf.convert_to_tensor(content, tf.string)
    length = tf.strings.length(content)
    is_wav = tf.equal(tf.strings.join([_piece(content, 0, 4), _piece(content, 8, 4)]), "RIFFWAVE")
    form, data = _chunks(content, tf.where(is_wav, length, 0))
    tag, channels, rate, bits = (_number(content, form + at, size) for at, size in ((8, 2), (10, 2), (12, 4), (22, 2)))
    # The tag of an extensible file stands at the beginning of its sub-format.
    tag = tf.where(tag == EXTENSIBLE, _number(content, form + 32, 2), tag)
    promised, there = _number(content, data + 4, 4), tf.cast(length - data, tf.int64) - 8
    number = tf.reduce_sum([tf.where((tag == e.tag) & (bits == e.bits), place, 0) for place, e in _PLACES])
    sound_fault = _first_fault(
        (is_wav, "not a WAV file: it does not begin with RIFF and WAVE"),
        (data >= 0, "the WAV file has no data chunk: it was cut short"),
        (form >= 0, "the WAV file has no fmt chunk before its data"),
        (
            number > 0,
            tf.strings.format(
                "WAV of format tag {} with {} bits cannot be decoded, only integers (1) of 8, 16, 24 or 32 bits and "
                "floats (3) of 32 or 64; convert the file",
                (tag, bits),
            ),
        ),
        (
            (channels > 0) & (rate > 0) & (rate <= HIGHEST_RATE),
            tf.strings.format("the WAV file's header is damaged: {} channels at rate {}", (channels, rate)),
        ),
        (
            (promised <= there) | (promised >= UNKNOWN_SIZE),
            tf.strings.format("the WAV file was cut short: it has {} of {} bytes of sound", (there, promised)),
        ),
    )
    with tf.control_dependencies([sound_fault]):
        frame = tf.maximum(channels * bits // 8, 1)
        size = tf.minimum(promised, there) // frame * frame
    sound = tf.strings.substr(content, tf.cast(data + 8, tf.int64), size)
    branches = [lambda: tf.zeros(0), *(lambda encoding=encoding: encoding.decode(sound) for encoding in _ENCODINGS)]
    samples = tf.switch_case(number, branches)
    waveform = tf.reduce_mean(tf.reshape(samples, [-1, tf.maximum(tf.cast(channels, tf.int32), 1)]), axis=1)
    sample_fault = _first_fault(
        (size > 0, "the WAV file has no sample"),
        (tf.reduce_all(tf.math.is_finite(waveform)), "the WAV file has a NaN or infinite sample"),
    )
    with tf.control_dependencies([sample_fault]):
        return tf.identity(waveform), tf.cast(rate, tf.int32)


def _chunks(content: tf.Tensor, length: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Where the "fmt " and "data" chunks begin, -1 where there is none; nothing is looked for behind the data."""

    def next_chunk(at, form, data):
        name = _piece(content, at, 4)
        form, data = tf.where(name == "fmt ", at, form), tf.where(name == "data", at, data)
        # A damaged size may be anything; kept within the file, the sum stays an int32.
        size = tf.cast(tf.minimum(_number(content, at + 4, 4), tf.cast(length - at, tf.int64)), tf.int32)
        return at + 8 + size + size % 2, form, data

    _, form, data = tf.while_loop(
        lambda at, form, data: (at + 8 <= length) & (data < 0),
        next_chunk,
        (tf.constant(12), tf.constant(-1), tf.constant(-1)),
    )
    return form, data


def _piece(content, at, size):
    """Up to `size` bytes from `at` on, none where the file has ended."""
    at = tf.clip_by_value(at, 0, tf.strings.length(content))
    return tf.strings.substr(content, at, size)


def _number(content, at, size):
    """The unsigned little-endian number of `size` bytes at `at`, int64; bytes that are not there count as 0."""
    piece = tf.strings.substr(tf.strings.join([_piece(content, at, size), "\0" * size]), 0, size)
    digits = tf.cast(tf.io.decode_raw(piece, tf.uint8), tf.int64)
    return tf.reduce_sum(tf.ensure_shape(digits, [size]) * [256**place for place in range(size)])


def _first_fault(*checks):
    """Raises the message of the first check that does not hold: in a graph, single assertions come in any order."""
    holds, messages = (tf.stack(list(part)) for part in zip(*checks, strict=True))
    return tf.debugging.Assert(tf.reduce_all(holds), [messages[tf.argmin(tf.cast(holds, tf.int32))]])


def _integers(kind: tf.DType, zero: float, full: float) -> Callable[[tf.Tensor], tf.Tensor]:
    return lambda sound: (tf.cast(tf.io.decode_raw(sound, kind), tf.float32) - zero) / full


def _integers_of_24_bit(sound: tf.Tensor) -> tf.Tensor:
    parts = tf.cast(tf.reshape(tf.io.decode_raw(sound, tf.uint8), [-1, 3]), tf.int32)
    unsigned = tf.reduce_sum(parts * [1, 1 << 8, 1 << 16], axis=1)
    return tf.cast(tf.where(unsigned >= 1 << 23, unsigned - (1 << 24), unsigned), tf.float32) / 2.0**23


_ENCODINGS = (
    _Encoding(PCM, 8, _integers(tf.uint8, 128.0, 2.0**7)),
    _Encoding(PCM, 16, _integers(tf.int16, 0.0, 2.0**15)),
    _Encoding(PCM, 24, _integers_of_24_bit),
    _Encoding(PCM, 32, _integers(tf.int32, 0.0, 2.0**31)),
    _Encoding(FLOAT, 32, lambda sound: tf.io.decode_raw(sound, tf.float32)),
    _Encoding(FLOAT, 64, lambda sound: tf.cast(tf.io.decode_raw(sound, tf.float64), tf.float32)),
)
_PLACES = tuple(enumerate(_ENCODINGS, 1))
