"""Text while it is being said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from .pauses import Cutter, Pauses
from .transcriber import transcripts
from .transcript import Transcript

PAUSE, STRETCH = 0.8, 30.0  # seconds
# What is told of a model that cannot.
WHOLE = (
    "hears whole recordings only; for live text train with --model.head ctc --model.causal true "
    "--model.bidirectional false --features.normalization running"
)


@dataclass(frozen=True)
class Update:
    """What a chunk of sound has changed.

    Fields:
        finished: stretches that have ended; nothing in them changes any more.
        unfinished: what has been said since, so far.
    """

    finished: tuple[Transcript, ...]
    unfinished: str


class Live:
    """Transcribes a recording while it comes, a stretch from pause to pause.

    The posteriors are those of the whole recording. A stretch is decoded when it has ended; until then its text is
    that of the likeliest symbol of each frame.

    Args:
        posteriors: chunks of samples -> pieces of posteriors, one for each chunk and one for the end, as
            `StreamedPosteriors` gives them.
        decode: (log probabilities (1, T, V), frames (1,)) -> an answer, as `graph_decoding` describes it.
        pauses: where to cut.
        symbols: V, the first of them "".
        frame_seconds: from one frame to the next.
        pause: seconds of silence that end a stretch.
        stretch: seconds after which it ends without.
    """

    def __init__(
        self,
        posteriors: Callable[[Iterable[np.ndarray]], Iterator[np.ndarray]],
        decode: Callable,
        pauses: Pauses,
        symbols: tuple[str, ...],
        frame_seconds: float,
        pause: float = PAUSE,
        stretch: float = STRETCH,
    ):
        self.posteriors, self.decode, self.pauses, self.symbols = posteriors, decode, pauses, symbols
        self.frame_seconds = frame_seconds
        self.pause, self.most = max(1, round(pause / frame_seconds)), max(3, round(stretch / frame_seconds))

    def __call__(self, chunks: Iterable[np.ndarray]) -> Iterator[Update]:
        """An update for each chunk (n,), and a last one that finishes all."""
        cutter, spelled = Cutter(self.pauses, self.most, self.pause), _Spelled(self.symbols)
        for piece in self.posteriors(chunks):
            stretches = list(cutter.add(piece))
            if stretches:
                spelled = _Spelled(self.symbols)
                spelled.add(cutter.held)
            else:
                spelled.add(piece)
            yield Update(tuple(self._finished(*stretch) for stretch in stretches), spelled.text)
        rest = cutter.held
        if rest is not None and len(rest):
            yield Update((self._finished(cutter.begins, rest),), "")

    def _finished(self, first: int, log_probs: np.ndarray) -> Transcript:
        answer = self.decode(log_probs[None], np.array([len(log_probs)], np.int32))
        return transcripts(answer, [len(log_probs) * self.frame_seconds])[0].later(first * self.frame_seconds)


class _Spelled:
    """The text of the likeliest path, piece by piece."""

    def __init__(self, symbols: tuple[str, ...]):
        self.symbols, self.said, self.last = symbols, "", 0

    def add(self, log_probs: np.ndarray) -> None:
        for symbol in log_probs.argmax(axis=1):
            if symbol != self.last:
                self.said += self.symbols[symbol]
            self.last = symbol

    @property
    def text(self) -> str:
        return " ".join(self.said.split())
