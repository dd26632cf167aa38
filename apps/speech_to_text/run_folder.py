"""What a recogniser's run leaves on disk, and where."""

from __future__ import annotations

import dataclasses

from rnnapps import run_folder

from .config import SpeechConfig


class RunFolder(run_folder.RunFolder):
    """A run's folder; its units lie in it too, and a few recordings to try it with."""

    application = "speech_to_text"
    product = "the recogniser"
    configuration = SpeechConfig

    def __init__(self, path):
        super().__init__(path)
        self.examples = self.path / "examples"

    def resumed_config(self, config: SpeechConfig) -> SpeechConfig:
        """The run's own options; those that the recordings decided need not be given, and are as they were found."""
        stored = self.config()
        rate, lm = config.features.rate or stored.features.rate, config.decode.lm or stored.decode.lm
        same = dataclasses.replace(
            config,
            features=dataclasses.replace(config.features, rate=rate),
            decode=dataclasses.replace(config.decode, lm=lm),
        )
        return stored if same == stored else super().resumed_config(config)
