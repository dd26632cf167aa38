"""Searching the configurations of an application: what it declares, and the search."""

from rnnapps.tuning.options import TuningOptions
from rnnapps.tuning.search import search
from rnnapps.tuning.tunable import HeldOut, Objective, Trial, Tunable

__all__ = ["HeldOut", "Objective", "Trial", "Tunable", "TuningOptions", "search"]
