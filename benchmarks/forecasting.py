"""Training and forecasting of stock_prediction's network against plain `keras.layers` and neuralforecast.

    python -m benchmarks.forecasting [--cell lstm|gru] [--units 64] [--rounds 5] [--threads 2] [--quick]
                                     [--neuralforecast PYTHON] [--clock wall|cpu]

Every side is a process of its own, with the same number of threads, and they take turns round after round, so that a
change of the machine's speed meets all of them; medians are shown. All learn from the same random walks, with as many
windows in a step. Time is taken between the ends of steps: starting, tracing and checkpoints are not in it.

rnnapps         `rnnapps.training.fit` over windows that are drawn from the panel, from raw rows, features and scaling
                in the graph, as `train` does it.
plain           `benchmarks.plain_forecaster`: the same network with the same weights out of `keras.layers`, in
                `Model.fit`, fed by windows that were cut out and standardised once, before. First the two are compared
                by value; if they do not compute the same, nothing is measured. Keras compiles with XLA unless told
                otherwise, which is slower here; both are shown. So is plain with what rnnapps' commands set in their
                process: one thread per operation, and freed memory kept.
neuralforecast  its recurrent network of the same width with its MLP decoder; needs neuralforecast in this environment,
                or in the one of `--neuralforecast /path/to/python` (`pip install neuralforecast`). A step's windows
                come out of all windows of 32 series, its default, or of 2, which is less work.

A forecast is from the last raw rows of each series to quantiles of the values to come. What rnnapps' own decoder with
attention and all its features costs beside the others is in a row of its own.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import os
import shutil
import sys
from contextlib import ExitStack
from statistics import median

from benchmarks.forecasting_workload import Workload
from benchmarks.side_process import SideError, SideProcess

OURS, ATTENTION = "rnnapps", "rnnapps, with attention and all features"
SETTINGS = "plain, memory and threads set as rnnapps' commands set them"
# How many series neuralforecast cuts windows out of at every step.
NEURALFORECAST = {"neuralforecast": 32, "neuralforecast, 2 series a step": 2}
SIDES = [OURS, "plain", "plain, jit_compile as Keras chooses", SETTINGS, *NEURALFORECAST, ATTENTION]
GROWING = [OURS, "plain", "neuralforecast"]
KEY = {"wall": "seconds", "cpu": "cpu_seconds"}


@dataclasses.dataclass(frozen=True)
class Size:
    """How much is measured."""

    workload: Workload
    steps: int
    forecasts: int  # in a row, of which the mean is taken
    series: tuple[int, ...]  # for the growing number of series
    together: int  # series forecast at once


FULL = Size(Workload(), 200, 20, (1, 100, 1000), 100)
QUICK = Size(Workload(series=3, rows=200, window=8, units=8, batch_size=16), 20, 2, (1, 3), 3)


def main() -> None:
    options = read_options()
    size = QUICK if options.quick else FULL
    changes = {"cell": options.cell} | ({"units": options.units} if options.units else {})
    size = dataclasses.replace(size, workload=dataclasses.replace(size.workload, **changes))
    # Before TensorFlow is imported: the two sides' comparison by value has no more threads than they.
    os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_NUM_INTRAOP_THREADS": str(options.threads)}
    describe(options, size)
    compare(size)
    print_speed(options, size)
    print_growth(options, size)
    if options.neuralforecast is None:
        print("\nneuralforecast is not installed here; --neuralforecast names an interpreter that has it.")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cell", choices=["lstm", "gru"], default="lstm")
    parser.add_argument("--units", type=int, default=None, help="of the recurrent layer (default: 64)")
    parser.add_argument("--rounds", type=int, default=None, help="after one that is not counted (default: 5)")
    parser.add_argument("--threads", type=int, default=2, help="of each side")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall", help="cpu: where other work goes on too")
    parser.add_argument("--neuralforecast", metavar="PYTHON", help="interpreter of an environment that has it")
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes, to see that it runs; its figures mean nothing"
    )
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 5)
    if options.neuralforecast and not shutil.which(options.neuralforecast):
        parser.error(
            f"--neuralforecast: {options.neuralforecast!r} is no interpreter; give the path of an environment's python"
        )
    if options.neuralforecast is None and importlib.util.find_spec("neuralforecast"):
        options.neuralforecast = sys.executable
    return options


def describe(options, size) -> None:
    w = size.workload
    print(
        f"{w.cell.upper()} of {w.units} units, windows of {w.window} rows, horizon {w.horizon}, 7 quantiles, batches "
        f"of {w.batch_size} windows, {w.series} series of {w.rows:,} rows, float32, {options.threads} threads each; "
        f"medians of {options.rounds} rounds of {size.steps} steps by the {options.clock} clock.\n",
        flush=True,
    )


def compare(size) -> None:
    """Prints how near the plain side is, or ends the run."""
    from benchmarks.forecaster_sides import OtherForecaster, OurForecaster, check_parity

    few = dataclasses.replace(size.workload, series=min(3, size.workload.series), rows=min(500, size.workload.rows))
    ours = OurForecaster(few)
    parity = check_parity(ours, OtherForecaster(few, ours.constants))
    print(
        f"Same weights: loss {parity.loss:.4f}, plain differs by {parity.loss_difference:.0e} of it, the gradient by "
        f"{parity.gradient_difference:.0e}, forecasts by {parity.forecast_difference:.0e} of their spread.",
        flush=True,
    )


def start(stack: ExitStack, options, side: str, workload: Workload) -> SideProcess:
    """A side's process, which ends with the stack."""
    if side in NEURALFORECAST:
        arguments = [str(NEURALFORECAST[side]), *workload.words, str(options.threads)]
        command = (options.neuralforecast, "benchmarks.neuralforecast_side", arguments)
    else:
        command = (sys.executable, "benchmarks.forecaster_sides", [side, *workload.words])
    return stack.enter_context(SideProcess(*command, options.threads))


