"""Training and transcription of speech_to_text's network against plain `keras.layers` and `keras.ops.ctc_loss`.

    python -m benchmarks.speech [--cell lstm|gru] [--units 128] [--rounds 5] [--threads 2] [--clock wall|cpu] [--quick]
                                [--only ctc|training|transcription]

Every side is a process of its own, with the same number of threads, and they take turns round after round, so that a
change of the machine's speed meets all of them; medians are shown. Before anything is measured the sides are compared
by value; if they do not compute the same, nothing is.

ctc            forward and gradient of the two losses, on the same logits. Compared are the losses and the gradients.
training       the recogniser with its features, two convolutions, two recurrent layers in both directions and CTC, on
               the same batches of waveforms; seconds of sound are counted, padding is not. Time is taken between the
               ends of steps, after each batch was seen once: starting and tracing are not in it. "plain" is
               `benchmarks.plain_recognizer`: the same network with the same weights out of `keras.layers`, in
               `Model.fit`. Beside it: with features that were computed once, before; with the sparse loss, for one who
               knows of it; as Keras compiles unless told otherwise; and with what rnnapps' `train` sets in its process:
               one thread per operation, and freed memory kept.
transcription  from waveforms to texts, one at a time and together: seconds of computing for one second of sound (the
               real-time factor). rnnapps gives word times and confidences too. The plain side's beam search is
               TensorFlow's, which has no language model. Streaming is rnnapps' network of one direction, half a second
               at a time. The networks are untrained, with their last layer made as sharp as a trained one's.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from contextlib import ExitStack
from statistics import median

from benchmarks.side_process import SideProcess
from benchmarks.speech_workload import CtcCase, Workload

OURS = "rnnapps"
PARTS = ("ctc", "training", "transcription")
DENSE = "keras.ops.ctc_loss"
SETTINGS = "plain, memory and threads set as rnnapps' commands set them"
TRAINED = [
    OURS,
    "plain",
    "plain, features computed beforehand",
    "plain, sparse CTC loss",
    "plain, jit_compile as Keras chooses",
    SETTINGS,
    f"{SETTINGS}, sparse CTC loss",
]


@dataclasses.dataclass(frozen=True)
class Size:
    """How much is measured."""

    workload: Workload
    ctc: tuple[CtcCase, ...]
    seconds: float  # about what a side may take for a case of the losses, in a round
    passes: int  # over the batches, in a round
    transcribed: int  # recordings


FULL = Size(
    Workload(), (CtcCase(200, 30, 40), CtcCase(400, 30, 80), CtcCase(800, 30, 160), CtcCase(800, 1000, 80)), 4.0, 3, 16
)
QUICK = Size(
    Workload(rate=8000, batches=2, batch_size=3, shortest=1.0, longest=1.5, units=8, filters=8, bands=8),
    (CtcCase(20, 8, 5, 2),),
    0.01,
    2,
    3,
)


def main() -> None:
    options = read_options()
    size = QUICK if options.quick else FULL
    changes = {"cell": options.cell} | ({"units": options.units} if options.units else {})
    size = dataclasses.replace(size, workload=dataclasses.replace(size.workload, **changes))
    # Before TensorFlow is imported: the two sides' comparison by value has no more threads than they.
    os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_NUM_INTRAOP_THREADS": str(options.threads)}
    print(f"{options.threads} threads each, float32; medians of {options.rounds} rounds by the {options.clock} clock.")
    if "ctc" in options.parts:
        print_ctc(options, size)
    if {"training", "transcription"} & set(options.parts):
        describe(size)
        compare(size)
    if "training" in options.parts:
        print_training(options, size)
    if "transcription" in options.parts:
        print_transcription(options, size)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cell", choices=["lstm", "gru"], default="lstm")
    parser.add_argument("--units", type=int, default=None, help="of a recurrent layer, per direction (default: 128)")
    parser.add_argument("--rounds", type=int, default=None, help="after one that is not counted (default: 5)")
    parser.add_argument("--threads", type=int, default=2, help="of each side")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall", help="cpu: where other work goes on too")
    parser.add_argument("--only", choices=PARTS, action="append", dest="parts", help="a part; may be given again")
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes, to see that it runs; its figures mean nothing"
    )
    options = parser.parse_args()
    options.rounds = options.rounds or (1 if options.quick else 5)
    options.parts = options.parts or PARTS
    return options


def start(stack: ExitStack, options, module: str, side: str, workload: Workload | None = None) -> SideProcess:
    """A side's process, which ends with the stack."""
    words = workload.words if workload else []
    return stack.enter_context(SideProcess(sys.executable, module, [side, *words], options.threads))


