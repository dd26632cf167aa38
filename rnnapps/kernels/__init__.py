"""The loops over time that recurrent layers run on. A layer asks `choose` which one, and `run` to run it.

reference   the papers' equations step by step, gradients by autodiff: the truth for tests
bptt        hand-derived backpropagation through time
keras       Keras's own loop (cuDNN on a GPU); it runs in the layer, because it needs the cell

`attention_loop` is the second kind for a decoder that attends before each step.
"""

from rnnapps.kernels import reference
from rnnapps.kernels.activations import is_derivable
from rnnapps.kernels.additive_attention import AdditiveAttention
from rnnapps.kernels.attention_loop import Level, attention_loop
from rnnapps.kernels.choice import KERNELS, choose, validate
from rnnapps.kernels.flat_matmul import flat_matmul
from rnnapps.kernels.input_projection import project
from rnnapps.kernels.location_features import location_features
from rnnapps.kernels.masked_softmax import masked_softmax
from rnnapps.kernels.parameters import GRUParameters, LSTMParameters, SimpleRNNParameters
from rnnapps.kernels.run import run, steps_of

__all__ = [
    "KERNELS",
    "AdditiveAttention",
    "GRUParameters",
    "LSTMParameters",
    "Level",
    "SimpleRNNParameters",
    "attention_loop",
    "choose",
    "flat_matmul",
    "is_derivable",
    "location_features",
    "masked_softmax",
    "project",
    "reference",
    "run",
    "steps_of",
    "validate",
]
