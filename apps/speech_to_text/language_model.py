"""The language model of a run: learnt from its texts or read from a file, and kept in its folder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rnnapps.decoding.ctc.arpa import read_arpa, write_arpa
from rnnapps.decoding.ctc.character_model import CharacterModel, over_symbols, train_symbols
from rnnapps.decoding.ctc.kneser_ney import train_ngram
from rnnapps.decoding.ctc.ngram import END, START, UNKNOWN, NGram
from rnnapps.decoding.ctc.word_model import WordModel

from .config import SpeechConfig
from .text_form import FORMS
from .units import Units

SYMBOLS_FILE, WORDS_FILE = "lm-symbols.arpa.gz", "lm-words.arpa.gz"
SYMBOL_ORDER, WORD_ORDER = 6, 3


@dataclass(frozen=True)
class Origin:
    """Which language model it is: weights that are good for one are not for another.

    Fields:
        kind: character or word.
        order: symbols or words that it looks at, the one that it predicts counted.
        digest: of the texts that it was learnt from, or of its ARPA file.
    """

    kind: str
    order: int
    digest: str


@dataclass(frozen=True)
class LearntTexts:
    """What texts were found to be like.

    Fields:
        symbols: n-grams of the units; of kind word, what spells unknown words.
        words: n-grams of words, or None of kind character.
        origin: which model it is; None of one that a run has kept, whose decoder.json says it.
    """

    symbols: NGram
    words: NGram | None = None
    origin: Origin | None = None

    def save(self, folder: Path) -> None:
        """Into a run's folder, as ARPA files."""
        write_arpa(self.symbols, folder / SYMBOLS_FILE)
        if self.words is not None:
            write_arpa(self.words, folder / WORDS_FILE)

    @classmethod
    def load(cls, folder: Path, kind: str, units: Units) -> LearntTexts:
        """What `save` wrote.

        Args:
            folder: of the run.
            kind: character or word.
            units: of the run.
        Raises:
            ValueError: the run has no such model.
        """
        files = [folder / SYMBOLS_FILE, *([folder / WORDS_FILE] if kind == "word" else [])]
        if missing := [file for file in files if not file.is_file()]:
            raise ValueError(
                f"decode.lm: {kind}, and the run has no {missing[0].name}; it was trained with another decode.lm. "
                "Give decode.lm_text or decode.arpa"
            )
        symbols = over_symbols(read_arpa(files[0]), units.symbols)
        return cls(symbols, read_arpa(files[1]) if kind == "word" else None)

    def for_search(self, units: Units) -> CharacterModel | WordModel:
        """As `PrefixBeamSearch` takes it."""
        if self.words is None:
            return CharacterModel(self.symbols)
        return WordModel(self.words, units.symbols, self.symbols)


def learn_texts(config: SpeechConfig, units: Units, texts: Sequence[str]) -> LearntTexts:
    """The language model that section decode asks for.

    Args:
        config: decode.lm is character or word.
        units: of the run.
        texts: of the training side; those of decode.lm_text are added. Without any, the words of a model of words
            that is given tell how words are spelled.
    Raises:
        FileNotFoundError: no such file of texts or n-grams.
        ValueError: one that cannot be read or does not fit, or there is no text to learn from.
    """
    options = config.decode
    if options.lm_text is not None:
        texts = [*texts, *read_texts(options.lm_text, config.data.text_form)]
    given, origin = None, None
    if options.arpa is not None:
        given = read_arpa(options.arpa)
        origin = Origin(options.lm, given.order, _digest(Path(options.arpa).read_bytes()))
    if options.lm == "character" and given is not None:
        return LearntTexts(over_symbols(given, units.symbols), origin=origin)
    if given is not None:
        known = _words(given, options.arpa, units)
        texts = texts if any(texts) else [" ".join(known)]
    if not any(texts):
        raise ValueError("decode.lm: there is no text to learn from; give decode.lm_text")
    numbers = [units.encode(text) for text in texts if text]
    order = options.lm_order or (SYMBOL_ORDER if options.lm == "character" else WORD_ORDER)
    origin = origin or Origin(options.lm, order, _digest("\n".join(filter(None, texts)).encode()))
    if options.lm == "character":
        return LearntTexts(train_symbols(numbers, units.symbols, order), origin=origin)
    words = given or train_ngram([text.split() for text in texts if text], order)
    return LearntTexts(train_symbols(numbers, units.symbols, SYMBOL_ORDER), words, origin)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _words(model: NGram, path: str, units: Units) -> list[str]:
    """The words of a model that the units can write."""
    words = [word for word in model.words if word not in (START, END, UNKNOWN)]
    if not (known := [word for word in words if not units.unknown(word)]):
        shown = f", such as {words[0]!r}," if words else ""
        raise ValueError(
            f"{path}: none of its words{shown} can be written with the symbols of the run; they must be written as its "
            "texts are"
        )
    return known


def read_texts(path: str, form: str) -> list[str]:
    """The lines of a file in the form of the run's texts; empty ones are left out.

    Raises:
        FileNotFoundError: no such file.
        ValueError: not UTF-8 text.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8 text ({error.reason} at byte {error.start}); convert it") from None
    return [text for text in map(FORMS[form], lines) if text]