def in_turns(sides: dict[str, SideProcess], count: int, question: str, **arguments) -> dict[str, list[dict]]:
    """Answers of `count` rounds after one that is not counted."""
    answers = {side: [] for side in sides}
    for _ in range(count + 1):
        for side, process in sides.items():
            answers[side].append(process.ask(question, **arguments))
    return {side: given[1:] for side, given in answers.items()}


def print_ctc(options, size: Size) -> None:
    """Both losses on each case."""
    print("\n## CTC loss, forward and gradient\n", flush=True)
    print("| batch | T | V | L | keras.ops.ctc_loss, ms | rnnapps, ms | faster by | peak memory, MB |")
    print("|---|---|---|---|---|---|---|---|")
    for case in size.ctc:
        with ExitStack() as stack:  # processes of their own, so that each case has its own peak of memory
            sides = {side: start(stack, options, "benchmarks.ctc_sides", side) for side in (OURS, DENSE)}
            sizes = dataclasses.asdict(case)
            first = {side: process.ask("measure", times=1, **sizes) for side, process in sides.items()}
            check_losses(first)
            times = {side: max(1, min(50, round(size.seconds / one["step_seconds"]))) for side, one in first.items()}
            given = {side: [] for side in sides}
            for _ in range(options.rounds):
                for side, process in sides.items():
                    given[side].append(process.ask("measure", times=times[side], **sizes))
            seconds = {side: median(one[step_key(options)] for one in answers) for side, answers in given.items()}
            megabytes = {side: process.ask("memory")["bytes"] / 2**20 for side, process in sides.items()}
        print(
            f"| {case.batch_size} | {case.frames} | {case.symbols} | {case.labels} | {1000 * seconds[DENSE]:,.1f} | "
            f"{1000 * seconds[OURS]:,.1f} | {seconds[DENSE] / seconds[OURS]:.1f} | {megabytes[DENSE]:,.0f} and "
            f"{megabytes[OURS]:,.0f} |",
            flush=True,
        )


def check_losses(given: dict[str, dict]) -> None:
    """Raises a RuntimeError if the two losses or their gradients differ.

    A gradient is the exponential of sums of logarithms, which over 800 frames are thousands: their last place in
    single precision is a thousandth of the gradient, and more of its square.
    """
    for name, share in (("losses", 1e-3), ("gradient", 1e-2)):
        for ours, theirs in zip(given[OURS][name], given[DENSE][name], strict=True):
            if abs(ours - theirs) > share * abs(theirs):
                raise RuntimeError(f"{name}: {ours} and {theirs}, the comparison is void")


def describe(size: Size) -> None:
    w = size.workload
    print(
        f"\nTwo layers of {w.units} units of {w.cell.upper()} in both directions, {w.filters} filters, {w.bands} bands "
        f"at {w.rate} Hz, {w.symbols} symbols; {w.batches} batches of {w.batch_size} recordings of {w.shortest:g} to "
        f"{w.longest:g} seconds.",
        flush=True,
    )


def compare(size: Size) -> None:
    """Prints how near the plain side is, or ends the run."""
    from benchmarks.recognizer_sides import OurSide, PlainSide, check_parity

    few = dataclasses.replace(size.workload, batches=1, batch_size=4)
    parity = check_parity(OurSide(few), PlainSide(few))
    print(
        f"Same weights: loss {parity.loss:.4f}, plain differs by {parity.loss_difference:.0e} of it, the gradient by "
        f"{parity.gradient_difference:.0e}, log probabilities by {parity.posterior_difference:.0e} at most.",
        flush=True,
    )


