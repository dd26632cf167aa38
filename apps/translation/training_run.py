"""One training run: from prepared data to weights, figures, plots and a SavedModel."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import tensorflow as tf

from rnnapps.inspection import plot_history
from rnnapps.inspection.look import file_name
from rnnapps.losses import SmoothedCrossEntropy
from rnnapps.metrics import TokenAccuracy
from rnnapps.report import write_report
from rnnapps.text.batches import TokenBatches
from rnnapps.training import fit_with_options, optimizer_of, save_weights

from .config import TranslationConfig
from .data import Corpus, Tokenizers, training_batches, validation_batches
from .evaluate import score, score_baseline, translate_all
from .export import write_saved_model
from .heat_map import Attention, attention_of
from .model import Translator, build_translator
from .run_contents import save_example_sentences, scored_data
from .run_folder import RunFolder
from .text_translator import TextTranslator

# Decoding a validation side larger than this after every epoch would take longer than the epoch.
MOST_DECODED = 1000
HEAT_MAPS = 4
HEAT_MAP_CANDIDATES = 200
READABLE_TOKENS = 14


@dataclasses.dataclass(frozen=True)
class Prepared:
    """Everything that training needs and that can fail because of what the user gave."""

    model: Translator
    training: TokenBatches
    validation: TokenBatches
    report: tuple[str, ...]


def prepare(config: TranslationConfig, corpus: Corpus, tokenizers: Tokenizers, weights: Path | None = None) -> Prepared:
    """Batches and a compiled model. Set the seed before, and the same options give the same weights.

    Args:
        config: every option.
        corpus: the pairs.
        tokenizers: one per language.
        weights: file of weights to start from instead of random ones.
    Raises:
        ValueError: options that do not fit each other or the data, or weights that do not fit the network.
    """
    training, report = training_batches(corpus.training, tokenizers, config.data, config.train)
    validation = validation_batches(corpus.validation, tokenizers, config.train)
    sizes = tokenizers.source.vocabulary_size, tokenizers.target.vocabulary_size
    model = build_translator(config.model, *sizes)
    if weights is not None:
        _load(model, weights)
    model.compile(
        optimizer=optimizer_of(config.train, config.train.epochs * len(training)),
        loss=SmoothedCrossEntropy(config.train.label_smoothing),
        metrics=[TokenAccuracy()],
        jit_compile=False,  # batches have many shapes, and XLA would compile for each
    )
    if config.train.scheduled_sampling:
        model.sampling_rate = _rising(config.train.scheduled_sampling, config.train.epochs * len(training))
    parameters = f"{model.count_params():,} parameters, vocabularies of {sizes[0]} and {sizes[1]} pieces"
    return Prepared(model, training, validation, (*report, parameters))


def fit_translator(
    prepared: Prepared,
    config: TranslationConfig,
    corpus: Corpus,
    tokenizers: Tokenizers,
    folder: RunFolder,
    resume: bool,
    **fitting,
) -> dict:
    """Trains until the decoded metric stops improving or the epochs are over, and saves the best weights.

    `fitting` are further arguments of `fit_with_options`.

    Returns:
        how the training went: for metrics.json.
    """
    greedy = TextTranslator(prepared.model, tokenizers, dataclasses.replace(config.decode, beam_size=1, n_best=1))
    shown = corpus.validation.take(range(min(MOST_DECODED, len(corpus.validation))))
    metric = config.train.metric

    def decoded() -> float:
        translations = translate_all(greedy, shown.source, config.decode.batch_size)
        return score(translations, shown.target)[metric]["score"]

    trained = fit_with_options(
        prepared.model,
        prepared.training,
        f"val_{metric}",
        decoded,
        config.train,
        folder.path,
        validation=prepared.validation,
        resume=resume,
        fingerprint=config.to_dict(),
        **fitting,
    )
    save_weights(prepared.model, folder.weights)
    return trained | {"init_from": config.train.init_from}


def conclude(
    model: Translator,
    config: TranslationConfig,
    corpus: Corpus,
    tokenizers: Tokenizers,
    folder: RunFolder,
    trained: dict,
) -> tuple[dict, list[str], list[Path]]:
    """Scores the test side, and writes metrics.json, the SavedModel, the plots and the report.

    Args:
        model: with the weights to keep.
        config: every option.
        corpus: the pairs.
        tokenizers: one per language.
        folder: the run's.
        trained: what `fit_translator` returned.
    Returns:
        the content of metrics.json, the translations of the test side, and the plots' paths.
    """
    translator = TextTranslator(model, tokenizers, config.decode)
    translations = translate_all(translator, corpus.test.source, config.decode.batch_size)
    scores = {"sentences": len(corpus.test), **score(translations, corpus.test.target)}
    scores["baseline"] = score_baseline(corpus.test, corpus.training)
    sizes = {side: len(getattr(corpus, side)) for side in ("training", "validation", "test")}
    data = {"name": corpus.name, "licence": corpus.licence, "pairs": sizes}
    metrics = {"test": scores, "training": trained, "data": data, "parameters": model.count_params()}
    metrics["scored_data"] = scored_data(corpus.test)
    folder.write_metrics(metrics)
    if not (path := folder.path / "1").exists():
        write_saved_model(translator, folder, config, path)
    flow = sorted(folder.plots.glob("gradient_flow*.png"))
    curves = plot_history(folder.history, folder.plots / "history.png")
    plots = [curves, *flow, *_heat_maps(translator, corpus, folder)]
    save_example_sentences(folder, corpus.test, translations)
    write_report(folder)
    return metrics, translations, plots


def _load(model: Translator, weights: Path) -> None:
    # Before the model is compiled: the file holds an optimizer too, and this one starts anew.
    try:
        model.load_weights(weights)
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"{weights}: cannot be read into this network: {error}") from None


def _heat_maps(translator: TextTranslator, corpus: Corpus, folder: RunFolder) -> list[Path]:
    candidates = attention_of(translator, corpus.test.source[:HEAT_MAP_CANDIDATES])
    paths = []
    for attention in sorted(candidates, key=_tells_most)[:HEAT_MAPS]:
        paths.append(folder.plots / f"attention-{file_name(attention.text)}.png")
        attention.save(paths[-1])
    return paths


def _tells_most(attention: Attention) -> tuple:
    """Sorts sentences whose words change places first, the readable and the certain ones before others."""
    readable = len(attention.source_tokens) <= READABLE_TOKENS
    return -(readable and attention.swaps > 0), -attention.score / len(attention.target_tokens)


def _rising(share: float, steps: int) -> Callable[[tf.Tensor], tf.Tensor]:
    """The rate of scheduled sampling at a step: from 0 in a straight line to `share` at the last of `steps`."""
    return lambda step: share * tf.minimum(1.0, tf.cast(step, tf.float32) / steps)
