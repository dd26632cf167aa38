"""rnnapps: recurrent-network layers for Keras 3 and the rooms that applications are built from."""

__version__ = "0.1.0"
