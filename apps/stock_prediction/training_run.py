"""One training run: from a panel to weights, figures, plots and a SavedModel."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from rnnapps.series.window_batches import DrawnWindows, OrderedWindows, ShuffledWindows
from rnnapps.series.windows import Windows
from rnnapps.training import (
    DecodedMetric,
    EpochBatches,
    EpochData,
    GradientFlow,
    MovingAverage,
    TimeLimit,
    fit,
    optimizer,
)

from .config import StockConfig, TrainConfig
from .fit_scales import fit_scales
from .model import Forecaster, build_forecaster
from .run_folder import RunFolder
from .split_in_time import Sides


@dataclass(frozen=True)
class Prepared:
    """Everything that training needs and that can fail because of what the user gave."""

    model: Forecaster
    training: EpochBatches
    validation: EpochBatches
    report: tuple[str, ...]


def prepare(config: StockConfig, sides: Sides) -> Prepared:
    """Batches and a compiled model. Set the seed before, and the same options give the same weights.

    Args:
        config: every option.
        sides: the windows of training and validation.
    Raises:
        ValueError: options that do not fit each other or the data.
    """
    model = build_forecaster(config.model, config.forecast, sides.training.panel)
    fit_scales(model, sides.training, config.train.seed)
    training = training_batches(sides.training, config.train)
    validation = OrderedWindows(sides.validation, config.forecast.batch_size, config.train.validation_windows or None)
    compile_forecaster(model, config.train, config.train.epochs * len(training))
    report = (
        f"{model.count_params():,} parameters, {len(sides.training):,} training windows of "
        f"{config.model.window} rows, {len(training)} steps per epoch",
    )
    return Prepared(model, training, validation, report)


def training_batches(windows: Windows, config: TrainConfig) -> EpochBatches:
    """All windows once per epoch, or `steps_per_epoch` batches of drawn ones."""
    if config.steps_per_epoch:
        return DrawnWindows(windows, config.batch_size, config.steps_per_epoch, config.seed)
    return ShuffledWindows(windows, config.batch_size, config.seed)


def compile_forecaster(model: Forecaster, config: TrainConfig, steps: int) -> None:
    """Gives the model its optimizer.

    Args:
        model: built.
        config: of the optimizer.
        steps: of the whole training, for schedules that end; 0 keeps `learning_rate` as it is.
    """
    lasting = {"schedule": config.schedule, "warmup_steps": config.warmup_steps, "decay_steps": max(steps, 1)}
    if config.schedule == "cosine":
        lasting["decay_steps"] = max(steps, config.warmup_steps + 1)
    if config.schedule == "inverse_sqrt":
        lasting["warmup_steps"] = max(1, config.warmup_steps)
    how = optimizer(
        config.optimizer,
        config.learning_rate,
        clip_norm=config.clip_norm or None,
        **(lasting if steps else {}),
        **({"weight_decay": config.weight_decay} if config.optimizer == "adamw" else {}),
    )
    model.compile(optimizer=how, jit_compile=False)  # the loss is the head's


def fit_forecaster(prepared: Prepared, config: StockConfig, folder: RunFolder, resume: bool) -> dict:
    """Trains until the validation loss stops falling or the epochs are over, and saves the best weights.

    Returns:
        how the training went: for metrics.json.
    """
    model, options = prepared.model, config.train
    validation = EpochData(prepared.validation, prepared.validation.output_signature).one_epoch()
    average = MovingAverage(options.ema_decay) if options.averaging == "ema" else None
    best = DecodedMetric(
        "val_loss",
        lambda: model.evaluate(validation, verbose=0),
        mode="min",
        patience=options.patience or None,
        min_delta=options.min_delta,
        average=average,
    )
    training = EpochData(prepared.training, prepared.training.output_signature)
    callbacks = [
        *([TimeLimit(options.max_minutes)] if options.max_minutes else []),
        *([average] if average else []),
        best,
        GradientFlow(training.first(), folder.plots),
    ]
    history = fit(
        model,
        training,
        epochs=options.epochs,
        run_dir=folder.path,
        callbacks=callbacks,
        checkpoint_every=options.checkpoint_every,
        keep=options.keep_checkpoints,
        resume=resume,
        fingerprint=config.to_dict(),
        verbose=1 if sys.stdout.isatty() else 2,
    )
    return {
        "epochs": len(history.rows),
        "best_epoch": best.best_epoch,
        best.name: best.best,
        "weights": "moving average" if average else "best epoch",
        "seconds": round(sum(row["seconds"] for row in history.rows), 1),
    }
