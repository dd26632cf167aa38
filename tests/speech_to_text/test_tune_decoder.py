import numpy as np
import pytest

from apps.speech_to_text.config import DecodeConfig
from apps.speech_to_text.tune_decoder import tune_decoder
from apps.speech_to_text.units import Units
from rnnapps.decoding.ctc import CharacterModel
from rnnapps.decoding.ctc.character_model import train_symbols

UNITS = Units("characters", ("", " ", "a", "b", "c"))
TEXTS = ["ab ab", "ab", "ab ab ab"]


def unsure(text, seed):
    """Log-probabilities (T, V) of a text in which every b sounds a little more like c."""
    rows = []
    for number in UNITS.encode(text):
        row = np.full(5, 0.02)
        row[number] = 0.92
        if UNITS.symbols[number] == "b":
            row[[3, 4]] = 0.42, 0.52
        rows += [row, [0.96, 0.01, 0.01, 0.01, 0.01]]
    rows = np.array(rows) * np.random.default_rng(seed).uniform(0.95, 1.05, (len(rows), 5))
    return np.log(rows / rows.sum(1, keepdims=True)).astype("float32")


LOG_PROBS = [unsure(text, seed) for seed, text in enumerate(TEXTS)]
MODEL = CharacterModel(train_symbols([UNITS.encode(text) for text in TEXTS], UNITS.symbols, 3))


def test_weights_are_found_under_which_the_texts_are_right():
    trials = tune_decoder(LOG_PROBS, TEXTS, UNITS, MODEL, DecodeConfig(beam_size=4, lm="character"))
    assert trials[0].wer == 0
    assert trials[0].lm_weight > 0
    assert len({(trial.lm_weight, trial.insertion_bonus) for trial in trials}) == len(trials) > 8


def test_the_best_trial_is_the_first():
    trials = tune_decoder(LOG_PROBS, TEXTS, UNITS, MODEL, DecodeConfig(beam_size=4, lm="character"))
    assert [(t.wer, t.cer) for t in trials] == sorted((t.wer, t.cer) for t in trials)


@pytest.mark.parametrize("given", [{"lm_weight": 0.0}, {"insertion_bonus": -1.5}])
def test_a_weight_that_is_given_stays(given):
    options = DecodeConfig(beam_size=4, lm="character", **given)
    (name, value), trials = *given.items(), tune_decoder(LOG_PROBS, TEXTS, UNITS, MODEL, options)
    assert {getattr(trial, name) for trial in trials} == {value}


def test_without_weight_the_model_changes_nothing():
    options = DecodeConfig(beam_size=4, lm="character", lm_weight=0.0, insertion_bonus=0.0)
    assert tune_decoder(LOG_PROBS, TEXTS, UNITS, MODEL, options)[0].wer == 100
