"""What the data is like, before any time is spent on training with it."""

from __future__ import annotations

import dataclasses
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rnnapps.text.pairs import Pairs
from rnnapps.text.tokenizer import UNK_ID

from .data import Corpus, Tokenizers
from .data_report_table import LANGUAGES, TOKENISED, report_lines
from .doubtful_pairs import Finding, doubtful_pairs, scripts, unseen_characters

SIDES = ("training", "validation", "test")
# Below this, two systems of equal quality differ by several BLEU points.
FEW = 500
MANY_UNKNOWN = 0.001
MANY_KNOWN = 0.005
WORD_OR_END = re.compile(r"\w+|\n")
SPACELESS = {"CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR"}


@dataclass(frozen=True)
class SideReport:
    """Figures of one side of the data. Sentences are compared after Unicode NFKC, words without regard to case.

    Args:
        pairs: number of pairs.
        different: language -> different sentences.
        copies: pairs that stand in this side already.
        other_translations: pairs whose source sentence occurs before, with another translation.
        words: language -> median, 95th percentile and maximum of words per sentence.
        tokens: language -> the same of tokens, end symbol included; of at most TOKENISED pairs.
        unknown: language -> share of unknown tokens, of the same pairs.
        in_training: "source", "target" and "pairs" -> how many of this side training has too; None for training.
        new_words: language -> share of running words that training does not have; None for training.
        findings: pairs to look at.
        files: where the pairs are from.
        lines: for each finding the numbers of its lines in the files.
    """

    pairs: int
    different: dict[str, int]
    copies: int
    other_translations: int
    words: dict[str, tuple[int, int, int]]
    tokens: dict[str, tuple[int, int, int]]
    unknown: dict[str, float]
    in_training: dict[str, int] | None
    new_words: dict[str, float] | None
    findings: tuple[str, ...]
    files: str
    lines: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class DataReport:
    """What `data_report` found.

    Args:
        name: of the data.
        sides: training, validation and test -> figures.
        warnings: one line each, for the reader to act on.
    """

    name: str
    sides: dict[str, SideReport]
    warnings: tuple[str, ...]

    def lines(self) -> list[str]:
        """A table that explains itself, the warnings, and the pairs to look at with their line numbers."""
        return report_lines(self)

    def write(self, folder: str | Path) -> list[Path]:
        """Writes data_report.txt, as printed, and data_report.json, with every line number; returns the paths."""
        text, values = Path(folder) / "data_report.txt", Path(folder) / "data_report.json"
        text.write_text("\n".join(self.lines()) + "\n", encoding="utf-8")
        values.write_text(json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return [text, values]


def data_report(corpus: Corpus, tokenizers: Tokenizers) -> DataReport:
    """Counts, lengths, repetitions, overlap between the sides, words that training lacks, and doubtful pairs.

    Takes about two seconds for 150,000 pairs.
    """
    texts = {side: _Texts.of(getattr(corpus, side)) for side in SIDES}
    training = texts["training"]
    sides = {}
    for side in SIDES:
        pairs = getattr(corpus, side)
        findings = [_copies(texts[side])]
        if side != "training":
            findings += [_leaked(texts[side], training), unseen_characters(pairs, corpus.training)]
        findings = [finding for finding in findings if finding and finding.where] + doubtful_pairs(pairs)
        sides[side] = _side_report(pairs, texts[side], None if side == "training" else training, tokenizers, findings)
    return DataReport(corpus.name, sides, tuple(_warnings(sides, corpus.training)))


@dataclass(frozen=True)
class _Texts:
    """A side as it is compared: language -> sentences, their words in one row, and how many words each has."""

    sentences: dict[str, list[str]]
    words: dict[str, list[str]]
    lengths: dict[str, np.ndarray]

    @classmethod
    def of(cls, pairs: Pairs) -> _Texts:
        sentences, words, lengths = {}, {}, {}
        for language in LANGUAGES:
            sentences[language] = [unicodedata.normalize("NFKC", text) for text in getattr(pairs, language)]
            # One search of the whole text takes half the time of one per sentence.
            found = WORD_OR_END.findall("".join(f"{text}\n" for text in sentences[language]).lower())
            ends = np.array([i for i, word in enumerate(found) if word == "\n"])
            lengths[language] = np.diff(ends, prepend=-1) - 1
            words[language] = [word for word in found if word != "\n"]
        return cls(sentences, words, lengths)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return list(zip(*self.sentences.values(), strict=True))


def _side_report(
    pairs: Pairs, texts: _Texts, training: _Texts | None, tokenizers: Tokenizers, findings: Sequence[Finding]
) -> SideReport:
    distinct = set(texts.pairs)
    different = {language: len(set(texts.sentences[language])) for language in LANGUAGES}
    # At equal distances, because many files are sorted by length.
    tokenised = pairs.take(np.unique(np.linspace(0, len(pairs) - 1, TOKENISED).astype(int)))
    ids = {language: getattr(tokenizers, language).encode(getattr(tokenised, language)) for language in LANGUAGES}
    in_training = new_words = None
    if training is not None:
        in_training = {
            language: len({*texts.sentences[language]} & {*training.sentences[language]}) for language in LANGUAGES
        }
        in_training["pairs"] = len(distinct & {*training.pairs})
        new_words = {language: _share_new(texts.words[language], training.words[language]) for language in LANGUAGES}
    return SideReport(
        pairs=len(pairs),
        different=different,
        copies=len(pairs) - len(distinct),
        other_translations=len(distinct) - different["source"],
        words={language: _spread(texts.lengths[language]) for language in LANGUAGES},
        tokens={language: _spread(found.row_lengths().numpy()) for language, found in ids.items()},
        unknown={language: float(np.mean(found.flat_values.numpy() == UNK_ID)) for language, found in ids.items()},
        in_training=in_training,
        new_words=new_words,
        findings=tuple(finding.what for finding in findings),
        files=pairs.name,
        lines=tuple(_line_numbers(pairs, finding) for finding in findings),
    )


def _warnings(sides: dict[str, SideReport], training: Pairs) -> Iterable[str]:
    for side in SIDES[1:]:
        known = sides[side].in_training
        if known["source"] > MANY_KNOWN * sides[side].pairs:
            yield (
                f"{known['source']:,} of the {side} source sentences, {known['pairs']:,} of them with the same "
                f"translation, are in training too, which makes the {side} scores too good"
            )
        if sides[side].pairs < FEW:
            yield (
                f"the {side} side has {sides[side].pairs} pairs; with fewer than {FEW}, a difference of two or three "
                "BLEU points may be chance"
            )
    for language in LANGUAGES:
        worst = max(SIDES, key=lambda side: sides[side].unknown[language])
        if (share := sides[worst].unknown[language]) > MANY_UNKNOWN:
            yield (
                f"{share:.1%} of the {language} tokens of the {worst} side are unknown characters: "
                "training lacks them, or tokenizer.character_coverage is too low"
            )
        usual = next(iter(scripts(getattr(training, language))), "")
        if usual in SPACELESS:
            yield f"{language} is written without spaces: its figures in words mean little, those in tokens count"


def _line_numbers(pairs: Pairs, finding: Finding) -> tuple[int, ...]:
    numbers = [pairs.lines[i] if pairs.lines else i + 1 for i in finding.where]
    return tuple(numbers if finding.worst_first else sorted(numbers))


def _copies(texts: _Texts) -> Finding:
    seen = set()
    # set.add returns None, so that a pair counts as seen from its second occurrence on.
    where = tuple(i for i, pair in enumerate(texts.pairs) if pair in seen or seen.add(pair))
    return Finding("an exact copy of an earlier pair", where)


def _leaked(texts: _Texts, training: _Texts) -> Finding:
    known = {*training.sentences["source"]}
    where = tuple(i for i, sentence in enumerate(texts.sentences["source"]) if sentence in known)
    return Finding("the source sentence is in training too", where)


def _share_new(words: Sequence[str], training: Sequence[str]) -> float:
    known = set(training)
    return sum(word not in known for word in words) / max(len(words), 1)


def _spread(lengths: Sequence[int]) -> tuple[int, int, int]:
    """Median, 95th percentile and maximum, each one a length that occurs."""
    return tuple(int(value) for value in np.percentile(lengths, (50, 95, 100), method="higher"))
