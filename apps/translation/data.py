"""From files to token batches: reading, tokenising, and a report of what was read."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from rnnapps.text.batches import TokenBatches
from rnnapps.text.pairs import Pairs, read_pairs, read_parallel
from rnnapps.text.subword_sampler import SubwordSampler
from rnnapps.text.tokenizer import Tokenizer

from .config import DataConfig, TokenizerConfig, TrainConfig
from .datasets import DatasetSides, find_dataset
from .line_numbers import listed
from .split_pairs import sample_pairs, split_pairs

PHRASEBOOK = Path(__file__).parent / "phrasebook"
PHRASEBOOK_LICENCE = "Apache-2.0, written for this project; see apps/translation/phrasebook/README.md"


@dataclass(frozen=True)
class Corpus:
    """The three sides of the data.

    Args:
        training: pairs to learn from, the vocabulary included.
        validation: pairs to stop and choose weights by.
        test: pairs to report on.
        name: where the pairs come from.
        licence: of the data, as far as known.
        report: what was read and left out, one line each.
    """

    training: Pairs
    validation: Pairs
    test: Pairs
    name: str
    licence: str
    report: tuple[str, ...]


class Tokenizers(NamedTuple):
    """One tokeniser per language; the same object twice when they share a vocabulary."""

    source: Tokenizer
    target: Tokenizer

    @property
    def joint(self) -> bool:
        """Whether both languages share one vocabulary."""
        return self.source is self.target

    @property
    def files(self) -> dict[str, Tokenizer]:
        """Each once, under the name of its file."""
        named = {"tokenizer": self.source} if self.joint else self._asdict()
        return {f"{name}.model": tokenizer for name, tokenizer in named.items()}


class EncodedPairs(NamedTuple):
    """Token ids of pairs, ragged (N, None) int32, END_ID last; the indices of pairs that were too long."""

    source: tf.RaggedTensor
    target: tf.RaggedTensor
    too_long: tuple[int, ...]


def read_corpus(config: DataConfig) -> Corpus:
    """Reads all three sides, and splits off those for which there is no file.

    No sentence of either language stands on two sides when sides are split off (see `split_pairs`); between
    files of their own, `data_report` counts the sentences in common.

    Raises:
        FileNotFoundError: a file that does not exist.
        ConnectionError: a data set that cannot be downloaded.
        ValueError: what `read_pairs` and `read_parallel` raise, or too few sentences to split.
    """
    if config.embedded:
        sides = [read_pairs(PHRASEBOOK / f"{side}.tsv") for side in ("train", "validation", "test")]
        found = DatasetSides(*sides, PHRASEBOOK_LICENCE)
        name = "embedded English-French phrasebook"
    elif config.dataset is not None:
        found = find_dataset(config.dataset).read(config.path)
        name = config.dataset
    else:
        found = DatasetSides(_read_side(config, ""), None, None, "as the user's files have")
        name = found.training.name
    validation = _read_side(config, "validation_") or found.validation
    test = _read_side(config, "test_") or found.test
    fractions = [0.0 if validation else config.validation_fraction, 0.0 if test else config.test_fraction]
    training, *split_off = split_pairs(found.training, *fractions, config.split_seed)
    report = list(found.report)
    if config.max_pairs is not None and config.max_pairs < len(training):
        report.append(f"data.max_pairs: {config.max_pairs:,} of {len(training):,} training pairs drawn")
        training = sample_pairs(training, config.max_pairs, config.split_seed)
    return _corpus(training, validation or split_off[0], test or split_off[1], name, found.licence, report)


def train_tokenizers(training: Pairs, config: TokenizerConfig) -> Tokenizers:
    """Learns one joint or two separate vocabularies, from the training side only.

    Raises:
        ValueError: `tokenizer.vocabulary_size` is more than the data allows; the largest size is named.
    """
    sides = [[*training.source, *training.target]] if config.joint else [training.source, training.target]
    try:
        made = [
            Tokenizer.train(side, config.vocabulary_size, config.model_type, config.character_coverage)
            for side in sides
        ]
    except ValueError as error:
        raise ValueError(f"tokenizer.{error}") from None
    return Tokenizers(made[0], made[-1])


def save_tokenizers(tokenizers: Tokenizers, folder: str | Path) -> list[Path]:
    """Writes tokenizer.model, or source.model and target.model, into `folder`; returns the paths."""
    files = {Path(folder) / name: tokenizer for name, tokenizer in tokenizers.files.items()}
    for path, tokenizer in files.items():
        tokenizer.save(path)
    return list(files)


def load_tokenizers(folder: str | Path) -> Tokenizers:
    """Reads what `save_tokenizers` wrote.

    Raises:
        FileNotFoundError: there is none.
    """
    folder = Path(folder)
    if (folder / "source.model").is_file():
        return Tokenizers(Tokenizer.load(folder / "source.model"), Tokenizer.load(folder / "target.model"))
    joint = Tokenizer.load(folder / "tokenizer.model")
    return Tokenizers(joint, joint)


def encode_pairs(pairs: Pairs, tokenizers: Tokenizers, max_length: int | None = None) -> EncodedPairs:
    """Token ids of all pairs that are short enough.

    Args:
        pairs: sentences.
        tokenizers: one per language.
        max_length: tokens, the end symbol included; None keeps all.
    Returns:
        the ids, and the indices of the pairs left out because a side is longer.
    """
    source, target = tokenizers.source.encode(pairs.source), tokenizers.target.encode(pairs.target)
    if max_length is None:
        return EncodedPairs(source, target, ())
    longest = tf.maximum(source.row_lengths(), target.row_lengths()).numpy()
    kept, too_long = np.flatnonzero(longest <= max_length), np.flatnonzero(longest > max_length)
    return EncodedPairs(tf.gather(source, kept), tf.gather(target, kept), tuple(too_long.tolist()))


def training_batches(
    pairs: Pairs, tokenizers: Tokenizers, data: DataConfig, train: TrainConfig
) -> tuple[TokenBatches, tuple[str, ...]]:
    """Shuffled batches to learn from, and a report: pairs too long, batches, padding.

    Raises:
        ValueError: no pair is short enough.
    """
    encoded = encode_pairs(pairs, tokenizers, data.max_length)
    if len(encoded.too_long) == len(pairs):
        raise ValueError(
            f"data.max_length: {data.max_length} tokens is less than any of the {len(pairs)} training pairs"
        )
    batches = TokenBatches(
        encoded.source,
        encoded.target,
        train.tokens_per_batch,
        train.seed,
        samplers=_samplers(pairs, encoded, tokenizers, train.subword_sampling),
    )
    report = (
        f"{len(batches)} batches of up to {train.tokens_per_batch} tokens in {len(batches.shapes)} shapes; "
        f"{'at least ' if train.subword_sampling else ''}{batches.real_share:.0%} of their positions are real tokens",
    )
    return batches, (*_too_long_report(pairs, encoded.too_long, data.max_length), *report)


def validation_batches(pairs: Pairs, tokenizers: Tokenizers, train: TrainConfig) -> TokenBatches:
    """Batches of all pairs, whatever their length, in a fixed order."""
    encoded = encode_pairs(pairs, tokenizers)
    return TokenBatches(encoded.source, encoded.target, train.tokens_per_batch, shuffle=False)


def _samplers(pairs: Pairs, encoded: EncodedPairs, tokenizers: Tokenizers, strength: float):
    if not strength:
        return None
    too_long = set(encoded.too_long)
    kept = pairs.take([i for i in range(len(pairs)) if i not in too_long])
    sides = zip(tokenizers, (kept.source, kept.target), strict=True)
    return tuple(SubwordSampler(tokenizer, texts, strength) for tokenizer, texts in sides)


def _read_side(config: DataConfig, side: str) -> Pairs | None:
    path, source, target = (getattr(config, f"{side}{name}") for name in ("path", "source", "target"))
    if path is not None:
        if Path(path).is_dir() or zipfile.is_zipfile(path):
            what = "a folder" if Path(path).is_dir() else "a zip file"
            raise ValueError(
                f"{path}: is {what}, expected a file of pairs; if it holds a public data set, name it, "
                "for example --dataset multi30k:de-en or tatoeba:deu-eng"
            )
        return read_pairs(path, config.column_numbers)
    return read_parallel(source, target) if source is not None else None


def _corpus(training: Pairs, validation: Pairs, test: Pairs, name: str, licence: str, notes: list[str]) -> Corpus:
    counts = f"{len(training):,} training, {len(validation):,} validation and {len(test):,} test pairs"
    report = [f"{name}: {counts}", *notes]
    for pairs in (training, validation, test):
        if pairs.skipped:
            count, where = len(pairs.skipped), listed(pairs.skipped)
            report.append(f"{pairs.name}: {count} lines with an empty side left out: {where}")
    return Corpus(training, validation, test, name, licence, tuple(report))


def _too_long_report(pairs: Pairs, too_long: tuple[int, ...], max_length: int) -> tuple[str, ...]:
    if not too_long:
        return ()
    where = listed([pairs.lines[i] for i in too_long] if pairs.lines else [i + 1 for i in too_long])
    return (f"{pairs.name}: {len(too_long)} pairs longer than {max_length} tokens left out of training: {where}",)
