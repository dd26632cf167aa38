"""The decoder after training: a language model of the training texts, its weights by the validation side."""

from __future__ import annotations

from .config import SpeechConfig
from .corpus_faults import CheckedCorpus
from .decoder import INSERTION_BONUS, LM_WEIGHT, Decoder
from .language_model import learn_texts
from .model import Recognizer
from .units import Units


def fit_decoder(model: Recognizer, units: Units, config: SpeechConfig, checked: CheckedCorpus) -> Decoder:
    """What section decode asks for.

    Args:
        model: trained.
        units: what the texts are made of.
        config: every option.
        checked: training texts are learnt from, validation recordings tuned on.
    Raises:
        FileNotFoundError, ValueError: as `learn_texts`.
    """
    options = config.decode
    if model.dense is None or options.lm == "none":
        return Decoder()
    learnt = learn_texts(config, units, [recording.text for recording in checked.corpus.training])
    weights = [
        default if given is None else given
        for given, default in ((options.lm_weight, LM_WEIGHT), (options.insertion_bonus, INSERTION_BONUS))
    ]
    return Decoder(learnt, *weights)
