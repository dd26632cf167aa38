"""Searching the translator's configurations for the one with the best translations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rnnapps.search_space import Values
from rnnapps.tuning import HeldOut, Objective, Trial, TuningOptions, search

from .config import TranslationConfig
from .run_folder import RunFolder


def tune(config: TranslationConfig, options: TuningOptions, show_space: bool = False) -> dict:
    """Searches for better options than the defaults, by the scores of what is translated.

    Options that are given other values than the default stay as they are; the others with declared values are searched.
    Ends with all trials, the best configuration beside the one to start from, on the test side too, and a file for
    train --config.

    Args:
        config: every option of a training, as the search starts.
        options: of the search.
        show_space: print the options that are searched and their values, as a file for --space.
    """
    name = config.data.dataset or config.data.path or config.data.source or "phrasebook"
    return search(TunableTranslation(), config, options, name, show_space)


class TunableTranslation:
    """See `rnnapps.tuning.Tunable`."""

    runs = RunFolder

    def objective(self, config: TranslationConfig) -> Objective:
        return Objective(config.train.metric, "max", {"bleu": "BLEU", "chrf": "chrF"}[config.train.metric])

    def read(self, config: TranslationConfig, values: Mapping[str, Values]) -> Any:
        from .data import read_corpus

        if config.train.init_from is not None:
            raise ValueError("--train.init_from: an earlier run fixes the network; fine-tune the best configuration")
        corpus = read_corpus(config.data)
        print("\n".join(corpus.report), flush=True)
        return corpus

    def contents(self, data) -> Iterator[Any]:
        for side in (data.training, data.validation, data.test):
            yield from (side.source, side.target)

    def validate(self, config: TranslationConfig, data, trial: Trial) -> float:
        return self._counts(config, data, trial, data.validation).value

    def test(self, config: TranslationConfig, data, trial: Trial) -> HeldOut:
        return self._counts(config, data, trial, data.test)

    def _counts(self, config: TranslationConfig, data, trial: Trial, side) -> HeldOut:
        """One side, translated by the network that training ends with."""
        from rnnapps.training import set_seed

        from .data import train_tokenizers
        from .evaluate import translate_all
        from .score import count
        from .text_translator import TextTranslator
        from .training_run import fit_translator, prepare

        set_seed(config.train.seed)
        tokenizers = train_tokenizers(data.training, config.tokenizer)
        prepared = prepare(config, data, tokenizers)
        folder = trial.run(self.runs, config)
        fit_translator(prepared, config, data, tokenizers, folder, resume=True, **trial.fitting(folder))
        translator = TextTranslator(prepared.model, tokenizers, config.decode)
        translations = translate_all(translator, side.source, config.decode.batch_size)
        counts = getattr(count(translations, side.target), config.train.metric)
        return HeldOut(counts.rows, counts.score, "sentences")
