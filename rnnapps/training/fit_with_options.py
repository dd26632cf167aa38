"""Training as the options of an application ask for it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras

from rnnapps.training.checkpoint_average import CheckpointAverage
from rnnapps.training.decoded_metric import DecodedMetric
from rnnapps.training.distribution import Distribution
from rnnapps.training.epoch_data import EpochBatches, EpochData
from rnnapps.training.fit import fit
from rnnapps.training.gradient_flow import GradientFlow
from rnnapps.training.moving_average import MovingAverage
from rnnapps.training.optimizers import optimizer
from rnnapps.training.tensorboard_logs import tensorboard_logs
from rnnapps.training.time_limit import TimeLimit
from rnnapps.training_options import TrainingOptions

# The exponential schedule halves the rate this often in a training, so that a tenth of it is left at the end.
HALVINGS = 3.3


def optimizer_of(options: TrainingOptions, steps: int | None) -> keras.optimizers.Optimizer:
    """The optimizer that the options ask for.

    Args:
        options: of the training.
        steps: of the whole training, for the schedule; None keeps `learning_rate` as it is throughout.
    """
    schedule = {}
    if steps is not None:
        needs_warmup = options.schedule == "inverse_sqrt"
        halving = max(1, round(steps / HALVINGS))
        schedule = {
            "schedule": options.schedule,
            "warmup_steps": max(1, options.warmup_steps) if needs_warmup else options.warmup_steps,
            "decay_steps": halving if options.schedule == "exponential" else max(steps, options.warmup_steps + 1),
        }
    return optimizer(
        options.optimizer,
        options.learning_rate,
        clip_norm=options.clip_norm or None,
        **schedule,
        **({"weight_decay": options.weight_decay} if options.optimizer == "adamw" else {}),
    )


def fit_with_options(
    model: keras.Model,
    training: EpochBatches,
    metric: str,
    measure: Callable[[], float | Mapping[str, float]],
    options: TrainingOptions,
    run_dir: str | Path,
    *,
    mode: str = "max",
    validation: EpochBatches | None = None,
    callbacks: Callable[[DecodedMetric], Sequence[keras.callbacks.Callback]] | None = None,
    until: int | None = None,
    gradients: bool = True,
    resume: bool = False,
    fingerprint: Any = None,
    distribution: Distribution | None = None,
) -> dict[str, Any]:
    """`fit` until a metric stops improving, the epochs or the minutes are over; the best weights stay in the model.

    Gradient norms of the first batch are recorded and drawn in `run_dir/plots`.

    Args:
        model: compiled.
        training: the batches.
        metric: name of what `measure` gives, e.g. "val_bleu".
        measure: measures the validation side with the weights that are in the model then; see `DecodedMetric`.
        options: of the training.
        run_dir: folder of the run.
        mode: "max" when greater is better, "min" when smaller is.
        validation: batches that Keras takes the validation loss and metrics of; None where `measure` sees to it.
        callbacks: gives further callbacks, which come after the metric is measured, from the `DecodedMetric`.
        until: epochs after which to pause, earlier than `options.epochs`, by which schedules go; resumed with a larger
            number or None, the training goes on as if it had not paused.
        gradients: record gradient norms.
        resume, fingerprint, distribution: see `fit`.
    Returns:
        for metrics.json: `epochs` done, `best_epoch`, the best value under the name of the metric, `seconds` of all
        epochs, and `weights`, what is in the model: moving average, mean of the last epochs, or best epoch.
    """
    average = MovingAverage(options.ema_decay) if options.averaging == "ema" else None
    best = DecodedMetric(
        metric,
        measure,
        mode=mode,
        patience=options.patience or None,
        min_delta=options.min_delta,
        every=options.evaluate_every,
        average=average,
    )
    mean = CheckpointAverage(best, options.average_last) if options.averaging == "last" else None
    data = EpochData(training)
    history = fit(
        model,
        data,
        epochs=options.epochs if until is None else min(until, options.epochs),
        run_dir=run_dir,
        validation_data=None if validation is None else EpochData(validation),
        callbacks=[
            *([TimeLimit(options.max_minutes)] if options.max_minutes else []),
            *([average] if average else []),
            best,
            *([mean] if mean else []),
            *(callbacks(best) if callbacks else []),
            *([tensorboard_logs(Path(run_dir) / "tensorboard")] if options.tensorboard else []),
            *([GradientFlow(data.first(), Path(run_dir) / "plots")] if gradients else []),
        ],
        checkpoint_every=options.checkpoint_every,
        keep=options.keep_checkpoints,
        resume=resume,
        fingerprint=_of_any_strategy(fingerprint),
        verbose=1 if sys.stdout.isatty() else 2,
        distribution=distribution,
    )
    mean_is_better = mean is not None and mean.kept
    return {
        "epochs": len(history.rows),
        "best_epoch": best.best_epoch,
        metric: mean.value if mean_is_better else best.best,
        "weights": "mean of the last epochs" if mean_is_better else ("moving average" if average else "best epoch"),
        "seconds": round(sum(row["seconds"] for row in history.rows), 1),
    }


def _of_any_strategy(fingerprint):
    """A run may go on over other devices: its loss and weights do not depend on them."""
    if not isinstance(fingerprint, dict) or not isinstance(fingerprint.get("train"), dict):
        return fingerprint
    train = {name: value for name, value in fingerprint["train"].items() if name != "strategy"}
    return fingerprint | {"train": train}
