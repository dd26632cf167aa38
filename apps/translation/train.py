"""Training a translator: what the user asked for in, a run folder out."""

import dataclasses
import datetime
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rnnapps.command_line import BadInput, reading_input

from .config import TranslationConfig
from .earlier_run import continued, earlier_weights
from .run_folder import SAVED_MODELS, RunFolder

EXAMPLES = 3


def train(config: TranslationConfig, run: str | None = None, resume: bool = False) -> RunFolder:
    """Trains a translator, on the embedded phrasebook unless told otherwise.

    Ends with BLEU beside a baseline, three translations and the paths of what was written.

    Args:
        config: every option.
        run: name of the run under saved_models/translation, or a path; by default data and time.
        resume: continue the run where its last checkpoint is; its own config.yaml gives the options.
    """
    with reading_input():
        path = _run_path(run, config)
        if resume:
            folder = RunFolder.open(path)
            config = _resumed(config, folder)
        elif path.exists():
            raise ValueError(f"{path}: the run exists; choose another --run, or continue it with --resume")
        elif config.train.init_from is not None:
            config = continued(config)

    # Only now, so that a mistake on the command line is told without waiting for TensorFlow.
    from rnnapps.training import set_seed

    from .data import load_tokenizers, read_corpus, save_tokenizers, train_tokenizers
    from .data_report import data_report
    from .training_run import conclude, fit_translator, prepare

    # Before there are tokenisers: setting it later would clear TensorFlow's caches, and their models with them.
    set_seed(config.train.seed)
    with reading_input():
        corpus = read_corpus(config.data)
        print("\n".join(corpus.report), flush=True)
        begun = resume and folder.has_checkpoints
        known = _tokenizer_folder(path, config, resume)
        tokenizers = load_tokenizers(known) if known else train_tokenizers(corpus.training, config.tokenizer)
        findings = data_report(corpus, tokenizers)
        print("\n".join(findings.lines()), flush=True)
        start = None if begun or config.train.init_from is None else earlier_weights(config)
        prepared = prepare(config, corpus, tokenizers, start)
        print("\n".join(prepared.report), flush=True)
        if not resume:
            folder = RunFolder.create(path, config)
            findings.write(folder.path)
    with _resumable(path):
        save_tokenizers(tokenizers, path)
        print(f"run folder: {path}", flush=True)
        trained = fit_translator(prepared, config, corpus, tokenizers, folder, resume)
        metrics, translations, plots = conclude(prepared.model, config, corpus, tokenizers, folder, trained)
    print(_summary(metrics, corpus.test, translations))
    print(f"\nrun folder: {path}\nplots:      {', '.join(str(plot) for plot in plots)}")
    print(f"SavedModel: {path / '1'}")
    return folder


@contextmanager
def _resumable(path: Path) -> Iterator[None]:
    """What the disk or damaged files prevent becomes one line that says how to go on."""
    from rnnapps.training import CheckpointError

    try:
        yield
    except CheckpointError as error:
        raise BadInput(str(error)) from error
    except OSError as error:
        raise BadInput(f"{error}; what was trained is kept, go on with: train --run {path} --resume") from error


def _run_path(run: str | None, config: TranslationConfig) -> Path:
    if run is None:
        data = config.data.dataset or config.data.path or config.data.source or "phrasebook"
        name = Path(data.replace(":", "-")).name.split(".")[0] or "run"
        return SAVED_MODELS / f"{name}-{datetime.datetime.now():%Y%m%d-%H%M%S}"
    return Path(run) if os.sep in run else SAVED_MODELS / run


def _tokenizer_folder(path: Path, config: TranslationConfig, resume: bool) -> Path | None:
    """Where the vocabulary is, if it need not be learnt."""
    if resume and any(path.glob("*.model")):
        return path
    return None if config.train.init_from is None else RunFolder.open(config.train.init_from).path


def _resumed(config: TranslationConfig, folder: RunFolder) -> TranslationConfig:
    """The run's own options; those given now may be none or the same, because no other would be true."""
    stored = folder.config()
    if config in (stored, TranslationConfig()):
        return stored
    for section in dataclasses.fields(config):
        then, now = getattr(stored, section.name), getattr(config, section.name)
        for option in dataclasses.fields(then):
            was, is_now = getattr(then, option.name), getattr(now, option.name)
            if was != is_now:
                raise ValueError(
                    f"--{section.name}.{option.name} {is_now}: the run was started with {was}; a resumed run "
                    "keeps its options, so leave them out, or start another --run"
                )
    return stored


def _summary(metrics: dict, test, translations: list[str]) -> str:
    from .evaluate import report

    lines = [f"\n{metrics['test']['sentences']} held-out sentences", report(metrics["test"]), ""]
    step = max(1, len(test) // EXAMPLES)
    for index in range(0, min(len(test), EXAMPLES * step), step):
        lines += [
            f"  source       {test.source[index]}",
            f"  translation  {translations[index]}",
            f"  reference    {test.target[index]}",
            "",
        ]
    return "\n".join(lines).rstrip()
