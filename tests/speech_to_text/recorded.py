"""Recordings of the tests' own: noise in syllables, in files with a manifest beside them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import soundfile

RATE = 8000
TEXTS = ("eins zwei drei", "vier ohne fünf", "sechs und sieben", "acht mal neun", "zehn mal zwei", "drei ohne eins")


def speech(seconds: float, seed: int, rate: int = RATE) -> np.ndarray:
    """Bursts of noise, five in a second, as loud as a voice."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    return 0.1 * random.standard_normal(len(time)) * (1.2 + np.sin(2 * np.pi * 5 * time))


def write_corpus(folder: Path, count: int = 24, name: str = "train.jsonl", first: int = 0) -> list[dict]:
    """Writes `count` good recordings and their manifest, and returns the manifest's rows."""
    rows = []
    for number in range(first, first + count):
        text = TEXTS[number % len(TEXTS)]
        soundfile.write(folder / f"{number}.wav", speech(len(text) / 10, number), RATE)
        rows.append({"audio_filepath": f"{number}.wav", "text": text, "speaker": f"s{number % 4}"})
    write_manifest(folder / name, rows)
    return rows


def write_manifest(path: Path, rows: list[dict]) -> None:
    """Writes a line of JSON for each row."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
