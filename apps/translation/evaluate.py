"""Scoring a run, or two side by side: BLEU and chrF with signatures, intervals, tests and examples."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from rnnapps.command_line import reading_input
from rnnapps.significance import FEWEST_RESAMPLES, RESAMPLES, SEED

from .config import DataConfig
from .decoding import given, load_for
from .evaluation_report import comparison_report, full_report, report
from .paired_comparison import paired_comparison
from .run_folder import locate
from .score import best_and_worst, count, score, score_baseline, score_by_length, score_in_detail

__all__ = ["evaluate", "report", "score", "score_baseline", "translate_all"]


def evaluate(
    run: str,
    other: str | None = None,
    /,
    *,
    data: str | None = None,
    columns: str | None = None,
    source: str | None = None,
    target: str | None = None,
    side: Literal["test", "validation"] = "test",
    test: Literal["bootstrap", "randomization"] = "bootstrap",
    resamples: int = RESAMPLES,
    beam_size: int | None = None,
    length_penalty: float | None = None,
    coverage_penalty: float | None = None,
    batch_size: int = 64,
    output: str | None = None,
    translations: str | None = None,
    references: str | None = None,
) -> dict:
    """Scores a run on its held-out sentences or on other pairs; two runs are compared on the same sentences.

    One run: sacreBLEU and chrF with signatures and 95 % intervals, length ratio, BLEU by sentence length, the best
    and worst sentences and, where the run's training data can still be read, the scores of copying the translation
    of the nearest training sentence. Two runs: both side by side, their difference with its interval, a paired test
    and a verdict.

    Args:
        run: path or name of a run, path of a SavedModel, or a text file with another tool's translations.
        other: a second one, to be compared with the first.
        data: TSV file of pairs to score on, instead of the run's own held-out side.
        columns: the two columns of the file to use, counted from 0, such as 0,2.
        source: file of source sentences, with the file of their translations as --target.
        target: file of target sentences.
        side: which held-out side of the run's own data is scored.
        test: how two runs are tested, by paired bootstrap or by approximate randomization.
        resamples: of the bootstrap, for intervals, and of the test; at least 40.
        beam_size: hypotheses kept at each step; by default as the run was exported. Needs the run's weights.
        length_penalty: alpha of ((5 + length) / 6) ** alpha; by default as the run was exported.
        coverage_penalty: how much leaving source tokens unattended costs; by default as the run was exported.
        batch_size: sentences translated together.
        output: JSON file to write all figures to.
        translations: file to write the translations of one run to, one per line, so that others can score them.
        references: file to write the references to, one per line.
    """
    decoding = given(beam_size=beam_size, length_penalty=length_penalty, coverage_penalty=coverage_penalty)
    files = {"output": output, "translations": translations, "references": references}
    names = [run] if other is None else [run, other]
    models = [name for name in names if not Path(name).is_file()]
    with reading_input():
        _check_numbers(batch_size=(batch_size, 1), resamples=(resamples, FEWEST_RESAMPLES))
        _check_systems(names, models, test, decoding)
        own_pairs = DataConfig(path=data, columns=columns, source=source, target=target)
        _check_files(files, names, side, own_pairs)
        # Only now, so that a mistake is told without waiting for TensorFlow.
        from .held_out import held_out_sentences, read_translations

        held_out = held_out_sentences(names, own_pairs, side)
        pairs = held_out.pairs
        systems = [load_for(name, **decoding) if name in models else read_translations(name, pairs) for name in names]
    for note in held_out.notes:
        print(note, file=sys.stderr)
    translated = [
        found if isinstance(found, list) else translate_all(found, pairs.source, batch_size) for found in systems
    ]
    figures = {"data": held_out.name, "sentences": len(pairs)} | ({"decoding": decoding} if decoding else {})
    if other is None:
        figures |= {"name": _titles(names)[0], **_one(pairs, translated[0], held_out.training, resamples)}
    else:
        figures |= paired_comparison(pairs, _titles(names), translated, test, resamples)
    print(full_report(figures) if other is None else comparison_report(figures))
    with reading_input():
        _write(output, json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
        _write(translations, _lines(translated[0]))
        _write(references, _lines(pairs.target))
    return figures


def translate_all(model, sentences: Sequence[str], batch_size: int) -> list[str]:
    """The best translation of every sentence, in order."""
    from .translate_lines import translate_lines

    return [best.text for (best,) in translate_lines(model, sentences, batch_size=batch_size)]


def _one(pairs, translated: Sequence[str], training, resamples: int) -> dict:
    """All figures of one system."""
    counts = count(translated, pairs.target)
    figures = {"resamples": resamples, "seed": SEED, **score_in_detail(counts, resamples)}
    if training is not None:
        figures["baseline"] = score_baseline(pairs, training)
    figures["by_length"] = score_by_length(pairs.source, counts, resamples)
    figures["equal_to_reference"] = sum(map(str.__eq__, translated, pairs.target))
    return {**figures, **best_and_worst(pairs, translated, counts)}


def _check_numbers(**least: tuple[int, int]) -> None:
    for name, (value, bound) in least.items():
        if value < bound:
            raise ValueError(f"--{name} must be at least {bound}, is {value}")


def _check_systems(names: Sequence[str], models: Sequence[str], test: str, decoding: Mapping) -> None:
    for name in models:
        locate(name)
    if test != "bootstrap" and len(names) == 1:
        raise ValueError(f"--test {test} compares two runs; give a second one, or leave it out")
    if decoding and not models:
        raise ValueError(f"--{next(iter(decoding))}: nothing is decoded, {' and '.join(names)} holds translations")


def _check_files(files: Mapping[str, str | None], names: Sequence[str], side: str, own_pairs: DataConfig) -> None:
    if side != "test" and not own_pairs.embedded:
        raise ValueError(f"--side {side} is a side of the run's own data; leave it out when other pairs are given")
    if files["translations"] and len(names) > 1:
        raise ValueError("--translations writes those of one run; evaluate the runs one by one for it")
    for option, path in files.items():
        # Now, because translating may take long.
        if path is not None and Path(path).is_dir():
            raise ValueError(f"--{option} {path}: is a directory; give the name of a file")


def _titles(names: Sequence[str]) -> list[str]:
    """Folder names where they tell the systems apart, else what was typed."""
    paths = [Path(name) for name in names]
    short = ["/".join(path.parts[-2:]) if path.name.isdigit() else path.name for path in paths]
    return short if len(set(short)) == len(short) and all(short) else list(names)


def _lines(texts: Sequence[str]) -> str:
    # A line break inside a translation would move all that follow.
    return "".join(" ".join(re.split("[\r\n]+", text)) + "\n" for text in texts)


def _write(path: str | None, text: str) -> None:
    if path is None:
        return
    from rnnapps.training import write_atomically

    write_atomically(path, lambda file: file.write(text.encode("utf-8")))
