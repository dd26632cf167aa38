"""What a recogniser writes: characters, pieces of words, or labels; text to their numbers and back."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rnnapps.audio.recording import Recording

from .config import SpeechConfig

BLANK = ""
FILE, MODEL = "units.json", "units.model"
SPACE = "▁"  # SentencePiece's sign for the space before a word


@dataclass(frozen=True)
class Units:
    """The symbols that the network tells apart; its text is theirs, joined.

    A symbol that begins a word begins with a space, of kind sentencepiece; of kind characters the space is a symbol
    of its own.

    Fields:
        kind: characters; sentencepiece; labels, one of which is the whole text.
        symbols: in the order of their numbers, V of them. Number 0 is the CTC blank, an empty text, except of labels.
        model: a serialised SentencePiece model whose piece 0 is the unknown one; empty for other kinds.

    >>> units = Units("characters", ("", " ", "e", "n", "o"))
    >>> units.encode("one on")
    [4, 3, 2, 1, 4, 3]
    >>> units.decode([4, 3, 2])
    'one'
    """

    kind: Literal["characters", "sentencepiece", "labels"]
    symbols: tuple[str, ...]
    model: bytes = field(default=b"", repr=False)

    def __post_init__(self):
        if self.kind == "sentencepiece":
            from sentencepiece import SentencePieceProcessor

            processor = SentencePieceProcessor(model_proto=self.model)
            object.__setattr__(self, "_encode", processor.encode)
        elif self.kind == "characters":
            object.__setattr__(self, "_numbers", {symbol: number for number, symbol in enumerate(self.symbols)})

    def __len__(self) -> int:
        return len(self.symbols)

    def encode(self, text: str) -> list[int]:
        """Numbers of the text's symbols, none of them 0 except of labels.

        What is no unit is left out: `unknown` tells it.

        Raises:
            ValueError: of kind labels, a text that is none of them.
        """
        if self.kind == "sentencepiece":
            return [number for number in self._encode(text) if number]
        if self.kind == "characters":
            return [self._numbers[letter] for letter in text if letter in self._numbers]
        if text not in self.symbols:
            raise ValueError(f"{text!r} is not a label that the model knows: {listed(self.symbols)}")
        return [self.symbols.index(text)]

    def decode(self, numbers: Iterable[int]) -> str:
        """The text of numbers, with one space between words; 0 is nothing, except of labels."""
        return " ".join("".join(self.symbols[number] for number in numbers).split())

    def unknown(self, text: str) -> list[str]:
        """Characters (of labels: the text) that cannot be written with these units, in order, each once."""
        if self.kind == "labels":
            return [] if text in self.symbols else [text]
        known = set("".join(self.symbols)) | ({" "} if self.kind == "sentencepiece" else set())
        return [letter for letter in dict.fromkeys(text) if letter not in known]

    def save(self, folder: str | Path) -> None:
        """Writes units.json, and units.model of kind sentencepiece, into a run's folder."""
        folder = Path(folder)
        content = json.dumps({"kind": self.kind, "symbols": self.symbols}, ensure_ascii=False, indent=1)
        (folder / FILE).write_text(content + "\n", encoding="utf-8")
        if self.model:
            (folder / MODEL).write_bytes(self.model)

    @classmethod
    def load(cls, folder: str | Path) -> Units:
        """Reads what `save` wrote.

        Raises:
            FileNotFoundError: one of the files is not there.
            ValueError: it is damaged.
        """
        file, model = Path(folder) / FILE, Path(folder) / MODEL
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            kind, symbols = content["kind"], tuple(content["symbols"])
        except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError):
            raise ValueError(f"{file}: damaged; train again, or take it from a copy of the run") from None
        try:
            return cls(kind, symbols, model.read_bytes() if kind == "sentencepiece" else b"")
        except RuntimeError:
            raise ValueError(f"{model}: damaged; train again, or take it from a copy of the run") from None


def build_units(config: SpeechConfig, training: Sequence[Recording]) -> Units:
    """The units that the texts of the training side are made of.

    Raises:
        ValueError: no text, a keyword head with one label, or a vocabulary that the texts do not allow.
    """
    texts = [recording.text for recording in training]
    if config.model.head == "keyword":
        return _labels(texts)
    if not any(texts):
        raise ValueError("data: no training recording has a text; give each what is said in it")
    if config.data.symbols == "characters":
        return Units("characters", (BLANK, *sorted(set().union(*texts) - {BLANK})))
    return _pieces(texts, config.data.vocabulary_size)


def _labels(texts: list[str]) -> Units:
    labels = tuple(sorted(set(texts)))
    if len(labels) < 2:
        raise ValueError(f"model.head: keyword needs two different texts at least, found {listed(labels)}")
    return Units("labels", labels)


def _pieces(texts: list[str], size: int) -> Units:
    from sentencepiece import SentencePieceProcessor, SentencePieceTrainer

    with tempfile.TemporaryDirectory() as folder:
        try:
            SentencePieceTrainer.train(
                sentence_iterator=iter(sorted(texts)),
                model_prefix=str(Path(folder) / "units"),
                vocab_size=size,
                model_type="unigram",
                character_coverage=1.0,
                normalization_rule_name="identity",
                unk_id=0,  # the blank's number: what has no piece is left out of the labels
                bos_id=-1,
                eos_id=-1,
                pad_id=-1,
                num_threads=1,
                minloglevel=2,
            )
        except RuntimeError as error:
            raise ValueError(f"data.vocabulary_size: {size}: {_advice(str(error))}") from None
        model = (Path(folder) / "units.model").read_bytes()
    processor = SentencePieceProcessor(model_proto=model)
    pieces = (processor.id_to_piece(number).replace(SPACE, " ") for number in range(1, len(processor)))
    return Units("sentencepiece", (BLANK, *pieces), model)


def _advice(error: str) -> str:
    numbers = [word.strip(".()") for word in error.replace("<=", " ").split() if word.strip(".()").isdecimal()]
    if "too high" in error:
        return f"more than the training texts allow; the largest possible is {numbers[-1]}"
    if "required_chars" in error:
        return f"too small for the characters of the training texts; the smallest possible is {numbers[-1]}"
    return f"SentencePiece could not be trained: {error}"


def listed(names: Sequence[str], shown: int = 12) -> str:
    """The first of them, for a message."""
    return ", ".join(map(repr, names[:shown])) + (", ..." if len(names) > shown else "") if names else "none"


__all__ = ["BLANK", "Units", "build_units"]
