"""Recordings of one to seven digits, made from ten prompts: other strings, noise and speeds to learn and to test."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnapps.audio.read_audio import join, read_audio, resampled
from rnnapps.audio.recording import Recording

from .noises import NOISES

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
RATE = 8000
LONGEST = 7  # digits of a string
NAME = "embedded connected digits"
LICENCE = (
    "CC BY-SA 3.0, https://creativecommons.org/licenses/by-sa/3.0; prompts of asterisk-core-sounds-en: "
    "voice Allison Smith, financial contributions by Digium, Inc.; assembled, sped up and slowed down, with noise added"
)
PROMPTS = Path(__file__).parent / "prompts"
SPEAKER = "Allison Smith"
QUIET = 0.004  # of full scale, -48 dB: what is softer at the ends of a prompt is silence


@dataclass(frozen=True)
class Conditions:
    """How the recordings of a side are made; each pair is a range to draw from.

    Fields:
        noises: kinds, one for each recording.
        ratios: signal to noise, dB.
        speeds: ranges of tempo, with the pitch; one range is drawn, then a speed in it.
        gains: dB.
    """

    noises: tuple[str, ...]
    ratios: tuple[float, float]
    speeds: tuple[tuple[float, float], ...]
    gains: tuple[float, float] = (-9.0, 3.0)


# No kind of noise and no speed of the training side is on another one, even after the default augmentation, which mixes
# in noise of other kinds and plays up to 15 percent faster or slower.
CONDITIONS = {
    "training": Conditions(("white",), (18.0, 40.0), ((1.0, 1.0),)),
    "validation": Conditions(("rumble",), (12.0, 17.0), ((0.83, 0.845), (1.155, 1.18))),
    "test": Conditions(("hum", "crackle"), (10.0, 15.0), ((0.80, 0.84), (1.17, 1.22))),
}


def connected_digits(strings: int, seed: int = 1) -> dict[str, list[Recording]]:
    """The three sides: training, validation and test, which share no string of digits.

    Args:
        strings: training recordings; an eighth of it on each other side.
        seed: the same one gives the same samples.
    Returns:
        8000 samples per second, texts such as "four two seven".
    """
    held_out = max(1, strings // 8)
    sizes = {"training": strings, "validation": held_out, "test": held_out}
    rng = np.random.default_rng(seed)
    drawn = iter(_strings(sum(sizes.values()), rng))
    digits = [_trimmed(read_audio(PROMPTS / f"{digit}.wav", RATE)) for digit in range(10)]
    return {
        side: [_recording(next(drawn), f"{side}-{row:04d}", CONDITIONS[side], digits, rng) for row in range(size)]
        for side, size in sizes.items()
    }


def _strings(count: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Different strings of digits, every length as likely until its strings are used up."""
    found: dict[tuple[int, ...], None] = {}
    while len(found) < count:
        found[tuple(rng.integers(10, size=rng.integers(1, LONGEST + 1)).tolist())] = None
    strings = list(found)
    return [strings[place] for place in rng.permutation(count)]


def _trimmed(prompt: np.ndarray) -> np.ndarray:
    loud = np.flatnonzero(np.abs(prompt) > QUIET)
    margin = RATE // 50
    return prompt[max(0, loud[0] - margin) : loud[-1] + margin]


def _recording(
    string: tuple[int, ...], name: str, how: Conditions, digits: list[np.ndarray], rng: np.random.Generator
) -> Recording:
    parts = [_pause(0.05, 0.3, rng)]
    for digit in string:
        level = 10 ** (rng.uniform(-3, 3) / 20)
        parts += [level * digits[digit], _pause(0.0, 0.25, rng)]
    speech = np.concatenate([*parts, _pause(0.05, 0.3, rng)])
    low, high = how.speeds[rng.integers(len(how.speeds))]
    # Played at another rate than it was recorded at; soxr takes a ratio of whole numbers.
    speech = join(resampled([speech], round(RATE * rng.uniform(low, high)), RATE))
    power = np.mean(speech[np.abs(speech) > QUIET] ** 2)
    noise = NOISES[how.noises[rng.integers(len(how.noises))]](len(speech), RATE, rng)
    mixed = speech + noise * np.sqrt(power / 10 ** (rng.uniform(*how.ratios) / 10))
    mixed *= 10 ** (rng.uniform(*how.gains) / 20)
    mixed /= max(1.0, np.abs(mixed).max() / 0.99)
    text = " ".join(WORDS[digit] for digit in string)
    return Recording.from_array(mixed.astype(np.float32), RATE, text, name, SPEAKER)


def _pause(shortest: float, longest: float, rng: np.random.Generator) -> np.ndarray:
    return np.zeros(round(rng.uniform(shortest, longest) * RATE), np.float32)
