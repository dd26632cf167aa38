"""Recordings that a small network learns in seconds, and a recogniser trained on them once for every test."""

import contextlib
import json

import numpy as np
import pytest
import soundfile

from apps.speech_to_text.__main__ import main
from tests.made_once import made_once

RATE = 4000
# A letter is a tone of its own, a space is silence.
TONES = {"a": 300.0, "o": 600.0, "e": 1100.0, "n": 1600.0}
WORDS = ("ano", "one", "noa", "an", "eo")
TINY = {
    "data.validation_size": 10,
    "data.test_size": 10,
    "features.bands": 12,
    "augment.speed": 0,
    "augment.noise": 0,
    "augment.time_masks": 0,
    "augment.frequency_masks": 0,
    "model.filters": 16,
    "model.subsampling": 8,
    "model.units": 24,
    "model.layers": 1,
    "model.dropout": 0,
    "train.epochs": 10,
    "train.batch_size": 4,
    "train.learning_rate": 1e-2,
    "train.clip_norm": 5,
    "train.schedule": "constant",
    "train.warmup_steps": 5,
    "train.averaging": "none",
    "decode.lm": "none",
}


def options(values: dict) -> list[str]:
    """Options as they are typed."""
    return [f"--{name}={value}" for name, value in values.items()]


def spoken(text: str, rate: int = RATE, seed: int = 0) -> np.ndarray:
    """(N,) float32: the text as tones of 0.12 seconds, in a little noise."""
    rng = np.random.default_rng(seed)
    count = round(0.12 * rate)
    time = np.arange(count) / rate
    letters = [np.sin(2 * np.pi * TONES[letter] * time) if letter != " " else np.zeros(count) for letter in f" {text} "]
    sound = np.concatenate([0.4 * letter * np.hanning(count) for letter in letters])
    return (sound + rng.normal(scale=0.003, size=len(sound))).astype("float32")


def texts(count: int, seed: int = 1) -> list[str]:
    """Of one to three words each."""
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, rng.integers(1, 4))) for _ in range(count)]


@pytest.fixture(scope="session")
def manifest(tmp_path_factory):
    """A manifest of 100 short WAV files."""

    def make(folder):
        lines = []
        for number, text in enumerate(texts(100)):
            soundfile.write(folder / f"{number}.wav", spoken(text, seed=number), RATE, subtype="PCM_16")
            lines.append(json.dumps({"audio_filepath": f"{number}.wav", "text": text, "speaker": f"s{number % 4}"}))
        (folder / "manifest.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")

    return made_once(tmp_path_factory, "tones", make) / "manifest.jsonl"


@pytest.fixture(scope="session")
def trained_run(tmp_path_factory, manifest):
    """Folder of a finished run of `python -m apps.speech_to_text train`; nothing may write into it.

    What the command printed is beside it, in printed.txt.
    """

    def make(folder):
        with (folder / "printed.txt").open("w") as printed, contextlib.redirect_stdout(printed):
            assert main(["train", "--data", str(manifest), "--run", str(folder / "tiny"), *options(TINY)]) == 0

    return made_once(tmp_path_factory, "recognizer", make) / "tiny"
