"""The loops over time that recurrent layers run on. A layer asks `choose` which one, and `run` to run it.

reference   the papers' equations step by step, gradients by autodiff: the truth for tests
bptt        hand-derived backpropagation through time
keras       Keras's own loop (cuDNN on a GPU); it runs in the layer, because it needs the cell
"""

from rnnapps.kernels import reference
from rnnapps.kernels.choice import KERNELS, choose, validate
from rnnapps.kernels.parameters import GRUParameters, LSTMParameters, SimpleRNNParameters
from rnnapps.kernels.run import run

__all__ = [
    "KERNELS",
    "GRUParameters",
    "LSTMParameters",
    "SimpleRNNParameters",
    "choose",
    "reference",
    "run",
    "validate",
]
