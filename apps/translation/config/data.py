"""Options of the data: where sentence pairs come from, and how they become tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnapps.config_checks import one_of, within

from ..datasets import find_dataset


@dataclass(frozen=True)
class DataConfig:
    """Where sentence pairs come from and how they are divided.

    With none of `dataset`, `path`, or `source` and `target`, the embedded English-French phrasebook is read.

    Args:
        dataset: public data set: tatoeba:deu-eng (any language with English, in either order) or multi30k:de-en
            (two of cs, de, en, fr); the first language is translated into the second. Downloaded and cached, or
            read from `path`.
        path: TSV file of pairs, one per line, UTF-8, gzip allowed. With `dataset`: a folder (or the zip) that
            holds its files as they are distributed; nothing is downloaded.
        columns: the two columns of `path` to use, counted from 0: source,target. Default: 0,1, and the
            file then has exactly two columns.
        source: file of source sentences, one per line; line n belongs to line n of `target`.
        target: file of target sentences.
        validation_path: TSV file of validation pairs; without it they are split off the training pairs.
        validation_source: file of validation source sentences.
        validation_target: file of validation target sentences.
        test_path: TSV file of test pairs; without it they are split off the training pairs.
        test_source: file of test source sentences.
        test_target: file of test target sentences.
        validation_fraction: share of the distinct source sentences split off for validation, in (0, 0.5).
        test_fraction: share of the distinct source sentences split off for testing, in (0, 0.5).
        split_seed: which sentences are split off and drawn; the same seed and file give the same ones.
        max_pairs: training pairs, drawn with `split_seed`, after validation and test sides, which stay the same,
            have been split off. Default: all.
        max_length: tokens, the end symbol included. Training pairs with a longer side are left out and
            reported.
    """

    dataset: str | None = None
    path: str | None = None
    columns: str | None = None
    source: str | None = None
    target: str | None = None
    validation_path: str | None = None
    validation_source: str | None = None
    validation_target: str | None = None
    test_path: str | None = None
    test_source: str | None = None
    test_target: str | None = None
    validation_fraction: float = 0.05
    test_fraction: float = 0.05
    split_seed: int = 1
    max_pairs: int | None = None
    max_length: int = 100

    def __post_init__(self):
        for side in ("", "validation_", "test_"):
            self._check_files(side)
        if self.dataset is not None:
            self._check_dataset()
        if self.embedded and any(self._files(side) for side in ("validation_", "test_")):
            raise ValueError(
                "data: validation or test files were given without training files; "
                "set data.path, or data.source and data.target"
            )
        self.column_numbers  # noqa: B018 - reading it checks it
        within(self, "data", "validation_fraction", above=0, below=0.5)
        within(self, "data", "test_fraction", above=0, below=0.5)
        within(self, "data", "split_seed", least=0)
        within(self, "data", "max_length", least=2)
        if self.max_pairs is not None:
            within(self, "data", "max_pairs", least=1)

    @property
    def embedded(self) -> bool:
        """Whether the phrasebook is read."""
        return self.dataset is None and not self._files("")

    @property
    def column_numbers(self) -> tuple[int, int] | None:
        """`columns` as two numbers; None asks for a file of exactly two columns."""
        if self.columns is None:
            return None
        parts = self.columns.replace(" ", "").split(",")
        if len(parts) != 2 or not all(part.isdecimal() for part in parts) or parts[0] == parts[1]:
            raise ValueError(
                f"data.columns: {self.columns!r} is not two different column numbers, counted from 0, such as 0,2"
            )
        return int(parts[0]), int(parts[1])

    def _files(self, side: str) -> list[str]:
        values = (getattr(self, f"{side}{name}") for name in ("path", "source", "target"))
        return [value for value in values if value is not None]

    def _check_dataset(self) -> None:
        find_dataset(self.dataset)
        for name in ("source", "target", "columns"):
            if (value := getattr(self, name)) is not None:
                raise ValueError(
                    f"data.{name}: {value!r} cannot be given together with data.dataset, {self.dataset!r}, which says "
                    "what is read; leave one of them out, or give the data set's folder as data.path"
                )

    def _check_files(self, side: str) -> None:
        path, source, target = (getattr(self, f"{side}{name}") for name in ("path", "source", "target"))
        if path is not None and (source is not None or target is not None):
            raise ValueError(
                f"data.{side}path: {path!r} cannot be given together with data.{side}source "
                f"or data.{side}target; use one TSV file or two parallel files"
            )
        if (source is None) != (target is None):
            given, missing = ("source", "target") if target is None else ("target", "source")
            raise ValueError(
                f"data.{side}{given}: {source or target!r} needs data.{side}{missing} too: "
                "two parallel files hold one language each"
            )


@dataclass(frozen=True)
class TokenizerConfig:
    """How sentences become tokens. The vocabulary is learnt from the training side only.

    Args:
        model_type: bpe merges frequent neighbours; unigram keeps the likeliest pieces.
        vocabulary_size: pieces, the four special ones included. An error names the largest possible size.
        joint: one vocabulary for both languages; else one each, of `vocabulary_size` pieces.
        character_coverage: share of the text's characters that get a piece of their own, in [0.9, 1]; below
            1, rare characters become the unknown token.
    """

    model_type: Literal["bpe", "unigram"] = "bpe"
    vocabulary_size: int = 1200
    joint: bool = True
    character_coverage: float = 1.0

    def __post_init__(self):
        one_of(self, "tokenizer", "model_type", ("bpe", "unigram"))
        within(self, "tokenizer", "vocabulary_size", least=8)
        within(self, "tokenizer", "character_coverage", least=0.9, most=1)
