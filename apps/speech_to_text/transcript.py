"""What was said in a recording: words with their times, and how sure the recogniser is of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True)
class Word:
    """A word and when it was said.

    Fields:
        text: the word.
        start: seconds from the beginning of the recording.
        end: seconds; never before `start`.
        confidence: probability that the word is right, in [0, 1].
    """

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True)
class Transcript:
    """A recording, or a stretch of one, as text.

    Fields:
        text: all that was said.
        words: its words with times; empty where the model gives none.
        confidence: probability that the text is right, in [0, 1]; 1 of an empty stretch.
        alternatives: (text, score) of the best hypotheses, best first, the text itself among them; scores are log
            probabilities, with whatever the decoder adds.
        start: seconds where the stretch begins in the recording.
        end: seconds where it ends.
    """

    text: str
    words: tuple[Word, ...] = ()
    confidence: float = 1.0
    alternatives: tuple[tuple[str, float], ...] = field(default=(), repr=False)
    start: float = 0.0
    end: float = 0.0

    def later(self, seconds: float) -> Transcript:
        """The same, said `seconds` later."""
        words = tuple(replace(word, start=word.start + seconds, end=word.end + seconds) for word in self.words)
        return replace(self, words=words, start=self.start + seconds, end=self.end + seconds)

    def as_dict(self) -> dict:
        """For JSON: times in milliseconds' precision, confidences in four digits."""
        return {
            "start": _seconds(self.start),
            "end": _seconds(self.end),
            "text": self.text,
            "confidence": round(self.confidence, 4),
            "words": [
                {
                    "word": word.text,
                    "start": _seconds(word.start),
                    "end": _seconds(word.end),
                    "confidence": round(word.confidence, 4),
                }
                for word in self.words
            ],
            "alternatives": [{"text": text, "score": round(score, 4)} for text, score in self.alternatives],
        }


def joined(parts: Sequence[Transcript]) -> Transcript:
    """The stretches of one recording as a whole.

    Its confidence is the mean of theirs, each counted as often as it has words. Hypotheses of a whole are told only
    where it is a single stretch: those of several could be combined in too many ways.
    """
    if len(parts) == 1:
        return parts[0]
    said = [part for part in parts if part.text]
    counts = [len(part.text.split()) for part in said]
    return Transcript(
        text=" ".join(part.text for part in said),
        words=tuple(word for part in parts for word in part.words),
        confidence=float(np.average([part.confidence for part in said], weights=counts)) if said else 1.0,
        start=parts[0].start if parts else 0.0,
        end=parts[-1].end if parts else 0.0,
    )


def _seconds(time: float) -> float:
    return round(float(time), 3)
