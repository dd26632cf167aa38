"""Pictures of recorded gradient norms."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from rnnapps.training.write_atomically import write_atomically


def plot_gradient_flow(records: Mapping[str, np.ndarray], path: str | Path) -> list[Path]:
    """Draw the records of `GradientFlow`: norms per layer over training, and per time step.

    Args:
        records: `steps` (N,), `weights/<layer>` (N,), `states/<state>` (N, T).
        path: folder for gradient_flow_layers.png and gradient_flow_time.png.
    Returns:
        the files written; the second one only if there is a recurrent state.
    """
    path = Path(path)
    weights = {name.removeprefix("weights/"): v for name, v in records.items() if name.startswith("weights/")}
    states = {name.removeprefix("states/"): v for name, v in records.items() if name.startswith("states/")}
    files = [_save(_draw_layers(records["steps"], weights), path / "gradient_flow_layers.png")]
    if states:
        files.append(_save(_draw_time(records["steps"], states), path / "gradient_flow_time.png"))
    return files


def _draw_layers(steps, weights):
    figure = _figure(10, max(4.0, 0.22 * len(weights) + 1.5))
    axes = figure.add_subplot()
    for index, (name, norms) in enumerate(weights.items()):
        # Ten colours, then the same ones dashed: more cannot be told apart.
        line = ("-", "--", ":", "-.")[index // 10 % 4]
        axes.plot(steps, _positive(norms), line, marker=".", label=name)
    _logarithmic(axes)
    axes.set_ylim(*(10**decade for decade in _decades(weights.values())))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel("training step")
    axes.set_ylabel("norm of the gradient, |dL/dW|")
    axes.set_title("Gradient of the loss by layer, on one fixed batch")
    axes.grid(alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize="small", title="layer")
    return figure


def _draw_time(steps, states):
    figure = _figure(11, 3.0 * len(states) + 0.6)
    grid = figure.subplots(len(states), 2, squeeze=False)
    low, high = _decades(states.values())
    for (name, norms), (lines, heat) in zip(states.items(), grid, strict=True):
        time = np.arange(1, norms.shape[1] + 1)
        for record in sorted({0, len(steps) - 1}):
            lines.plot(time, _positive(norms[record]), marker=".", label=f"training step {steps[record]}")
        _logarithmic(lines)
        lines.set_ylim(10**low, 10**high)
        lines.xaxis.get_major_locator().set_params(integer=True)
        lines.set_title(f"{name}: gradient over time", fontsize="medium")
        lines.set_xlabel("time step t (position in the sequence)")
        lines.set_ylabel("|dL/dh_t|".replace("h_t", f"{name.rsplit(' ', 1)[-1]}_t"))
        lines.grid(alpha=0.3)
        lines.legend(fontsize="small")
        image = heat.imshow(
            np.log10(_positive(norms)),
            aspect="auto",
            interpolation="nearest",
            extent=(0.5, norms.shape[1] + 0.5, len(steps) - 0.5, -0.5),
            cmap="viridis",
            vmin=low,
            vmax=high,
        )
        heat.set_facecolor("lightgrey")
        heat.xaxis.get_major_locator().set_params(integer=True)
        ticks = np.unique(np.linspace(0, len(steps) - 1, 6).round().astype(int))
        heat.set_yticks(ticks, [str(steps[tick]) for tick in ticks])
        heat.set_title(f"{name}: gradient over time and training", fontsize="medium")
        heat.set_xlabel("time step t (grey: no gradient)")
        heat.set_ylabel("training step")
        figure.colorbar(image, ax=heat, label="log10 of the norm")
    figure.suptitle("Gradient reaching each time step: lost over many steps it vanishes, grown it explodes")
    return figure


def _logarithmic(axes):
    from matplotlib.ticker import NullLocator

    axes.set_yscale("log")
    axes.yaxis.set_minor_locator(NullLocator())  # hundreds of marks, a third of the time to draw


def _decades(curves):
    """One range of log10 for all curves, so that they compare, of two decades at least, so that noise stays small."""
    logs = np.log10(np.concatenate([_positive(curve).ravel() for curve in curves]))
    if not np.isfinite(logs).any():
        return -1.0, 1.0
    low, high = np.nanmin(logs), np.nanmax(logs)
    margin = max(0.1, (2 - (high - low)) / 2)
    return low - margin, high + margin


def _figure(width, height):
    # A figure of its own, not pyplot: no window system, no global state.
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=110, layout="constrained")


def _positive(norms):
    norms = np.asarray(norms, np.float64)
    return np.where(np.isfinite(norms) & (norms > 0), norms, np.nan)


def _save(figure, path):
    return write_atomically(path, lambda file: figure.savefig(file, format="png"))
