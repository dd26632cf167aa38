"""Training a recogniser: what the user asked for in, a run folder out."""

from __future__ import annotations

from rnnapps.cluster import follows
from rnnapps.command_line import reading_input
from rnnapps.join_training import join_training
from rnnapps.operation_threads import WIDEST_SMALL_STATE, one_thread_per_operation
from rnnapps.run_folder import resumable

from .check_decoding import check_decode_section
from .config import SpeechConfig
from .run_folder import RunFolder


def train(config: SpeechConfig, run: str | None = None, resume: bool = False) -> RunFolder | None:
    """Trains a recogniser, on the embedded connected digits unless told otherwise.

    Ends with the error rates beside a baseline, three transcripts and the paths of what was written.

    Args:
        config: every option.
        run: name of the run under saved_models/speech_to_text, or a path; by default data, date and time.
        resume: continue the run where its last checkpoint is; its own config.yaml gives the options.
    Returns:
        the run's folder; None in a process that only takes part in another one's training.
    """
    with reading_input():
        follower = follows(config.train.strategy)
        path = RunFolder.new_path(run, config.data.dataset or config.data.path or "digits")
        if follower:
            resume = False
        elif resume:
            folder = RunFolder.open(path)
            config = folder.resumed_config(config)
        else:
            RunFolder.refuse_existing(path)
            check_decode_section(config)

    from .corpus_faults import check_corpus
    from .data import list_corpus, read_corpus
    from .resolve_options import resolve_options
    from .units import build_units

    small = config.model.units <= WIDEST_SMALL_STATE
    with reading_input():
        config, distribution = join_training(config, small)
        corpus = (list_corpus if config.data.faulty == "leave_out" else read_corpus)(config.data)
        print("\n".join(corpus.report), flush=True)
        config = resolve_options(config, corpus)
        units = build_units(config, corpus.training)
        checked = check_corpus(corpus, units, config).usable(config.data.faulty)
        for line in (*checked.corpus.report[len(corpus.report) :], *checked.summary()):
            print(line, flush=True)

    # Only now, so that a mistake on the command line or in the recordings is told without waiting for TensorFlow.
    from rnnapps.training import follow, set_seed

    from .conclude import conclude
    from .decoder import check_decoding_files
    from .training_run import fit_recognizer, prepare

    if small:
        one_thread_per_operation()
    set_seed(config.train.seed)
    with reading_input():
        check_decoding_files(config, units, [recording.text for recording in checked.corpus.training])
        prepared = prepare(config, checked, units)
        print("\n".join(prepared.report), flush=True)
        if follower:
            return follow(prepared.model, prepared.training, distribution)
        if not resume:
            folder = RunFolder.create(path, config)
    with resumable(path):
        units.save(path)
        print(f"run folder: {path}", flush=True)
        trained = fit_recognizer(prepared, config, folder, resume, distribution=distribution)
        conclusion = conclude(prepared, config, checked, folder, trained)
    print(conclusion.summary)
    print(f"\nrun folder: {path}")
    print(f"plots:      {', '.join(str(plot) for plot in conclusion.plots)}")
    print(f"SavedModel: {path / '1'}")
    print(f"report:     {path / 'report.html'}")
    return folder
