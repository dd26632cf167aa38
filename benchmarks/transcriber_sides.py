"""The sides of `benchmarks.speech` that transcribe, each a process of its own.

python -m benchmarks.transcriber_sides rnnapps|plain|streaming NAME=VALUE...
"""

from __future__ import annotations

import dataclasses
import sys
import time

import keras
import numpy as np
import tensorflow as tf

from apps.speech_to_text.recognition import Recognition
from apps.speech_to_text.units import Units
from benchmarks.plain_recognizer import PlainRecognizer
from benchmarks.recognizer_sides import OurSide, PlainSide, as_commands_set, copy_weights
from benchmarks.side_process import serve
from benchmarks.speech_workload import Workload
from rnnapps.decoding.ctc import PrefixBeamSearch, greedy_chunk

CHUNK = 0.5  # seconds
SPREAD = 5.0  # of logits


class OurTranscriber:
    """rnnapps' side: the network with its decoding, as `transcribe` has them."""

    def __init__(self, workload: Workload):
        self.workload = workload
        self.ours = OurSide(workload)
        sharpen(self.ours, workload)
        units = Units("characters", letters(workload.symbols))
        model, config = self.ours.model, self.ours.config
        # The same search as TensorFlow's: no symbol is left out, no model of the language.
        search = PrefixBeamSearch(workload.symbols, beam_size=16)
        self.transcribers = {
            "greedy": Recognition(model, units, config).transcriber(),
            "beam 16": Recognition(model, units, config, search).transcriber(),
        }

    def transcribe(self, waveforms: list[np.ndarray], decoding: str) -> list[str]:
        return [found.text for found in self.transcribers[decoding].transcribe(waveforms)]


class PlainTranscriber:
    """The plain side, with rnnapps' weights and what Keras and TensorFlow have to decode."""

    def __init__(self, workload: Workload):
        self.letters = letters(workload.symbols)
        ours, plain = OurSide(workload), PlainSide(workload)
        sharpen(ours, workload)
        copy_weights(ours, plain)
        free = [tf.TensorSpec((None, None), tf.float32), tf.TensorSpec((None,), tf.int32)]
        functions = {"greedy": greedy, "beam 16": beam}
        self.decodings = {
            name: tf.function(
                lambda waveform, length, decode=decode: decode(plain.model, waveform, length), input_signature=free
            )
            for name, decode in functions.items()
        }

    def transcribe(self, waveforms: list[np.ndarray], decoding: str) -> list[str]:
        length = np.array([len(waveform) for waveform in waveforms], "int32")
        padded = np.zeros((len(waveforms), length.max()), "float32")
        for row, waveform in zip(padded, waveforms, strict=True):
            row[: len(waveform)] = waveform
        labels = self.decodings[decoding](padded, length).numpy()
        return [" ".join("".join(self.letters[label] for label in row if label > 0).split()) for row in labels]


def greedy(model: PlainRecognizer, waveform, length):
    """Labels (B, L) of Keras's greedy decoding; -1 behind the end."""
    outputs = model({"waveform": waveform, "length": length}, training=False)
    return keras.ops.ctc_decode(outputs["logits"], outputs["frames"], strategy="greedy", mask_index=0)[0][0]


def beam(model: PlainRecognizer, waveform, length):
    """Labels (B, L) of TensorFlow's beam search, which wants the blank to be the last symbol; 0 behind the end."""
    outputs = model({"waveform": waveform, "length": length}, training=False)
    logits = tf.transpose(tf.roll(outputs["logits"], -1, axis=-1), [1, 0, 2])
    (labels,), _ = tf.nn.ctc_beam_search_decoder(logits, outputs["frames"], beam_width=16, top_paths=1)
    return tf.sparse.to_dense(labels, default_value=-1) + 1


class Streamer:
    """rnnapps' network of one direction, given half a second at a time."""

    def __init__(self, workload: Workload):
        workload = dataclasses.replace(workload, streaming=True)
        self.ours = OurSide(workload)
        sharpen(self.ours, workload)
        self.letters, self.chunk = letters(workload.symbols), round(CHUNK * workload.rate)
        model = self.ours.model

        @tf.function(reduce_retracing=True)
        def step(chunk, states, symbol, last):
            log_probs, states = model.stream(chunk, states, last)
            frames = tf.fill([1], tf.shape(log_probs)[1])
            labels, _, symbol = greedy_chunk(log_probs, frames, symbol)
            return labels, states, symbol

        self.step = step

    def transcribe(self, waveforms: list[np.ndarray], decoding: str) -> list[str]:
        return [self._one(waveform) for waveform in waveforms]

    def _one(self, waveform: np.ndarray) -> str:
        states, symbol, said = self.ours.model.initial_states(1), tf.zeros([1], tf.int32), []
        for start in range(0, len(waveform), self.chunk):
            chunk = tf.constant(waveform[None, start : start + self.chunk])
            last = tf.constant(start + self.chunk >= len(waveform))
            labels, states, symbol = self.step(chunk, states, symbol, last)
            said += [self.letters[label] for label in labels.numpy()[0] if label]
        return " ".join("".join(said).split())


def sharpen(side: OurSide, workload: Workload) -> None:
    """Makes an untrained network as sure as a trained one, which says nothing in half of the frames.

    Beams and their cost depend on it.
    """
    waveform = workload.recordings(1)[0]
    inputs = {"waveform": waveform[None], "length": np.array([len(waveform)], "int32")}
    kernel, _ = side.model.dense.get_weights()
    logits = side.model(inputs)["logits"].numpy()[0]  # without a bias: it is still zero
    scale = SPREAD / logits.std(axis=0).mean()
    logits *= scale
    bias = -logits.mean(axis=0)  # what all frames have in common says nothing
    bias[0] += np.median((logits + bias)[:, 1:].max(axis=1) - (logits + bias)[:, 0])
    side.model.dense.set_weights([scale * kernel, bias])


def letters(symbols: int) -> tuple[str, ...]:
    """As many symbols: the blank, the space, and letters."""
    return ("", " ", *(chr(ord("a") + number) for number in range(symbols - 2)))


def main() -> None:
    side, *words = sys.argv[1:]
    workload = Workload.of(words)
    if side != "plain":
        as_commands_set(workload)
    keras.utils.set_random_seed(1)
    asked = {"rnnapps": OurTranscriber, "plain": PlainTranscriber, "streaming": Streamer}[side](workload)

    def transcribe(recordings: int, decoding: str, together: bool) -> dict:
        waveforms = workload.recordings(recordings)
        wall, cpu = time.perf_counter(), time.process_time()
        groups = [waveforms] if together else [[waveform] for waveform in waveforms]
        texts = [text for group in groups for text in asked.transcribe(group, decoding)]
        return {
            "step_seconds": time.perf_counter() - wall,
            "step_cpu_seconds": time.process_time() - cpu,
            "texts": texts,
            "sound": sum(map(len, waveforms)) / workload.rate,
        }

    serve({"transcribe": transcribe})


if __name__ == "__main__":
    main()
