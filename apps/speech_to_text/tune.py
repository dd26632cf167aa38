"""Searching the recogniser's configurations for the one that mishears least."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rnnapps.search_space import Values
from rnnapps.tuning import HeldOut, Objective, Trial, TuningOptions, search

from .config import SpeechConfig
from .run_folder import RunFolder


def tune(config: SpeechConfig, options: TuningOptions, show_space: bool = False) -> dict:
    """Searches for better options than the defaults, by the errors in what is heard.

    Each trial is decoded as its section decode says, with a language model's weights tuned anew. Options that are given
    other values than the default stay as they are; the others with declared values are searched. Ends with all trials,
    the best configuration beside the one to start from, on the test side too, and a file for train --config.

    Args:
        config: every option of a training, as the search starts.
        options: of the search.
        show_space: print the options that are searched and their values, as a file for --space.
    """
    name = config.data.dataset or config.data.path or "digits"
    return search(TunableSpeech(), config, options, name, show_space)


class TunableSpeech:
    """See `rnnapps.tuning.Tunable`."""

    runs = RunFolder

    def objective(self, config: SpeechConfig) -> Objective:
        if config.model.head == "keyword":
            return Objective("accuracy", "max", "labels right (%)")
        if config.train.metric == "wer":
            return Objective("wer", "min", "words wrong (%)")
        return Objective("cer", "min", "characters wrong (%)")

    def read(self, config: SpeechConfig, values: Mapping[str, Values]) -> Any:
        from rnnapps.operation_threads import WIDEST_SMALL_STATE, one_thread_per_operation

        from .data import list_corpus, read_corpus

        if config.model.units <= WIDEST_SMALL_STATE:
            one_thread_per_operation()
        corpus = (list_corpus if config.data.faulty == "leave_out" else read_corpus)(config.data)
        print("\n".join(corpus.report), flush=True)
        self._checked(config, corpus)  # so that a mistake is told before the first trial
        return corpus

    def contents(self, data) -> Iterator[Any]:
        for recordings in data.sides.values():
            yield from ((each.name, each.text, each.duration) for each in recordings)

    def validate(self, config: SpeechConfig, data, trial: Trial) -> float:
        return self._heard(config, data, trial, "validation").value

    def test(self, config: SpeechConfig, data, trial: Trial) -> HeldOut:
        if data.test:
            return self._heard(config, data, trial, "test")
        return dataclasses.replace(self._heard(config, data, trial, "validation"), unseen=False)

    def _heard(self, config: SpeechConfig, data, trial: Trial, side: str) -> HeldOut:
        """One side as the network that training ends with hears it, decoded as section decode says."""
        from rnnapps.training import set_seed

        from .fit_decoder import fit_decoder
        from .recognition import Recognition
        from .training_run import fit_recognizer, prepare

        config, checked, units = self._checked(config, data)
        set_seed(config.train.seed)
        prepared = prepare(config, checked, units)
        folder = trial.run(self.runs, config)
        fit_recognizer(prepared, config, folder, resume=True, **trial.fitting(folder))
        decoder = fit_decoder(prepared.model, units, config, checked)
        search = decoder.search(config, units)
        heard = Recognition(prepared.model, units, config, search, decoder.confidences).transcriber()
        waveforms = checked.waveforms[side]
        said = [recording.text for recording in checked.corpus.sides[side]]
        return _held_out([one.text for one in heard.transcribe(waveforms)], said, self.objective(config).name)

    def _checked(self, config: SpeechConfig, corpus):
        """Options with a rate, the recordings, and their units."""
        from .corpus_faults import check_corpus
        from .resolve_options import resolve_options
        from .units import build_units

        config = resolve_options(config, corpus)
        units = build_units(config, corpus.training)
        return config, check_corpus(corpus, units, config).usable(config.data.faulty), units


def _held_out(heard: Sequence[str], said: Sequence[str], metric: str) -> HeldOut:
    import numpy as np

    from .edit_counts import count, rate

    if metric == "accuracy":
        right = np.array([[a == b, 1] for a, b in zip(heard, said, strict=True)], "float64")
        return HeldOut(right, lambda total: 100 * float(total[0] / total[1]), "recordings")
    counts = count(heard, said)
    return HeldOut((counts.words if metric == "wer" else counts.characters).rows, rate, "recordings")
