"""Training a translator: what the user asked for in, a run folder out."""

from pathlib import Path

from rnnapps.cluster import follows
from rnnapps.command_line import reading_input
from rnnapps.join_training import join_training
from rnnapps.run_folder import resumable

from .config import TranslationConfig
from .earlier_run import continued, earlier_weights
from .run_folder import RunFolder

EXAMPLES = 3


def train(config: TranslationConfig, run: str | None = None, resume: bool = False) -> RunFolder | None:
    """Trains a translator, on the embedded phrasebook unless told otherwise.

    Ends with BLEU beside a baseline, three translations and the paths of what was written.

    Args:
        config: every option.
        run: name of the run under saved_models/translation, or a path; by default data and time.
        resume: continue the run where its last checkpoint is; its own config.yaml gives the options.
    Returns:
        the run's folder; None in a process that only takes part in another one's training.
    """
    with reading_input():
        follower = follows(config.train.strategy)
        path = RunFolder.new_path(run, config.data.dataset or config.data.path or config.data.source or "phrasebook")
        if follower:
            resume = False
        elif resume:
            folder = RunFolder.open(path)
            config = folder.resumed_config(config)
        else:
            RunFolder.refuse_existing(path)
            config = continued(config) if config.train.init_from is not None else config

    # Only now, so that a mistake on the command line is told without waiting for TensorFlow.
    from rnnapps.training import follow, set_seed

    from .data import load_tokenizers, read_corpus, save_tokenizers, train_tokenizers
    from .data_report import data_report
    from .training_run import conclude, fit_translator, prepare

    with reading_input():
        config, distribution = join_training(config)
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
        start = None if begun or follower or config.train.init_from is None else earlier_weights(config)
        prepared = prepare(config, corpus, tokenizers, start)
        print("\n".join(prepared.report), flush=True)
        if follower:
            return follow(prepared.model, prepared.training, distribution)
        if not resume:
            folder = RunFolder.create(path, config)
            findings.write(folder.path)
    with resumable(path):
        save_tokenizers(tokenizers, path)
        print(f"run folder: {path}", flush=True)
        trained = fit_translator(prepared, config, corpus, tokenizers, folder, resume, distribution=distribution)
        metrics, translations, plots = conclude(prepared.model, config, corpus, tokenizers, folder, trained)
    print(_summary(metrics, corpus.test, translations))
    print(f"\nrun folder: {path}\nplots:      {', '.join(str(plot) for plot in plots)}")
    print(f"SavedModel: {path / '1'}")
    print(f"report:     {path / 'report.html'}")
    return folder


def _tokenizer_folder(path: Path, config: TranslationConfig, resume: bool) -> Path | None:
    """Where the vocabulary is, if it need not be learnt."""
    if resume and any(path.glob("*.model")):
        return path
    return None if config.train.init_from is None else RunFolder.open(config.train.init_from).path


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
