"""Which loop over time a layer runs on."""

from __future__ import annotations

import tensorflow as tf

from rnnapps.kernels.activations import derivable_names, is_derivable
from rnnapps.kernels.parameters import Activation

KERNELS = ("reference", "bptt", "keras")


def validate(kernel: str, truncate: int | None) -> None:
    """Raises ValueError if a layer cannot have these arguments."""
    if kernel not in ("auto", *KERNELS):
        raise ValueError(f"kernel={kernel!r}: expected one of {('auto', *KERNELS)}")
    if truncate is not None and (not isinstance(truncate, int) or truncate < 1):
        raise ValueError(f"truncate={truncate!r}: expected a number of steps >= 1, or None")
    if truncate is not None and kernel == "keras":
        raise ValueError(f"truncate={truncate}: kernel='keras' cannot truncate; use 'auto', 'bptt' or 'reference'")


def choose(kernel: str, activations: tuple[Activation, ...], *, plain: bool, truncate: int | None) -> str:
    """The name in `KERNELS` of the loop to run.

    On a CPU "auto" takes the hand-derived loop at every shape: it was the fastest or within 4 % of it for all three
    layers at the six shapes of benchmarks/README.md, forward and in training. On a GPU, cuDNN through Keras.

    Args:
        kernel: what the layer was told: one of `KERNELS` is obeyed, "auto" decides.
        activations: all activations inside the loop.
        plain: the layer computes what `keras.layers` computes, so that cuDNN may run it.
        truncate: steps of truncated backpropagation, or None.
    Raises:
        ValueError: kernel="bptt" with an activation whose derivative is not known.
    """
    derivable = all(is_derivable(a) for a in activations)
    if kernel == "bptt" and not derivable:
        names = [getattr(a, "__name__", str(a)) for a in activations if not is_derivable(a)]
        raise ValueError(
            f"kernel='bptt' knows the derivatives of {', '.join(derivable_names())}, not of {', '.join(names)}; "
            "use kernel='auto'"
        )
    if kernel != "auto":
        return kernel
    if plain and truncate is None and tf.config.list_logical_devices("GPU"):
        return "keras"
    if derivable:
        return "bptt"
    return "reference" if truncate else "keras"
