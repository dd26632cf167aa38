"""Options of how recordings are varied in training."""

from __future__ import annotations

from dataclasses import dataclass

from rnnapps.config_checks import names_listed, within

NOISES = ("white", "pink", "bands", "bursts", "babble")


@dataclass(frozen=True)
class AugmentConfig:
    """Variations of the recordings in training, new ones in every epoch.

    Args:
        speed: the recording is played up to this share faster or slower, pitch and all; 0 to leave its speed.
        gain: dB, largest change of loudness either way; 0 to leave it.
        noise: probability that a noise is mixed in, in [0, 1].
        noise_kinds: comma-separated, each as likely: white, pink, bands (a few ranges of frequency), bursts (which come
            and go), babble (other training recordings, several at once).
        noise_path: folder of recordings of noise, a further kind.
        least_snr: dB, of the recording over the noise; uniform up to `most_snr`.
        most_snr: dB.
        time_masks: stretches of each recording's features that are hidden.
        time_mask: seconds, the longest of them; together at most a fifth of the recording.
        frequency_masks: ranges of each recording's mel bands that are hidden.
        frequency_mask: share of the bands, the widest of them, in [0, 1].
    """

    speed: float = 0.15
    gain: float = 6.0
    noise: float = 0.8
    noise_kinds: str = "white,pink,bands,bursts,babble"
    noise_path: str | None = None
    least_snr: float = 3.0
    most_snr: float = 30.0
    time_masks: int = 2
    time_mask: float = 0.1
    frequency_masks: int = 2
    frequency_mask: float = 0.15

    def __post_init__(self):
        within(self, "augment", "speed", least=0, below=1)
        within(self, "augment", "noise", least=0, most=1)
        within(self, "augment", "frequency_mask", least=0, most=1)
        within(self, "augment", "most_snr", least=-20, most=100)
        within(self, "augment", "least_snr", least=-20, most=self.most_snr)
        for name in ("gain", "time_masks", "time_mask", "frequency_masks"):
            within(self, "augment", name, least=0)
        for name in self.noise_names:
            if name not in NOISES:
                raise ValueError(f"augment.noise_kinds: {name!r} is not one of {', '.join(NOISES)}")
        if self.noise and not self.noise_names and self.noise_path is None:
            raise ValueError("augment.noise_kinds: names none; name one or more, or set augment.noise 0")

    @property
    def noise_names(self) -> tuple[str, ...]:
        """`noise_kinds` one by one."""
        return names_listed("augment.noise_kinds", self.noise_kinds) if self.noise_kinds.strip() else ()