def print_training(options, size: Size) -> None:
    """Steps of training, all sides in turn."""
    print(
        "\n## Training\n\n"
        "| side | parameters | ms a step | seconds of sound/s | rnnapps is faster by | peak memory, MB |\n"
        "|---|---|---|---|---|---|",
        flush=True,
    )
    sound = size.workload.seconds / size.workload.batches
    with ExitStack() as stack:
        sides = {side: start(stack, options, "benchmarks.recognizer_sides", side, size.workload) for side in TRAINED}
        # Each pass over the batches follows one that is not counted.
        trained = in_turns(sides, options.rounds, "train", rounds=size.passes)
        seconds = {side: median(one[step_key(options)] for one in given) for side, given in trained.items()}
        for side, given in trained.items():
            megabytes = sides[side].ask("memory")["bytes"] / 2**20
            print(
                f"| {side} ({given[0]['versions']}) | {given[0]['parameters']:,} | {1000 * seconds[side]:.0f} | "
                f"{sound / seconds[side]:,.0f} | {_ratio(seconds, side)} | {megabytes:,.0f} |",
                flush=True,
            )


def print_transcription(options, size: Size) -> None:
    """Real-time factors, all sides in turn; the sides must say the same."""
    print(
        "\n## Transcription: seconds of computing for one of sound\n\n"
        "| recordings | decoding | plain | rnnapps | rnnapps is faster by | peak memory, MB |\n"
        "|---|---|---|---|---|---|",
        flush=True,
    )
    with ExitStack() as stack:
        sides = {
            side: start(stack, options, "benchmarks.transcriber_sides", side, size.workload)
            for side in (OURS, "plain", "streaming")
        }
        streaming = {"streaming": sides.pop("streaming")}
        for together in (False, True):
            for decoding in ("greedy", "beam 16"):
                asked = {"recordings": size.transcribed, "decoding": decoding, "together": together}
                given = in_turns(sides, options.rounds, "transcribe", **asked)
                same = check_texts(*(answers[0]["texts"] for answers in given.values()))
                factor = {side: _real_time_factor(options, answers) for side, answers in given.items()}
                megabytes = {side: process.ask("memory")["bytes"] / 2**20 for side, process in sides.items()}
                print(
                    f"| {f'{size.transcribed} together' if together else 'one at a time'} | {decoding} ({same}) | "
                    f"{factor['plain']:.4f} | {factor[OURS]:.4f} | {factor['plain'] / factor[OURS]:.2f} | "
                    f"{megabytes['plain']:,.0f} and {megabytes[OURS]:,.0f} |",
                    flush=True,
                )
        asked = {"recordings": size.transcribed, "decoding": "greedy", "together": False}
        (answers,) = in_turns(streaming, options.rounds, "transcribe", **asked).values()
        factor = _real_time_factor(options, answers)
        print(f"| half a second at a time | greedy, one direction | | {factor:.4f} | | |", flush=True)


def check_texts(ours: list[str], plain: list[str]) -> str:
    """How many texts are the same on both sides.

    Beams of two makers may end with another of two texts that are about as likely, so single characters may differ.

    Raises:
        RuntimeError: more than one character in twenty differs, so that comparing their speed would mean nothing.
    """
    import jiwer

    if (differing := jiwer.cer(plain, ours)) > 0.05:
        raise RuntimeError(f"{differing:.0%} of the characters differ between the sides, the comparison is void")
    return f"{sum(map(str.__eq__, ours, plain))} of {len(ours)} texts alike"


def _real_time_factor(options, answers: list[dict]) -> float:
    return median(one[step_key(options)] for one in answers) / answers[0]["sound"]


def step_key(options) -> str:
    """Under which name a side answers how long a step took."""
    return {"wall": "step_seconds", "cpu": "step_cpu_seconds"}[options.clock]


def _ratio(seconds: dict[str, float], side: str) -> str:
    return "" if side == OURS else f"{seconds[side] / seconds[OURS]:.2f}"


if __name__ == "__main__":
    main()
