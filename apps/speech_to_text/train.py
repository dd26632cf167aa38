"""Training a recogniser: what the user asked for in, a run folder out."""

from __future__ import annotations

from rnnapps.command_line import reading_input
from rnnapps.run_folder import resumable

from .check_decoding import check_decode_section
from .config import SpeechConfig
from .run_folder import RunFolder


def train(config: SpeechConfig, run: str | None = None, resume: bool = False) -> RunFolder:
    """Trains a recogniser, on the embedded connected digits unless told otherwise.

    Ends with the error rates beside a baseline, three transcripts and the paths of what was written.

    Args:
        config: every option.
        run: name of the run under saved_models/speech_to_text, or a path; by default data, date and time.
        resume: continue the run where its last checkpoint is; its own config.yaml gives the options.
    """
    with reading_input():
        path = RunFolder.new_path(run, config.data.dataset or config.data.path or "digits")
        if resume:
            folder = RunFolder.open(path)
            config = folder.resumed_config(config)
        else:
            RunFolder.refuse_existing(path)
            check_decode_section(config)

    from .corpus_faults import check_corpus
    from .data import list_corpus, read_corpus
    from .resolve_options import resolve_options
    from .units import build_units

    with reading_input():
        corpus = (list_corpus if config.data.faulty == "leave_out" else read_corpus)(config.data)
        print("\n".join(corpus.report), flush=True)
        config = resolve_options(config, corpus)
        units = build_units(config, corpus.training)
        checked = check_corpus(corpus, units, config).usable(config.data.faulty)
        for line in (*checked.corpus.report[len(corpus.report) :], *checked.summary()):
            print(line, flush=True)

    # Only now, so that a mistake on the command line or in the recordings is told without waiting for TensorFlow.
    from rnnapps.operation_threads import WIDEST_SMALL_STATE, one_thread_per_operation
    from rnnapps.training import set_seed

    from .conclude import conclude
    from .decoder import check_decoding_files
    from .training_run import fit_recognizer, prepare

    if config.model.units <= WIDEST_SMALL_STATE:
        one_thread_per_operation()
    set_seed(config.train.seed)
    with reading_input():
        check_decoding_files(config, units, [recording.text for recording in checked.corpus.training])
        prepared = prepare(config, checked, units)
        print("\n".join(prepared.report), flush=True)
        if not resume:
            folder = RunFolder.create(path, config)
    with resumable(path):
        units.save(path)
        print(f"run folder: {path}", flush=True)
        trained = fit_recognizer(prepared, config, folder, resume)
        conclusion = conclude(prepared, config, checked, folder, trained)
    print(conclusion.summary)
    print(f"\nrun folder: {path}")
    print(f"plots:      {', '.join(str(plot) for plot in conclusion.plots)}")
    print(f"SavedModel: {path / '1'}")
    return folder
