"""A side of a benchmark as a process of its own: asked in turn with others, with its own peak of memory.

Needs nothing but the standard library, so that a side can live in another environment.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]


class SideError(RuntimeError):
    """A side that failed, with its last words."""


class SideProcess:
    """Starts `python -m module arguments` and asks it questions; the process waits idly between them.

    Args:
        python: the interpreter.
        module: one that ends in `serve`.
        arguments: of the module.
        threads: how many threads the side may use.
    """

    def __init__(self, python: str, module: str, arguments: list[str], threads: int):
        limits = {
            name: str(threads)
            for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
        }
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by __exit__
        self.process = subprocess.Popen(
            [python, "-m", module, *arguments],
            cwd=ROOT,
            env={**os.environ, **limits, "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )

    def ask(self, question: str, **arguments) -> dict:
        """The answer, a dictionary, with the `seconds` and the `cpu_seconds` that it took.

        Raises:
            SideError: the side failed or ended.
        """
        try:
            print(json.dumps({"question": question, **arguments}), file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.log.seek(0)
            raise SideError(([line.strip() for line in self.log if line.strip()] or ["it ended"])[-1])
        answer = json.loads(line)
        if "error" in answer:
            raise SideError(answer["error"])
        return answer

    def __enter__(self) -> SideProcess:
        return self

    def __exit__(self, error, *_) -> None:
        if error is not None:
            self.process.terminate()  # it may be in the middle of a long answer
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()


def serve(answers: dict[str, Callable[..., dict]]) -> None:
    """Answers questions until there are no more; `memory` is answered here."""
    # What a library prints goes to the log, not between the answers.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    answers = {**answers, "memory": peak_memory}
    for line in sys.stdin:
        arguments = json.loads(line)
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            answer = answers[arguments.pop("question")](**arguments)
            answer |= {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
        except Exception as error:  # told to the one who asked
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=out, flush=True)


def peak_memory() -> dict:
    """The most memory that this process has held so far."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux carries ru_maxrss over from the process that started this one; this counts from its own start.
        words = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return {"bytes": int(words["VmHWM"].split()[0]) * 1024}
    unit = 1 if sys.platform == "darwin" else 1024
    return {"bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit}
