"""What a translator's run leaves on disk, and where."""

from rnnapps import run_folder

from .config import TranslationConfig


class RunFolder(run_folder.RunFolder):
    """A run's folder, its tokenisers in it too."""

    application = "translation"
    product = "the translator"
    configuration = TranslationConfig


SAVED_MODELS = RunFolder.home()
locate = RunFolder.locate
