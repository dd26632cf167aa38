"""What every side of `benchmarks.speech` works on: the same waveforms, texts and sizes. Imports NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEARNING_RATE = 1e-3
CLIP_NORM = 1.0
SYMBOLS_PER_SECOND = 12  # English is read at about 14 characters a second


@dataclass(frozen=True)
class Workload:
    """Recordings to learn from, and the sizes of the network.

    Args:
        rate: samples per second.
        batches: B, each of recordings of similar lengths.
        batch_size: recordings in each.
        shortest, longest: seconds, of the first and the last batch.
        symbols: V, blank included.
        cell: "lstm" or "gru".
        units: of a recurrent layer, per direction.
        layers: recurrent layers.
        filters: channels of the convolutions.
        bands: mel bands.
        streaming: one direction and causal convolutions, else both directions.
    """

    rate: int = 16000
    batches: int = 6
    batch_size: int = 16
    shortest: float = 2.0
    longest: float = 9.0
    symbols: int = 30
    cell: str = "lstm"
    units: int = 128
    layers: int = 2
    filters: int = 64
    bands: int = 40
    streaming: bool = False

    def training(self) -> list[tuple[dict[str, np.ndarray], np.ndarray]]:
        """({waveform (B, N), length (B,)}, labels (B, L)) of every batch, the same in every process."""
        rng = np.random.default_rng(1)
        return [
            self._batch(rng, seconds * rng.uniform(0.9, 1.0, self.batch_size))
            for seconds in np.linspace(self.shortest, self.longest, self.batches)
        ]

    def recordings(self, count: int) -> list[np.ndarray]:
        """Waveforms (N,) to transcribe, of different lengths."""
        rng = np.random.default_rng(2)
        seconds = np.linspace(self.shortest, self.longest, count)
        return [self._waveform(rng, round(length * self.rate)) for length in seconds]

    @property
    def seconds(self) -> float:
        """Of sound in all training batches, padding not counted."""
        return sum(int(inputs["length"].sum()) for inputs, _ in self.training()) / self.rate

    @classmethod
    def of(cls, words: list[str]) -> Workload:
        """The inverse of `words`."""
        kinds = {"int": int, "float": float, "str": str, "bool": lambda word: word == "True"}
        given = dict(word.split("=", 1) for word in words)
        return cls(**{name: kinds[cls.__dataclass_fields__[name].type](word) for name, word in given.items()})

    @property
    def words(self) -> list[str]:
        """As arguments of a side's command."""
        return [f"{name}={value}" for name, value in vars(self).items()]

    def _batch(self, rng, seconds: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
        length = np.round(seconds * self.rate).astype("int32")
        waveform = np.zeros((len(length), length.max()), "float32")
        labels = np.zeros((len(length), int(SYMBOLS_PER_SECOND * seconds.max())), "int32")
        for row, samples in enumerate(length):
            waveform[row, :samples] = self._waveform(rng, samples)
            said = int(SYMBOLS_PER_SECOND * seconds[row])
            labels[row, :said] = rng.integers(1, self.symbols, said)
        return {"waveform": waveform, "length": length}, labels

    def _waveform(self, rng, samples: int) -> np.ndarray:
        """Noise whose loudness changes a few times a second, as that of speech does."""
        knots = np.arange(0, samples + 4000, 4000)
        loudness = np.interp(np.arange(samples), knots, rng.random(len(knots)))
        return (0.1 * loudness * rng.normal(size=samples)).astype("float32")


@dataclass(frozen=True)
class CtcCase:
    """Sizes of one comparison of losses.

    Args:
        frames: T.
        symbols: V, blank included.
        labels: L, symbols of each text.
        batch_size: recordings.
    """

    frames: int
    symbols: int
    labels: int
    batch_size: int = 16

    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Labels (B, L), logits (B, T, V) and true frames (B,), the same in every process."""
        rng = np.random.default_rng(3)
        labels = rng.integers(1, self.symbols, (self.batch_size, self.labels)).astype("int32")
        logits = rng.normal(size=(self.batch_size, self.frames, self.symbols)).astype("float32")
        return labels, logits, np.full(self.batch_size, self.frames, "int32")
