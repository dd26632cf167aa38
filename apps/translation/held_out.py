"""The sentences that systems are scored on, and what is known of their training data."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rnnapps.text.pairs import Pairs, read_pairs, read_parallel

from .config import DataConfig
from .run_folder import RunFolder, locate


@dataclass(frozen=True)
class HeldOut:
    """Sentences to score on.

    Args:
        pairs: the sentences and their references.
        name: what to call them.
        training: the training side of the first system's run, where it can be read.
        notes: what a reader of the scores should know, one line each.
    """

    pairs: Pairs
    name: str
    training: Pairs | None
    notes: tuple[str, ...]


def held_out_sentences(systems: Sequence[str], given: DataConfig, side: str) -> HeldOut:
    """Other pairs where they are given, else that side of the systems' own data, which must be the same for all.

    Args:
        systems: runs, SavedModels or files of translations; at least one must be a run unless pairs are given.
        given: files of pairs; embedded stands for none.
        side: "test" or "validation".
    Raises:
        FileNotFoundError: a run or file that does not exist.
        ValueError: what cannot be read, no run whose data could be used, or runs with different data.
    """
    from .data import read_corpus  # only now, so that a mistake is told without waiting for TensorFlow

    pairs = _read(given)
    configs = {name: config for name in systems if (config := _data_config(name)) is not None}
    if pairs is None and not configs:
        raise ValueError(
            f"{' and '.join(systems)}: not a run of the translator (it has no config.yaml), so it has no test side "
            "of its own; give sentences to score on with --data, or --source and --target"
        )
    corpora, notes = {}, []
    for name, config in configs.items():
        try:
            corpora[name] = read_corpus(config)
        except (OSError, ValueError) as error:
            if pairs is None:
                raise ValueError(f"{error} (the data of {name}; score on other pairs with --data)") from error
            notes.append(f"no baseline, and no check of what {name} has seen in training: {error}")
    if pairs is None:
        sides = {name: getattr(corpus, side) for name, corpus in corpora.items()}
        pairs = _the_same(sides, side)
        title = f"the {side} side of {next(iter(corpora.values())).name}"
    else:
        title = pairs.name
    notes += [note for name, corpus in corpora.items() for note in _seen(name, pairs, corpus.training)]
    first = corpora.get(systems[0])
    return HeldOut(pairs, title, first.training if first else None, tuple(notes))


def read_translations(path: str, pairs: Pairs) -> list[str]:
    """Translations that another tool made of `pairs`, one per line.

    A line may also stand for every line of the pairs' file, those with an empty side included.

    Raises:
        ValueError: not UTF-8, empty, or another number of lines than sentences.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}, byte {error.start + 1}: not UTF-8; convert the file, for example with iconv"
        ) from None
    if not text:
        raise ValueError(f"{path}: the file is empty, expected a translation per line")
    lines = [line.strip() for line in text.removesuffix("\n").split("\n")]
    if pairs.skipped and len(lines) == len(pairs) + len(pairs.skipped):
        return [lines[number - 1] for number in pairs.lines]
    if len(lines) != len(pairs):
        raise ValueError(
            f"{path}: {len(lines):,} lines for {len(pairs):,} sentences of {pairs.name}; "
            "expected the translation of one sentence per line"
        )
    return lines


def _data_config(name: str) -> DataConfig | None:
    """The data of a run; nothing for a file of translations or a SavedModel alone."""
    if Path(name).is_file():
        return None
    path = locate(name)
    if not (path / "config.yaml").is_file():
        return None
    return RunFolder.open(path).config().data


def _read(given: DataConfig) -> Pairs | None:
    if given.path is not None:
        return read_pairs(given.path, given.column_numbers)
    return read_parallel(given.source, given.target) if given.source is not None else None


def _the_same(sides: dict[str, Pairs], side: str) -> Pairs:
    (first, pairs), *others = sides.items()
    for other, found in others:
        if (found.source, found.target) != (pairs.source, pairs.target):
            raise ValueError(
                f"{first} and {other} have different {side} sides ({len(pairs):,} and {len(found):,} sentences); "
                "score both on the same sentences with --data, or --source and --target"
            )
    return pairs


def _seen(name: str, pairs: Pairs, training: Pairs) -> list[str]:
    known = set(training.source)
    if not (seen := sum(sentence in known for sentence in pairs.source)):
        return []
    return [
        f"{seen:,} of the {len(pairs):,} source sentences are in the training data of {name}: "
        "expect less of new sentences"
    ]
