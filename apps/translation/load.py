"""Loading an exported translator: TensorFlow and its text operations, nothing of the training code."""

from pathlib import Path

from rnnapps.export import find_saved_model, load_saved_model

from .run_folder import locate


def load_translator(name: str | Path):
    """The SavedModel of a run (its latest version) or a SavedModel's own folder.

    Args:
        name: path or name of a run, or path of a SavedModel.
    Returns:
        The loaded model: `serving_default(text)` and `n_best(text)` take a (N,) string tensor and return
        dictionaries, as `TextTranslator` does.
    Raises:
        FileNotFoundError: nothing there.
        ValueError: a folder or SavedModel that is not a translator's.
    """
    path = find_saved_model(locate(name))  # before TensorFlow is loaded
    import tensorflow_text  # noqa: F401 - registers the operations that the graph uses

    return load_saved_model(path, ("serving_default", "n_best"), "a translator")[1]
