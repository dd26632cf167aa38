"""Training: fit with checkpoints and resume, schedules, clipping, and callbacks that look inside."""

from rnnapps.training.checkpoints import Checkpoints, Progress
from rnnapps.training.decoded_metric import DecodedMetric
from rnnapps.training.epoch_data import ArrayBatches, EpochBatches, EpochData
from rnnapps.training.fit import fit
from rnnapps.training.gradient_flow import GradientFlow
from rnnapps.training.gradient_norms import GradientNorms, gradient_norms
from rnnapps.training.history import History
from rnnapps.training.optimizers import optimizer
from rnnapps.training.plot_gradient_flow import plot_gradient_flow
from rnnapps.training.schedules import Constant, WarmupCosine, WarmupExponential, WarmupInverseSqrt, schedule
from rnnapps.training.set_seed import set_seed
from rnnapps.training.write_atomically import write_atomically

__all__ = [
    "ArrayBatches",
    "Checkpoints",
    "Constant",
    "DecodedMetric",
    "EpochBatches",
    "EpochData",
    "GradientFlow",
    "GradientNorms",
    "History",
    "Progress",
    "WarmupCosine",
    "WarmupExponential",
    "WarmupInverseSqrt",
    "fit",
    "gradient_norms",
    "optimizer",
    "plot_gradient_flow",
    "schedule",
    "set_seed",
    "write_atomically",
]
