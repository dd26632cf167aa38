"""A served run under load on loopback: latency, requests per second, memory; in batches and one by one.

    python -m benchmarks.serving APPLICATION RUN [--clients 50] [--seconds 60] [--batch_sizes 32 1]

Each server is a process of its own. So many clients ask it at the same time, each anew as soon as it was answered, for
so many seconds after a warm-up; requests are not prepared while it is measured. What a client asks: translation, a
sentence; speech_to_text, a recording of the run's examples as WAV; stock_prediction, a table with one series, as many
rows as the model sees. The first fifth of the time is not counted. Errors are answers other than 200.

Memory is what the server's process holds (VmRSS) after a fifth of the time, at the end, and the rate between the two.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

SENTENCES = (
    "I see two black cats.",
    "The old house is not white.",
    "We have three books.",
    "She does not like the green car.",
    "It is half past nine.",
    "They are eating bread in the big kitchen.",
    "Do you see the small dog?",
    "The train leaves at a quarter to eight.",
)
PATHS = {"translation": "/v1/translate", "speech_to_text": "/v1/transcribe", "stock_prediction": "/v1/forecast"}
KINDS = {"translation": "application/json", "speech_to_text": "audio/wav", "stock_prediction": "text/csv"}


@dataclass
class Measured:
    """What the clients of one server saw."""

    seconds: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    errors: int = 0


def main() -> None:
    """Prints a row for each batch size."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("application", choices=PATHS)
    parser.add_argument("run", help="path of a run")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--batch_sizes", type=int, nargs="+", default=[32, 1])
    given = parser.parse_args()
    bodies = requests_of(given.application, Path(given.run))
    print(f"{given.application}, {given.clients} clients, {given.seconds:g} s each")
    print("batches of  requests/s  median ms  95 % ms  99 % ms  errors  MB then  MB at the end")
    for size in given.batch_sizes:
        print(row(given, bodies, size), flush=True)


def row(given: argparse.Namespace, bodies: list[bytes], size: int) -> str:
    """Starts a server, measures it, stops it."""
    command = [
        sys.executable,
        "-m",
        f"apps.{given.application}",
        "serve",
        given.run,
        "--port=0",
        f"--batch_size={size}",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            found = re.search(r"http://([\d.]+):(\d+)/", server.stdout.readline())
            if found is None:
                raise SystemExit(f"the server did not start: {' '.join(command)}")
            place = found[1], int(found[2])
            asyncio.run(load(place, given, bodies, min(5.0, given.seconds / 4)))
            measured, memory = asyncio.run(watched(place, given, bodies, server.pid))
        finally:
            server.send_signal(signal.SIGINT)
    skipped = given.seconds / 5
    kept = np.array([took for took, end in zip(measured.seconds, measured.ends, strict=True) if end > skipped])
    rate = len(kept) / (given.seconds - skipped)
    middle, slow, slowest = 1000 * np.percentile(kept, [50, 95, 99])
    return (
        f"{size:10}  {rate:10.1f}  {middle:9.1f}  {slow:7.1f}  {slowest:7.1f}  {measured.errors:6}  "
        f"{memory[0]:7.1f}  {memory[1]:13.1f}"
    )


async def watched(place, given: argparse.Namespace, bodies: list[bytes], process: int) -> tuple[Measured, list[float]]:
    """A load, and the process's megabytes after a fifth of it and at its end."""
    memory = []

    async def watch():
        await asyncio.sleep(given.seconds / 5)
        memory.append(resident(process))

    measured, _ = await asyncio.gather(load(place, given, bodies, given.seconds), watch())
    return measured, [*memory, resident(process)]


async def load(place: tuple[str, int], given: argparse.Namespace, bodies: list[bytes], seconds: float) -> Measured:
    """Clients that ask at the same time, each anew as soon as it was answered."""
    measured, began = Measured(), time.monotonic()
    head = (
        f"POST {PATHS[given.application]} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {KINDS[given.application]}\r\n"
    )
    sent = [f"{head}content-length: {len(body)}\r\n\r\n".encode() + body for body in bodies]

    async def ask(number: int):
        reader, writer = await asyncio.open_connection(*place)
        while time.monotonic() - began < seconds:
            asked = time.monotonic()
            writer.write(sent[number % len(sent)])
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(re.search(rb"content-length: (\d+)", answer.lower())[1])
            await reader.readexactly(length)
            now = time.monotonic()
            measured.errors += not answer.startswith(b"HTTP/1.1 200 ")
            measured.seconds.append(now - asked)
            measured.ends.append(now - began)
            number += 1
        writer.close()

    await asyncio.gather(*map(ask, range(given.clients)))
    return measured


def requests_of(application: str, run: Path) -> list[bytes]:
    """Bodies to send in turn."""
    if application == "translation":
        return [json.dumps({"texts": [text]}).encode() for text in SENTENCES]
    if application == "speech_to_text":
        found = [path.read_bytes() for path in sorted((run / "examples").glob("*.wav"))]
        return found or sys.exit(f"{run}: has no examples/*.wav")
    from apps.stock_prediction.run_folder import RunFolder

    folder = RunFolder.open(run)
    panel, rows = folder.state().panel, folder.config().model.window
    head = ",".join(["ticker", "date", *panel.columns])
    tables = []
    for k, name in enumerate(panel.names):
        shown = slice(panel.rows(k).stop - rows, panel.rows(k).stop)
        lines = [
            ",".join([name, str(time), *(f"{value:.6g}" for value in values)])
            for time, values in zip(panel.times[shown], panel.values[shown], strict=True)
        ]
        tables.append("\n".join([head, *lines, ""]).encode())
    return tables


def resident(process: int) -> float:
    """Megabytes that a process holds, its children's too: `serve` may be behind a wrapper."""
    total = 0.0
    for one in [process, *children(process)]:
        status = Path(f"/proc/{one}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        total += int(found[1]) / 1000 if found else 0.0
    return total


def children(process: int) -> list[int]:
    """Ids of a process's children and theirs."""
    direct = [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return [other for one in direct for other in [one, *children(one)]]


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
