"""A look inside trained networks: attention, gates, saliency and what drives a unit, as arrays and as pictures.

Pictures need matplotlib, which is imported where they are drawn; what runs a network is in modules of its own, so that
`import rnnapps.inspection` loads no TensorFlow.
"""

from rnnapps.inspection.drawing import drawn
from rnnapps.inspection.plot_alignment import plot_alignment
from rnnapps.inspection.plot_history import plot_history

__all__ = ["drawn", "plot_alignment", "plot_history"]
