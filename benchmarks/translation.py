"""Training and decoding of the translator against a plain Keras loop and, where installed, JoeyNMT.

    python -m benchmarks.translation [--cell gru|lstm] [--units 256 512] [--rounds 5] [--threads 2] [--quick]
                                     [--data SOURCE TARGET] [--joeynmt PYTHON] [--clock wall|cpu]

Every side is a process of its own, with the same number of threads, and they take turns round after round, so that a
change of the machine's speed meets all of them; medians are shown. All sides train on the same batches (real target
tokens are counted, padding is not) and translate the same sentences, in the same order, shortest first.

rnnapps    as its commands train, which lets the process keep the memory that it frees (`rnnapps.freed_memory`).
plain      `benchmarks.plain_translator`: the same function with the same weights, as a Keras user writes it. First the
           two are compared by value; if they do not compute the same, nothing is measured. "freed memory kept" is the
           same with that setting, to tell the gain of the one from that of the other.
JoeyNMT    its recurrent model of the same sizes, dtype and optimizer; needs joeynmt in this environment, or in the
           one of `--joeynmt /path/to/python` (`pip install joeynmt importlib_metadata`: 2.3 needs both).

Decoding is with untrained weights, of which nobody knows where they would end a sentence. Therefore the end symbol is
out of reach on both sides and every sentence gets as many tokens as its source has, and one. rnnapps is given texts and
gives texts, JoeyNMT is given ids and gives pieces.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.side_process import SideError, SideProcess

# Label smoothing and side. Without smoothing the plain side needs no one-hot rows: the harder comparison.
TRAINING = [("0.1", "rnnapps"), ("0.1", "plain"), ("0.1", "JoeyNMT")]
AT_THE_FIRST_SIZE = [
    ("0.1", "plain, freed memory kept"),
    ("0", "rnnapps"),
    ("0", "plain"),
    ("0", "plain, freed memory kept"),
    ("0", "plain, vocabulary inside the loop"),
]


@dataclasses.dataclass(frozen=True)
class Size:
    """How much is measured."""

    vocabulary: int = 8000
    embedding: int = 256
    pairs: int = 20_000
    batches: int = 5
    tokens_per_batch: int = 1024
    decoded_batches: int = 3
    batch_size: int = 100  # sentences
    one_by_one: int = 24  # of them are translated at batch size 1
    beam_size: int = 5


QUICK = Size(300, 16, 400, 2, 128, 2, 3, 2, 2)


@dataclasses.dataclass(frozen=True)
class Figures:
    """What was measured of one side: the median of its seconds, and its peak of memory."""

    seconds: float
    megabytes: float
    parameters: int
    versions: str


def main() -> None:
    options = read_options()
    size = QUICK if options.quick else Size()
    # Before TensorFlow is imported: the two sides' comparison by value has no more threads than they.
    os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_NUM_INTRAOP_THREADS": str(options.threads)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workload.npz"
        workload = prepare(options, size, path)
        compare(options, size, workload)
        for units in options.units:
            sides = TRAINING + (AT_THE_FIRST_SIZE if units == options.units[0] else [])
            print_training(options, size, workload, path, units, sides)
        print_decoding(options, size, workload, path, options.units[0])
        if options.joeynmt is None:
            print("\nJoeyNMT is not installed here; --joeynmt names the interpreter of an environment that has it.")


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cell", choices=["gru", "lstm"], default="gru")
    parser.add_argument("--units", type=int, nargs="+", default=None, help="of the decoder and each direction")
    parser.add_argument("--rounds", type=int, default=None, help="after one that is not counted (default: 5)")
    parser.add_argument("--threads", type=int, default=2, help="of each side")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall", help="cpu: where other work goes on too")
    parser.add_argument("--data", nargs=2, metavar=("SOURCE", "TARGET"), help="parallel files instead of made-up pairs")
    parser.add_argument("--joeynmt", metavar="PYTHON", help="interpreter of an environment that has joeynmt")
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes, to see that it runs; its figures mean nothing"
    )
    options = parser.parse_args()
    options.units = options.units or ([24] if options.quick else [256, 512])
    options.rounds = options.rounds or (1 if options.quick else 5)
    if options.joeynmt and not shutil.which(options.joeynmt):
        parser.error(f"--joeynmt: {options.joeynmt!r} is not an interpreter; give the path of an environment's python")
    if options.joeynmt is None and importlib.util.find_spec("joeynmt"):
        options.joeynmt = sys.executable
    return options


def prepare(options, size, path):
    """Makes and writes what all sides work on."""
    from benchmarks.translation_workload import made_up_pairs, make_workload
    from rnnapps.text.pairs import read_parallel

    pairs = read_parallel(*options.data) if options.data else made_up_pairs(size.pairs)
    workload = make_workload(
        pairs, size.vocabulary, size.batches, size.tokens_per_batch, size.decoded_batches, size.batch_size
    )
    workload.save(path)
    lengths = [len(ids) for ids in workload.sentence_ids]
    print(
        f"{options.cell.upper()}, embeddings of {size.embedding}, vocabulary of {workload.vocabulary:,}, float32, "
        f"{options.threads} threads each; {pairs.name}: {len(workload.batches)} batches of "
        f"{workload.target_tokens / len(workload.batches):.0f} real target tokens in the mean, "
        f"{len(lengths)} sentences of {min(lengths)} to {max(lengths)} tokens, {sum(lengths) / len(lengths):.1f} in "
        f"the mean; medians of {options.rounds} rounds by the {options.clock} clock.\n",
        flush=True,
    )
    return workload


def compare(options, size, workload):
    """Prints how near the plain side's loss is, or ends the run."""
    from benchmarks.translator_sides import check_parity, plain_translator, translator

    few = dataclasses.replace(workload, batches=workload.batches[:2])
    sizes = (few, options.cell, size.embedding, options.units[0])
    for smoothing in sorted({float(smoothing) for smoothing, _ in TRAINING + AT_THE_FIRST_SIZE}):
        parity = check_parity(translator(*sizes, smoothing), plain_translator(*sizes, smoothing), few)
        print(
            f"Same weights, label smoothing {smoothing}: loss {parity.loss:.4f}, plain differs by "
            f"{parity.loss_difference:.0e} of it, the gradient by {parity.gradient_difference:.0e}, the loss over "
            f"{len(few.batches)} steps by {parity.trained_difference:.0e}.",
            flush=True,
        )