def in_turns(sides: dict[str, SideProcess], rounds: int, question: str, **arguments) -> dict[str, list[dict]]:
    """Answers of `rounds` rounds after one that is not counted; neuralforecast is left out if it fails."""
    answers = {side: [] for side in sides}
    for _ in range(rounds + 1):
        for side in list(answers):
            try:
                answers[side].append(sides[side].ask(question, **arguments))
            except SideError as error:
                if side not in NEURALFORECAST:
                    raise
                print(f"{side} is not measured: {error}\n", flush=True)
                del answers[side], sides[side]
    return {side: given[1:] for side, given in answers.items()}


def print_speed(options, size) -> None:
    """Training and forecasting, all sides in turn."""
    clock = KEY[options.clock]
    wanted = [side for side in SIDES if side not in NEURALFORECAST or options.neuralforecast]
    with ExitStack() as stack:
        sides = {side: start(stack, options, side, size.workload) for side in wanted}
        print("\n## Training\n", flush=True)
        print("| side | trainable parameters | ms a step | windows/s | rnnapps is faster by | peak memory, MB |")
        print("|---|---|---|---|---|---|")
        trained = in_turns(sides, options.rounds, "train", steps=size.steps)
        seconds = {side: median(one[f"step_{clock}"] for one in given) for side, given in trained.items()}
        for side, given in trained.items():
            megabytes = sides[side].ask("memory")["bytes"] / 2**20
            print(
                f"| {side} ({given[0]['versions']}) | {given[0]['parameters']:,} | {1000 * seconds[side]:.1f} | "
                f"{size.workload.batch_size / seconds[side]:,.0f} | {_ratio(seconds, side)} | {megabytes:,.0f} |",
                flush=True,
            )
        print("\n## Forecasts\n\n| series at once | side | ms | rnnapps is faster by |\n|---|---|---|---|", flush=True)
        for count in (1, size.together):
            given = in_turns(sides, options.rounds, "forecast", series=count, times=size.forecasts)
            seconds = {side: median(one[clock] for one in some) / size.forecasts for side, some in given.items()}
            for side in given:
                print(f"| {count} | {side} | {1000 * seconds[side]:.1f} | {_ratio(seconds, side)} |", flush=True)


def print_growth(options, size) -> None:
    """The cost of a step for more and more series, a process at a time, each with its own peak of memory."""
    clock = KEY[options.clock]
    print(
        "\n## More series\n\n| side | series | rows in all, MB | ms a step | peak memory, MB |\n|---|---|---|---|---|"
    )
    for side in GROWING:
        if side in NEURALFORECAST and not options.neuralforecast:
            continue
        for count in size.series:
            workload = dataclasses.replace(size.workload, series=count)
            with ExitStack() as stack:
                process = {side: start(stack, options, side, workload)}
                given = in_turns(process, 1, "train", steps=size.steps).get(side)
                if not given:
                    break
                megabytes = process[side].ask("memory")["bytes"] / 2**20
            raw = count * workload.rows * 8 / 2**20
            print(
                f"| {side} | {count:,} | {raw:.2f} | {1000 * given[0][f'step_{clock}']:.1f} | {megabytes:,.0f} |",
                flush=True,
            )


def _ratio(seconds: dict[str, float], side: str) -> str:
    return "" if side == OURS else f"{seconds[side] / seconds[OURS]:.2f}"


if __name__ == "__main__":
    main()
