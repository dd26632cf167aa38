"""Live text on standard output: finished stretches a line each, what is being said in the terminal's last line."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from rnnapps.audio.read_audio import resampled
from rnnapps.audio.sound_file import SoundFile
from rnnapps.command_line import reading_input

from .live import Live, Update
from .sound_stream import file_chunks, microphone_chunks, piped_chunks


def live_sound(stream: str | None, rate: int, raw_rate: int | None, files: ExitStack) -> Iterator[np.ndarray]:
    """The sound that an option names, in chunks at `rate`.

    Args:
        stream: a file, a named pipe, or - for standard input; None is the microphone.
        raw_rate: of bare samples from a pipe.
        files: closes what is opened.
    Raises:
        FileNotFoundError: no such file.
        ValueError: sound that cannot be read, or no microphone.
    """
    if stream is None:
        return microphone_chunks(rate)
    if stream == "-":
        return piped_chunks(sys.stdin.buffer, rate, raw_rate)
    path = Path(stream)
    if not path.exists() or path.is_dir():
        raise FileNotFoundError(f"--stream {stream}: no such file")
    if not path.is_file():  # a named pipe
        return piped_chunks(files.enter_context(path.open("rb")), rate, raw_rate)
    file = SoundFile(stream)
    return file_chunks(resampled(file.blocks(), file.header().rate, rate), rate)


def transcribe_live(live: Live, chunks: Iterable[np.ndarray], format: str, endless: bool = False) -> None:
    """Writes text while it is being said.

    As text, each stretch is a line when it has ended; on a terminal the last line is what is being said. As JSON, a
    line for each stretch, and one with "unfinished" whenever that has changed.

    Args:
        live: what transcribes.
        chunks: the sound.
        format: text or json.
        endless: Ctrl-C is the way to end it: what was said until then is finished, and no error.
    Raises:
        BadInput: the sound turns out to be damaged.
    """
    show = _shown_as_json() if format == "json" else _shown_as_text()
    next(show)
    chunks = _read(chunks)
    for update in live(_until_interrupt(chunks) if endless else chunks):
        show.send(update)
    show.close()


def _read(chunks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """What is wrong with the sound may show only while it comes."""
    with reading_input():
        yield from chunks


def _until_interrupt(chunks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    try:
        yield from chunks
    except KeyboardInterrupt:
        return


def _shown_as_text() -> Iterator[None]:
    terminal, shown = sys.stdout.isatty(), ""
    try:
        while True:
            update: Update = yield
            for part in update.finished:
                if part.text:
                    print(("\r\x1b[K" if shown else "") + part.text, flush=True)
                    shown = ""
            if terminal and update.unfinished != shown:
                width = shutil.get_terminal_size().columns - 1
                print("\r\x1b[K" + update.unfinished[-width:], end="", flush=True)
                shown = update.unfinished
    finally:
        if shown:
            print(flush=True)


def _shown_as_json() -> Iterator[None]:
    shown = ""
    while True:
        update: Update = yield
        for part in update.finished:
            if part.text:
                print(json.dumps(part.as_dict(), ensure_ascii=False), flush=True)
        if update.unfinished != shown:
            print(json.dumps({"unfinished": update.unfinished}, ensure_ascii=False), flush=True)
            shown = update.unfinished
