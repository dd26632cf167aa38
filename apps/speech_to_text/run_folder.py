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

    def contents(self):
        """See `rnnapps.report.Contents`."""
        from .run_contents import run_contents

        return run_contents(self)

    def subject(self):
        """The first of the recordings to try the run with."""
        from .inspected import inspected

        return inspected(self, None)

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
