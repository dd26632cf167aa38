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
        """The run's own options, in which a rate that was not given is the one that was found."""
        if config.features.rate is None:
            rate = self.config().features.rate
            same = dataclasses.replace(config, features=dataclasses.replace(config.features, rate=rate))
            if same == self.config():
                return same
        return super().resumed_config(config)
