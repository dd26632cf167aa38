"""Recordings varied in training: speed, noise, loudness."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .noises import bands, bursts, pink, white

MADE = {"white": white, "pink": pink, "bands": bands, "bursts": bursts}
KINDS = (*MADE, "babble", "recorded")
VOICES = (3, 6)  # that babble is made of


class Augmentation:
    """Makes another recording of one: a bit faster or slower, with a noise, louder or softer.

    y = g (r_v(x) + n)        r_v resamples, so that pitch and speed change together by the factor v

    Args:
        rate: samples per second.
        speed: in [0, 1): v is uniform in [1 - speed, 1 + speed].
        gain: dB: g is uniform, in dB, in [-gain, gain]; less where samples would leave [-1, 1].
        noise: in [0, 1], probability of a noise.
        kinds: of noise, each as likely: white, pink (equal power in every octave), bands (a few ranges of frequency),
            bursts (which come and go), babble (several of `voices` at once), recorded (a stretch of one of `noises`).
        least_snr, most_snr: dB, the signal's mean power over the noise's is uniform between them.
        voices: waveforms (N,) that babble is made of, such as the training recordings.
        noises: waveforms (N,) of noise.
    Raises:
        ValueError: a number out of its range, an unknown kind, or one without anything to make it of.

    >>> louder = Augmentation(8000, speed=0, gain=6, noise=0)
    >>> louder(np.full(4, 0.1, "float32"), np.random.default_rng(0)).round(2)
    array([0.12, 0.12, 0.12, 0.12], dtype=float32)

    Ko et al. 2015, Audio augmentation for speech recognition, section 2 (speed).
    """

    def __init__(
        self,
        rate: int,
        speed: float = 0.1,
        gain: float = 6.0,
        noise: float = 0.5,
        kinds: Sequence[str] = ("white", "pink"),
        least_snr: float = 5.0,
        most_snr: float = 30.0,
        voices: Sequence[np.ndarray] = (),
        noises: Sequence[np.ndarray] = (),
    ):
        if not 0 <= speed < 1:
            raise ValueError(f"speed={speed} must be in [0, 1)")
        if gain < 0:
            raise ValueError(f"gain={gain} must be at least 0")
        if not 0 <= noise <= 1:
            raise ValueError(f"noise={noise} must be in [0, 1]")
        if least_snr > most_snr:
            raise ValueError(f"least_snr={least_snr} is more than most_snr={most_snr}")
        if unknown := [kind for kind in kinds if kind not in KINDS]:
            raise ValueError(f"kinds: {unknown[0]!r} is not one of {', '.join(KINDS)}")
        for kind, sources, name in (("babble", voices, "voices"), ("recorded", noises, "noises")):
            if kind in kinds and not len(sources):
                raise ValueError(f"kinds: {kind} needs {name}, and there are none")
        if noise and not kinds:
            raise ValueError(f"noise={noise} needs kinds of noise, and there are none")
        self.rate, self.speed, self.gain, self.noise = rate, speed, gain, noise
        self.kinds, self.least_snr, self.most_snr = tuple(kinds), least_snr, most_snr
        self.voices, self.noises = voices, noises

    def __call__(self, waveform: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Another recording: (N,) float32 -> (N',) float32, N' = N / v; drawn from `random` alone."""
        if self.speed:
            waveform = faster(waveform, random.uniform(1 - self.speed, 1 + self.speed), self.rate)
        if self.noise and random.random() < self.noise:
            waveform = with_noise(
                waveform, self._noise(len(waveform), random), random.uniform(self.least_snr, self.most_snr)
            )
        if self.gain:
            factor = 10 ** (random.uniform(-self.gain, self.gain) / 20)
            # A noisy recording may be past 1 before: it is not made softer for that, so as not to clip nor to lie.
            factor = min(factor, max(1.0, 1 / max(np.abs(waveform).max(initial=0), 1e-9)))
            waveform = waveform * np.float32(factor)
        return waveform

    def _noise(self, samples: int, random: np.random.Generator) -> np.ndarray:
        kind = self.kinds[random.integers(len(self.kinds))]
        if kind in MADE:
            return MADE[kind](samples, self.rate, random)
        if kind == "recorded":
            return _stretch(self.noises[random.integers(len(self.noises))], samples, random)
        chosen = random.integers(len(self.voices), size=random.integers(*VOICES, endpoint=True))
        return np.sum([_even(_stretch(self.voices[number], samples, random)) for number in chosen], axis=0)


def faster(waveform: np.ndarray, factor: float, rate: int) -> np.ndarray:
    """The recording as if played `factor` times as fast: (N,) -> (N / factor,) float32."""
    import soxr

    return soxr.resample(waveform, rate * factor, rate, quality="MQ")


def with_noise(waveform: np.ndarray, noise: np.ndarray, snr: float) -> np.ndarray:
    """Adds noise (N,) whose mean power is `snr` dB below the waveform's (N,); none where either is silent.

    >>> with_noise(np.array([1.0, -1.0]), np.array([2.0, 2.0]), snr=20.0)
    array([ 1.1, -0.9])
    """
    signal, disturbance = _power(waveform), _power(noise)
    if signal == 0 or disturbance == 0:
        return waveform
    factor = np.sqrt(signal / disturbance * 10 ** (-snr / 10))
    return waveform + noise * waveform.dtype.type(factor)


def _stretch(source: np.ndarray, samples: int, random: np.random.Generator) -> np.ndarray:
    """`samples` of the source from a random place on, going round at its end."""
    if not len(source):
        return np.zeros(samples, np.float32)
    start = random.integers(len(source))
    rounds = -(-(start + samples) // len(source))
    return np.tile(source, rounds)[start : start + samples] if rounds > 1 else source[start : start + samples]


def _even(waveform: np.ndarray) -> np.ndarray:
    return waveform / np.float32(np.sqrt(max(_power(waveform), 1e-12)))


def _power(waveform: np.ndarray) -> float:
    return float(np.dot(waveform, waveform)) / max(len(waveform), 1)
