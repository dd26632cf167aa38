"""Words with times as subtitles."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from .transcript import Transcript, Word

# What subtitle guidelines agree on: two lines of 42 characters, at most seven seconds, at least one.
LINE, LINES, LONGEST, SHORTEST = 42, 2, 7.0, 1.0
PAUSE = 0.8  # seconds of silence after which a new subtitle begins


def srt(parts: Sequence[Transcript]) -> str:
    """Subtitles in SubRip's format, numbered from 1.

    A subtitle ends where the speaker pauses, or before it would need a third line or stand longer than seven
    seconds. A short one stays for a second, unless the next begins or the recording ends earlier. A stretch without
    word times is shown as long as it lasts.
    """
    cues = [cue for part in parts for cue in _cues(part)]
    nexts = [*(start for start, _, _ in cues[1:]), parts[-1].end] if cues else []
    shown = [
        (start, min(max(end, start + SHORTEST), later), text)
        for (start, end, text), later in zip(cues, nexts, strict=True)
    ]
    return "\n".join(
        f"{number}\n{_time(start)} --> {_time(max(start, end))}\n{text}\n"
        for number, (start, end, text) in enumerate(shown, start=1)
    )


def _cues(part: Transcript) -> Iterator[tuple[float, float, str]]:
    if not part.words:
        if part.text:
            yield part.start, part.end, _lines(part.text)
        return
    for words in _groups(part.words):
        yield words[0].start, words[-1].end, _lines(" ".join(word.text for word in words))


def _groups(words: Sequence[Word]) -> Iterator[list[Word]]:
    group: list[Word] = []
    for word in words:
        if group and not _goes_with(group, word):
            yield group
            group = []
        group.append(word)
    yield group


def _goes_with(group: list[Word], word: Word) -> bool:
    text = " ".join([*(before.text for before in group), word.text])
    return (
        word.start - group[-1].end < PAUSE
        and word.end - group[0].start <= LONGEST
        and len(textwrap.wrap(text, LINE)) <= LINES
    )


def _lines(text: str) -> str:
    return "\n".join(textwrap.wrap(text, LINE)) or text


def _time(seconds: float) -> str:
    milliseconds = max(0, round(seconds * 1000))
    seconds, milliseconds = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d},{milliseconds:03d}"
