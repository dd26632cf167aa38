"""Training: fit with checkpoints and resume, schedules, clipping, and callbacks that look inside."""

from rnnapps.training.checkpoint_average import CheckpointAverage
from rnnapps.training.checkpoints import CheckpointError, Checkpoints, Progress
from rnnapps.training.decoded_metric import DecodedMetric
from rnnapps.training.distribution import Distribution, OtherDataError, WorkerLostError, distribute
from rnnapps.training.epoch_data import ArrayBatches, EpochBatches, EpochData
from rnnapps.training.fit import fit
from rnnapps.training.fit_with_options import fit_with_options, optimizer_of
from rnnapps.training.follow import follow
from rnnapps.training.fused_adam import FusedAdam
from rnnapps.training.gradient_flow import GradientFlow
from rnnapps.training.gradient_norms import GradientNorms, gradient_norms
from rnnapps.training.history import History
from rnnapps.training.moving_average import MovingAverage
from rnnapps.training.optimizers import optimizer
from rnnapps.training.plot_gradient_flow import plot_gradient_flow
from rnnapps.training.save_weights import save_weights
from rnnapps.training.schedules import Constant, WarmupCosine, WarmupExponential, WarmupInverseSqrt, schedule
from rnnapps.training.set_seed import set_seed
from rnnapps.training.time_limit import TimeLimit
from rnnapps.training.write_atomically import write_atomically

__all__ = [
    "ArrayBatches",
    "CheckpointAverage",
    "CheckpointError",
    "Checkpoints",
    "Constant",
    "DecodedMetric",
    "Distribution",
    "EpochBatches",
    "EpochData",
    "FusedAdam",
    "GradientFlow",
    "GradientNorms",
    "History",
    "MovingAverage",
    "OtherDataError",
    "Progress",
    "TimeLimit",
    "WarmupCosine",
    "WarmupExponential",
    "WarmupInverseSqrt",
    "WorkerLostError",
    "distribute",
    "fit",
    "fit_with_options",
    "follow",
    "gradient_norms",
    "optimizer",
    "optimizer_of",
    "plot_gradient_flow",
    "save_weights",
    "schedule",
    "set_seed",
    "write_atomically",
]