def start(stack: ExitStack, options, size, path, side: str, units: int, smoothing: str) -> SideProcess:
    """A side's process, which ends with the stack."""
    sizes = [options.cell, str(size.embedding), str(units), smoothing]
    if side == "JoeyNMT":
        command = (options.joeynmt, "benchmarks.joeynmt_side", [str(path), *sizes, str(options.threads)])
    else:
        command = (sys.executable, "benchmarks.translator_sides", [str(path), side, *sizes])
    return stack.enter_context(SideProcess(*command, options.threads))


def measure(sides: dict, options, question: str, **arguments) -> dict[tuple[str, str], Figures]:
    """Asks all sides in turn.

    Args:
        sides: (label smoothing, side) -> process.
        options: `rounds` that are counted, after one that is not, and the `clock`.
        question: "train" or "decode", with its arguments.
    Returns:
        (label smoothing, side) -> figures; JoeyNMT is left out if it fails, and the reason printed.
    """
    answers = {key: [] for key in sides}
    for _ in range(options.rounds + 1):
        for key in list(answers):
            try:
                answers[key].append(sides[key].ask(question, **arguments))
            except SideError as error:
                if key[1] != "JoeyNMT":
                    raise
                print(f"JoeyNMT is not measured: {error}\n", flush=True)
                del answers[key], sides[key]
    seconds = {"wall": "seconds", "cpu": "cpu_seconds"}[options.clock]
    return {
        key: Figures(
            median(answer[seconds] for answer in given[1:]),
            sides[key].ask("memory")["bytes"] / 2**20,
            given[0]["parameters"],
            given[0]["versions"],
        )
        for key, given in answers.items()
    }


def print_training(options, size, workload, path, units, wanted):
    print(f"\n## Training, {units} units\n", flush=True)
    with ExitStack() as stack:
        sides = {
            (smoothing, side): start(stack, options, size, path, side, units, smoothing)
            for smoothing, side in wanted
            if side != "JoeyNMT" or options.joeynmt
        }
        figures = measure(sides, options, "train")
    print("| label smoothing | side | parameters | target tokens/s | rnnapps is faster by | peak memory, MB |")
    print("|---|---|---|---|---|---|")
    for (smoothing, side), found in figures.items():
        ratio = "" if side == "rnnapps" else f"{found.seconds / figures[smoothing, 'rnnapps'].seconds:.2f}"
        speed = workload.target_tokens / found.seconds
        print(
            f"| {smoothing} | {side} ({found.versions}) | {found.parameters:,} | {speed:,.0f} | {ratio} | "
            f"{found.megabytes:,.0f} |",
            flush=True,
        )


def print_decoding(options, size, workload, path, units):
    print(f"\n## Decoding, {units} units, beam {size.beam_size}\n", flush=True)
    print("| batch | side | sentences/s | rnnapps is faster by | peak memory, MB |")
    print("|---|---|---|---|---|")
    everything = list(range(len(workload.sentences)))
    some = everything[:: max(1, len(everything) // size.one_by_one)][: size.one_by_one]
    with ExitStack() as stack:
        names = ["rnnapps", *(["JoeyNMT"] if options.joeynmt else [])]
        sides = {("0", side): start(stack, options, size, path, side, units, "0") for side in names}
        # The smaller first, so that its peak of memory is its own.
        for batch_size, sentences in ((1, some), (size.batch_size, everything)):
            arguments = {"beam_size": size.beam_size, "batch_size": batch_size, "sentences": sentences}
            figures = measure(sides, options, "decode", **arguments)
            for (_, side), found in figures.items():
                ratio = "" if side == "rnnapps" else f"{found.seconds / figures['0', 'rnnapps'].seconds:.2f}"
                print(
                    f"| {batch_size} | {side} ({found.versions}) | {len(sentences) / found.seconds:.1f} | {ratio} | "
                    f"{found.megabytes:,.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
