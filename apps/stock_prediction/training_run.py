"""One training run: from a panel to weights, figures, plots and a SavedModel."""

from __future__ import annotations

from dataclasses import dataclass

from rnnapps.series.window_batches import DrawnWindows, OrderedWindows, ShuffledWindows
from rnnapps.series.windows import Windows
from rnnapps.training import EpochBatches, EpochData, fit_with_options, optimizer_of

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


def compile_forecaster(model: Forecaster, config: TrainConfig, steps: int | None) -> None:
    """Gives the model its optimizer.

    Args:
        model: built.
        config: of the optimizer.
        steps: of the whole training, for the schedule; None keeps `learning_rate` as it is.
    """
    model.compile(optimizer=optimizer_of(config, steps), jit_compile=False)  # the loss is the head's


def fit_forecaster(prepared: Prepared, config: StockConfig, folder: RunFolder, resume: bool, **fitting) -> dict:
    """Trains until the validation loss stops falling or the epochs are over, and saves the best weights.

    `fitting` are further arguments of `fit_with_options`.

    Returns:
        how the training went: for metrics.json.
    """
    model, validation = prepared.model, EpochData(prepared.validation, prepared.validation.output_signature).one_epoch()
    return fit_with_options(
        model,
        prepared.training,
        "val_loss",
        lambda: model.evaluate(validation, verbose=0),
        config.train,
        folder.path,
        mode="min",
        resume=resume,
        fingerprint=config.to_dict(),
        **fitting,
    )
