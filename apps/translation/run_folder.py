"""What a translator's run leaves on disk, and where."""

from rnnapps import run_folder

from .config import TranslationConfig


class RunFolder(run_folder.RunFolder):
    """A run's folder, its tokenisers in it too."""

    application = "translation"
    product = "the translator"
    configuration = TranslationConfig

    def contents(self):
        """See `rnnapps.report.Contents`."""
        from .run_contents import run_contents

        return run_contents(self)

    def subject(self):
        """A sentence that the run translates well, so that there is something to see."""
        from .inspected import inspected
        from .run_contents import well_translated

        return inspected(self, well_translated(self))


SAVED_MODELS = RunFolder.home()
locate = RunFolder.locate
