"""Loading an exported recogniser: TensorFlow alone, nothing of the training code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rnnapps.export import load_saved_model

from .run_folder import RunFolder
from .transcript import Transcript, Word


@dataclass(frozen=True)
class LoadedRecognizer:
    """A SavedModel and what it says about itself.

    Fields:
        path: its folder.
        symbols: V that it can say, the first of them "" where the head is not keyword.
        head: ctc, attention, joint or keyword.
        rate: samples per second that its network works at.
        frame_seconds: from one output frame to the next.
        longest_seconds: in longer recordings it may lose its place: cut them up; infinite where it does not.
        streamable: whether it has the signature stream.
        model: what `tf.saved_model.load` gave.
    """

    path: Path
    symbols: tuple[str, ...]
    head: str
    rate: int
    frame_seconds: float
    longest_seconds: float
    streamable: bool
    model: Any

    def transcribe(self, waveform: np.ndarray, rate: int) -> Transcript:
        """What is said in one recording.

        Args:
            waveform: (N,) float32 in [-1, 1].
            rate: its samples per second.
        """
        import tensorflow as tf

        answer = self.model.signatures["waveform"](
            waveform=tf.constant(waveform, tf.float32), rate=tf.constant(rate, tf.int32)
        )
        found = {name: value.numpy() for name, value in answer.items()}
        texts = [text.decode() for text in found["n_best"]]
        words = [word.decode() for word in found["words"]]
        timed = zip(words, found["starts"].tolist(), found["ends"].tolist(), found["confidences"].tolist(), strict=True)
        return Transcript(
            text=found["text"].decode(),
            words=tuple(Word(*word) for word in timed),
            confidence=float(found["confidence"]),
            alternatives=tuple(zip(texts, found["scores"].tolist(), strict=True)),
            start=0.0,
            end=len(waveform) / rate,
        )

    def transcribe_wav(self, files: list[bytes]) -> list[str]:
        """What is said in WAV files, given as their bytes."""
        import tensorflow as tf

        answer = self.model.signatures["serving_default"](wav=tf.constant(files, tf.string))
        return [text.decode() for text in answer["text"].numpy()]


def load_recognizer(name: str | Path) -> LoadedRecognizer:
    """The SavedModel of a run (its latest version) or a SavedModel's own folder.

    Args:
        name: path or name of a run, or path of a SavedModel.
    Raises:
        FileNotFoundError: nothing there.
        ValueError: a folder or SavedModel that is not a recogniser's.
    """
    needed = ("serving_default", "describe", "waveform")
    path, model = load_saved_model(RunFolder.locate(name), needed, "a recogniser")
    about = {name: value.numpy() for name, value in model.signatures["describe"]().items()}
    return LoadedRecognizer(
        path=path,
        symbols=tuple(symbol.decode() for symbol in about["symbols"]),
        head=about["head"].decode(),
        rate=int(about["rate"]),
        frame_seconds=float(about["frame_seconds"]),
        longest_seconds=float(about["longest_seconds"]),
        streamable="stream" in model.signatures,
        model=model,
    )
