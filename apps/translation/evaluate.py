"""Scoring a run: BLEU and chrF with their signatures, beside a baseline."""

import sys
from collections.abc import Sequence

from rnnapps.command_line import BadInput, reading_input

from .config import DataConfig
from .run_folder import RunFolder


def evaluate(
    run: str,
    data: str | None = None,
    columns: str | None = None,
    source: str | None = None,
    target: str | None = None,
    batch_size: int = 64,
) -> dict:
    """Scores a run on its held-out sentences, or on other pairs.

    Prints sacreBLEU and chrF with their signatures and, where the run's training data can still be read,
    those of copying the translation of the nearest training sentence.

    Args:
        run: path or name of a run.
        data: TSV file of pairs to score on, instead of the run's test side.
        columns: the two columns of the file to use, counted from 0, such as 0,2.
        source: file of source sentences, with the file of their translations as --target.
        target: file of target sentences.
        batch_size: sentences translated together.
    """
    if batch_size < 1:
        raise BadInput(f"--batch_size must be at least 1, is {batch_size}")
    with reading_input():
        config = RunFolder.open(run).config()
        from .data import read_corpus  # only now, so that a mistake is told without waiting for TensorFlow
        from .load import load_translator

        pairs = _own_pairs(DataConfig(path=data, columns=columns, source=source, target=target))
        model = load_translator(run)
    training = None
    try:
        corpus = read_corpus(config.data)
        training = corpus.training
        pairs = pairs or corpus.test
    except (OSError, ValueError) as error:
        if pairs is None:
            raise BadInput(f"{error} (the run's own data; score on another file with --data)") from error
        print(f"no baseline: {error}", file=sys.stderr)
    print(f"{pairs.name}: {len(pairs)} sentences")
    translations = translate_all(model, pairs.source, batch_size)
    scores = {"sentences": len(pairs), **score(translations, pairs.target)}
    if training is not None:
        scores["baseline"] = score_baseline(pairs, training)
    print(report(scores))
    return scores


def translate_all(model, sentences: Sequence[str], batch_size: int) -> list[str]:
    """The best translation of every sentence, in order."""
    from .translate import translate_lines

    return [best.text for (best,) in translate_lines(model, sentences, batch_size=batch_size)]


def score(translations: Sequence[str], references: Sequence[str]) -> dict:
    """BLEU and chrF of translations, 0 to 100, with the signatures that say how they were computed."""
    from rnnapps.metrics import bleu, chrf

    scores = {"bleu": bleu(translations, references), "chrf": chrf(translations, references)}
    return {name: {"score": found.score, "signature": found.signature} for name, found in scores.items()}


def score_baseline(pairs, training) -> dict:
    """`score` of copying the translation of the nearest training sentence."""
    from .baseline import copy_nearest

    return score(copy_nearest(pairs.source, training.source, training.target), pairs.target)


def report(scores: dict) -> str:
    """The lines that a user reads: each metric of the model and, if known, of the baseline."""
    lines = [
        f"{label} {scores[name]['score']:6.2f}   {scores[name]['signature']}"
        for name, label in (("bleu", "BLEU"), ("chrf", "chrF"))
    ]
    if baseline := scores.get("baseline"):
        figures = f"BLEU {baseline['bleu']['score']:.2f}, chrF {baseline['chrf']['score']:.2f}"
        lines.append(f"baseline, copying the nearest training sentence: {figures}")
    return "\n".join(lines)


def _own_pairs(data: DataConfig):
    from rnnapps.text.pairs import read_pairs, read_parallel

    if data.path is not None:
        return read_pairs(data.path, data.column_numbers)
    return read_parallel(data.source, data.target) if data.source is not None else None
