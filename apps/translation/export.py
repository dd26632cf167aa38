"""A run as a SavedModel that takes strings and gives strings, or as a LiteRT model between token ids."""

from pathlib import Path
from typing import Literal

from rnnapps.command_line import reading_input
from rnnapps.export import export_saved_model, version_to_write
from rnnapps.export_litert import export_litert, litert_version_to_write
from rnnapps.report import renew_report

from .model_card import model_card
from .run_folder import RunFolder


def export(
    run: str,
    beam_size: int | None = None,
    length_penalty: float | None = None,
    coverage_penalty: float | None = None,
    format: Literal["saved_model", "litert"] = "saved_model",
    output: str | None = None,
) -> Path:
    """Writes a trained run's SavedModel again, as its next version, with other decoding options if given.

    Args:
        run: path or name of a run.
        beam_size: hypotheses kept at each step; by default as in the run's config.yaml.
        length_penalty: alpha of ((5 + length) / 6) ** alpha; by default as in the run's config.yaml.
        coverage_penalty: how much leaving source tokens unattended costs; by default as in config.yaml.
        format: saved_model, or litert for phones and small computers: token ids to token ids, into the run's folder
            litert.
        output: folder to write instead of the next version; must not exist.
    """
    import dataclasses

    from .decoding import given, with_options

    options = given(beam_size=beam_size, length_penalty=length_penalty, coverage_penalty=coverage_penalty)
    if format == "litert":
        return _export_litert(run, options, output)
    with reading_input():
        folder = RunFolder.open(run)
        config = folder.config()
        decode = with_options(config.decode, **options)
        path = version_to_write(folder.path, output)
        translator = load_trained(folder, decode)
    write_saved_model(translator, folder, dataclasses.replace(config, decode=decode), path)
    print(path)
    if output is None:
        renew_report(folder)
    return path


def _export_litert(run: str, options: dict, output: str | None) -> Path:
    with reading_input():
        from .decoding import with_options
        from .litert import litert_model

        folder = RunFolder.open(run)
        decode = with_options(folder.config().decode, **options)
        path = litert_version_to_write(folder.path, output)
        export_litert(litert_model(folder.name, *load_network(folder), decode, folder.read_metrics()), path)
    print(path)
    return path


def write_saved_model(translator, folder: RunFolder, config, path: Path) -> Path:
    """Exports a `TextTranslator` with its signatures and a model card."""
    signatures = {name: getattr(translator, name) for name in ("serving_default", "n_best", "sample")}
    card = model_card(folder.name, config, folder.read_metrics())
    return export_saved_model(translator, path, signatures, card)


def load_trained(folder: RunFolder, decode):
    """The `TextTranslator` of a run from its weights, not from its SavedModel, with any decoding options.

    Raises:
        FileNotFoundError: the run has not ended yet, or its files are gone.
        ValueError: the weights do not fit the configuration.
    """
    from .text_translator import TextTranslator

    return TextTranslator(*load_network(folder), decode)


def load_network(folder: RunFolder) -> tuple:
    """The `Translator` of a run with its weights, and its tokenisers; raises as `load_trained`."""
    from .data import load_tokenizers
    from .model import build_translator

    if not folder.weights.is_file():
        raise FileNotFoundError(f"{folder.weights}: no trained weights; finish the run with train --resume")
    tokenizers = load_tokenizers(folder.path)
    sizes = tokenizers.source.vocabulary_size, tokenizers.target.vocabulary_size
    model = build_translator(folder.config().model, *sizes)
    try:
        model.load_weights(folder.weights)
    except Exception as error:  # a flipped bit can make the reader raise nearly anything
        raise ValueError(f"{folder.weights}: cannot be loaded ({error}); start another run") from None
    return model, tokenizers
