"""One training run: from recordings to trained weights."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras

from rnnapps.audio.waveform_batches import WaveformBatches
from rnnapps.training import DecodedMetric, fit_with_options, optimizer_of, save_weights

from .batches import training_batches, validation_batches
from .config import SpeechConfig
from .corpus_faults import CheckedCorpus
from .model import Recognizer, build_recognizer
from .run_folder import RunFolder
from .units import Units
from .validation_figures import ForgiveSilence, ValidationFigures, evenly

# Recordings whose mean and deviation normalisation begins with: more would not change them.
MOST_ADAPTED = 300


@dataclass(frozen=True)
class Prepared:
    """Everything that training needs and that can fail because of what the user gave."""

    model: Recognizer
    units: Units
    training: WaveformBatches
    validation: ValidationFigures
    report: tuple[str, ...]


def prepare(config: SpeechConfig, checked: CheckedCorpus, units: Units) -> Prepared:
    """Batches and a compiled model. Set the seed before, and the same options give the same weights.

    Args:
        config: every option, as `resolve_options` returns it.
        checked: the recordings, none of which has an error.
        units: what their texts are made of.
    Raises:
        ValueError: options that do not fit each other or the data.
    """
    training = training_batches(checked.corpus.training, units, config, checked.waveforms["training"])
    waveforms = checked.waveforms["validation"]
    rows = evenly(len(waveforms), config.train.validation_recordings)
    waveforms = waveforms.take(sorted(rows, key=lambda row: waveforms.samples[row]))  # the least padding
    measured = waveforms.recordings
    validation = validation_batches(measured, units, config, waveforms)
    model = build_recognizer(config, len(units.symbols))
    if config.features.normalization in ("running", "training"):
        heard = checked.waveforms["training"]
        model.features.adapt(heard[int(row)] for row in evenly(len(heard), MOST_ADAPTED))
    # Batches have many shapes, and XLA would compile for each.
    model.compile(optimizer=optimizer_of(config.train, config.train.epochs * len(training)), jit_compile=False)
    figures = ValidationFigures(model, validation, [recording.text for recording in measured], units)
    seconds = training.samples.sum() / config.features.rate
    report = (
        f"{model.count_params():,} parameters, {len(units.symbols)} symbols, {model.frame_seconds * 1000:g} ms per "
        f"output frame; {seconds / 60:.1f} minutes of training at {config.features.rate} Hz, "
        f"{len(training)} steps per epoch",
    )
    return Prepared(model, units, training, figures, report)


def fit_recognizer(
    prepared: Prepared,
    config: SpeechConfig,
    folder: RunFolder,
    resume: bool,
    callbacks: Callable[[DecodedMetric], Sequence[keras.callbacks.Callback]] = lambda best: (),
    **fitting,
) -> dict:
    """Trains until the metric stops falling, the epochs or the minutes are over, and saves the best weights.

    `callbacks` and `fitting` are further arguments of `fit_with_options`.

    Returns:
        how the training went: for metrics.json.
    """
    figures, metric, mode = prepared.validation, f"val_{config.train.metric}", "min"
    if prepared.model.keyword is not None and metric != "val_loss":
        metric, mode = "val_accuracy", "max"
    trained = fit_with_options(
        prepared.model,
        prepared.training,
        metric,
        figures.measure,
        config.train,
        folder.path,
        mode=mode,
        callbacks=lambda best: [ForgiveSilence(figures, best), *callbacks(best)],
        resume=resume,
        fingerprint=config.to_dict(),
        **fitting,
    )
    save_weights(prepared.model, folder.weights)
    return trained | {"silent_epochs": silent_epochs(folder)}


def silent_epochs(folder: RunFolder) -> int:
    """The last epoch after which still nothing was recognised: how long the all-blank phase was, at least."""
    import csv

    with folder.history.open(newline="", encoding="utf-8") as file:
        measured = [row for row in csv.DictReader(file) if row.get("val_blank")]
    silent = itertools.takewhile(lambda row: float(row["val_blank"]) == 1, measured)
    return max((int(row["epoch"]) for row in silent), default=0)
