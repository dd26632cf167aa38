"""The decoder after training: a language model of the training texts; its weights, and what confidences mean, by the
validation side."""

from __future__ import annotations

import dataclasses

import numpy as np
import tensorflow as tf

from rnnapps.audio.waveforms import Waveforms
from rnnapps.decoding.ctc import fit_confidence

from .confidence_bins import word_confidences
from .config import SpeechConfig
from .corpus_faults import CheckedCorpus
from .decoder import Decoder
from .edit_counts import count
from .language_model import learn_texts
from .model import Recognizer
from .recognition import WAVEFORMS, Recognition
from .tune_decoder import tune_decoder
from .units import Units
from .validation_figures import evenly

# Recordings of the validation side that are decoded a dozen times to tune the weights.
MOST_TUNED = 200


def fit_decoder(model: Recognizer, units: Units, config: SpeechConfig, checked: CheckedCorpus) -> Decoder:
    """What section decode asks for.

    Args:
        model: trained.
        units: what the texts are made of.
        config: every option.
        checked: training texts are learnt from; on validation recordings weights that are not given are tuned, and
            confidences are scaled to the share of words that is right.
    Raises:
        FileNotFoundError, ValueError: as `learn_texts`.
    """
    if model.keyword is not None:
        return Decoder()
    waveforms, options = checked.waveforms["validation"], config.decode
    waveforms = waveforms.take(evenly(len(waveforms), MOST_TUNED))
    decoder = Decoder()
    if model.dense is not None and options.has_language_model:
        learnt = learn_texts(config, units, [recording.text for recording in checked.corpus.training])
        decoder = Decoder(learnt, *_weights(model, units, config, waveforms, learnt.for_search(units)))
    return dataclasses.replace(decoder, **_confidences(model, units, config, waveforms, decoder))


def _weights(model, units, config, waveforms, language_model) -> tuple[float, float]:
    options = config.decode
    if options.lm_weight is not None and options.insertion_bonus is not None:
        return options.lm_weight, options.insertion_bonus
    posteriors = tf.function(model.posteriors, input_signature=WAVEFORMS, autograph=False)
    log_probs = [posteriors(waveform[None], [len(waveform)])[0][0].numpy() for waveform in waveforms]
    texts = [recording.text for recording in waveforms.recordings]
    best = tune_decoder(log_probs, texts, units, language_model, options)[0]
    return best.lm_weight, best.insertion_bonus


def _confidences(model, units, config, waveforms: Waveforms, decoder: Decoder) -> dict:
    """The scales of words and texts, from what is heard in recordings whose texts are known."""
    unscaled = {"word_confidence": tf.identity, "text_confidence": tf.identity}
    search = decoder.search(config, units)
    heard = Recognition(model, units, config, search, unscaled).transcriber().transcribe(waveforms)
    counts = count([one.text for one in heard], [recording.text for recording in waveforms.recordings])
    # Of a text in which nothing is heard there is no symbol to be sure of.
    said = np.array([bool(one.text) for one in heard])
    texts = np.array([one.confidence for one in heard])
    return {
        "word_confidence": fit_confidence(*word_confidences(heard, counts.words)),
        "text_confidence": fit_confidence(texts[said], counts.right[said]),
    }
