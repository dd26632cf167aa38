"""From files to recordings on three sides."""

from __future__ import annotations

from dataclasses import dataclass

from rnnapps.audio.recording import Recording

from .config.data import DataConfig
from .digits.connected_digits import LICENCE, NAME, connected_digits

OWN_LICENCE = "as the user's recordings have"


@dataclass(frozen=True)
class Corpus:
    """Recordings to learn from and to be judged by.

    Fields:
        training: recordings to learn from.
        validation: recordings that choose the best epoch and tune the decoder.
        test: recordings for the last word; may be empty, and validation figures are then all there is.
        name: where they come from.
        licence: of the recordings, as far as known.
        report: what was read and left out, one line each.
    """

    training: list[Recording]
    validation: list[Recording]
    test: list[Recording]
    name: str
    licence: str
    report: tuple[str, ...]

    @property
    def sides(self) -> dict[str, list[Recording]]:
        """The three sides by name."""
        return {"training": self.training, "validation": self.validation, "test": self.test}


def read_corpus(config: DataConfig) -> Corpus:
    """Finds the recordings that `config` names, with their texts, and divides them.

    Raises:
        FileNotFoundError: no such file; recordings that are missing are told all at once.
        ValueError: a file that cannot be understood, or a side that would be empty.
    """
    if not config.embedded:
        raise NotImplementedError("files are not read yet")
    sides = connected_digits(config.strings)
    return Corpus(*sides.values(), NAME, LICENCE, (_counts(NAME, sides),))


def _counts(name: str, sides: dict[str, list[Recording]]) -> str:
    def told(side: str, recordings: list[Recording]) -> str:
        minutes = sum(r.duration for r in recordings if r.duration == r.duration) / 60
        return f"{len(recordings):,} {side} ({minutes:.1f} min)"

    return f"{name}: " + ", ".join(told(side, recordings) for side, recordings in sides.items())
