"""Writes the phrasebook: draws sentences from every frame and keeps whole combinations for testing.

`python -m apps.translation.phrasebook.grammar` writes train.tsv, validation.tsv and test.tsv beside itself.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from . import acting, describing, places, schedules
from .draw import Draw
from .words import Sentence

SEED = 1
# Sentences per frame on each side.
QUOTA = {"train": 130, "validation": 10, "test": 10}
DRAWS = 20_000
# A word of a held-out sentence stands in at least so many training sentences.
LEAST_SEEN = 3
# Shares of the combinations that are held out: of those inside a phrase, and of those across phrases.
CLOSE_SHARE, LOOSE_SHARE = 0.1, 0.012
FRAMES: tuple[Callable[[Draw], Sentence | None], ...] = (
    describing.FRAMES + acting.FRAMES + places.FRAMES + schedules.FRAMES
)


def generate(seed: int = SEED) -> dict[str, list[tuple[str, str]]]:
    """The pairs of each side, in the order of the files: the same seed gives the same pairs, on any machine."""
    sides = {side: [sentence for frame in drawn for sentence in frame] for side, drawn in draw_sides(seed).items()}
    seen = Counter(word for sentence in sides["train"] for word in set(words(sentence)))
    held_out = {
        side: [sentence for sentence in sides[side] if all(seen[word] >= LEAST_SEEN for word in words(sentence))]
        for side in ("validation", "test")
    }
    chosen = {"train": sides["train"], **held_out}
    return {
        side: sorted({(s.en, s.fr) for s in sentences}, key=lambda pair: _hash(seed, *pair))
        for side, sentences in chosen.items()
    }


def words(sentence: Sentence) -> list[str]:
    """The words of both languages, as they are written but for a capital and punctuation."""
    texts = (("en", sentence.en), ("fr", sentence.fr))
    return [f"{language} {word.strip('.,?').lower()}" for language, text in texts for word in text.split()]


def side_of(sentence: Sentence, seed: int = SEED) -> str | None:
    """Where a sentence may stand: training when none of its combinations is held out; None when it mixes sides.

    A combination (adjective and noun, verb and object, hour and minutes) belongs to one side for good, so that
    no training sentence shows one that validation or test is about. "A red house" may be held out while "red"
    and "house" meet across phrases: "The red hat is in the house."
    """
    held_out = {held_out_for(pair, True, seed) for pair in sentence.close}
    held_out |= {held_out_for(pair, False, seed) for pair in sentence.loose}
    held_out.discard(None)
    if not held_out:
        return "train"
    return held_out.pop() if len(held_out) == 1 else None


def held_out_for(pair: tuple[str, str], close: bool, seed: int = SEED) -> str | None:
    """Which side a combination belongs to, inside a phrase (`close`) or across phrases; None: any."""
    share = CLOSE_SHARE if close else LOOSE_SHARE
    place = int(_hash(seed, *pair)[:8], 16) / 16**8
    if place < share / 2:
        return "validation"
    return "test" if place < share else None


def write(folder: Path, seed: int = SEED) -> None:
    """Writes the three files."""
    for side, pairs in generate(seed).items():
        (folder / f"{side}.tsv").write_text(tsv(pairs), encoding="utf-8", newline="\n")


def tsv(pairs: Iterable[tuple[str, str]]) -> str:
    """One pair a line: English, tab, French."""
    return "".join(f"{en}\t{fr}\n" for en, fr in pairs)


def draw_sides(seed: int) -> dict[str, list[list[Sentence]]]:
    """Sentences of each side by frame; no English sentence twice, and never with two translations."""
    french: dict[str, str] = {}
    sides: dict[str, list[list[Sentence]]] = {side: [] for side in QUOTA}
    for index, frame in enumerate(FRAMES):
        draw = Draw(seed * 1000 + index)
        drawn: dict[str, list[Sentence]] = {side: [] for side in QUOTA}
        for _ in range(DRAWS):
            if all(len(drawn[side]) >= quota for side, quota in QUOTA.items()):
                break
            sentence = frame(draw)
            side = side_of(sentence, seed) if sentence else None
            if side is None:
                continue
            if french.setdefault(sentence.en, sentence.fr) != sentence.fr:
                raise ValueError(f"two translations of {sentence.en!r}: {french[sentence.en]!r}, {sentence.fr!r}")
            if len(drawn[side]) < QUOTA[side] and sentence.en not in (s.en for s in drawn[side]):
                drawn[side].append(sentence)
        for side, sentences in drawn.items():
            sides[side].append(sentences)
    return sides


def _hash(seed: int, *parts: str) -> str:
    return hashlib.sha256("\t".join([str(seed), *parts]).encode()).hexdigest()


if __name__ == "__main__":
    write(Path(__file__).parent)
