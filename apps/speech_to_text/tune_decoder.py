"""What the language model counts for: the weights under which the fewest validation words are wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from rnnapps.decoding.ctc import CharacterModel, PrefixBeamSearch, WordModel

from .config import DecodeConfig
from .score import error_rates
from .transcriber import padded_together
from .units import Units

# Which lm_weight, then which insertion_bonus, then which lm_weight once more, nearer to the best.
WEIGHTS, BONUSES, NEARER = (0.25, 0.5, 0.75, 1.0, 1.5), (0.0, 0.5, 1.0, 2.0), (0.8, 1.25)
BATCH_FRAMES = 4000


@dataclass(frozen=True)
class Trial:
    """Weights and their error rates, in percent."""

    lm_weight: float
    insertion_bonus: float
    wer: float
    cer: float

    @property
    def _rank(self) -> tuple[float, float]:
        return self.wer, self.cer


def tune_decoder(
    log_probs: Sequence[np.ndarray],
    texts: Sequence[str],
    units: Units,
    language_model: CharacterModel | WordModel,
    options: DecodeConfig,
) -> list[Trial]:
    """Tries weights of a language model on recordings whose texts are known.

    The network is not run again: what it says is given. A weight that the options give stays as it is. The weights
    are found one after the other, some eleven trials in all; of equally good ones the first is kept.

    Args:
        log_probs: (T, V) of each recording.
        texts: what is said in them.
        units: what the texts are made of.
        language_model: to be weighted.
        options: section decode: beam_size, top_symbols, lm_weight, insertion_bonus.
    Returns:
        All trials, the best first.
    """
    decode = _decoder(log_probs, units, language_model, options)
    tried: dict[tuple[float, float], Trial] = {}

    def best_of(weights, bonuses):
        for weight in weights:
            for bonus in bonuses:
                if (weight, bonus) not in tried:
                    rates = error_rates(decode(weight, bonus), texts)
                    tried[weight, bonus] = Trial(weight, bonus, rates["wer"], rates["cer"])
        return min(tried.values(), key=lambda trial: trial._rank)

    bonus = 0.5 if options.insertion_bonus is None else options.insertion_bonus
    best = best_of(WEIGHTS if options.lm_weight is None else (options.lm_weight,), (bonus,))
    if options.insertion_bonus is None:
        best = best_of((best.lm_weight,), BONUSES)
    if options.lm_weight is None:
        best_of([round(best.lm_weight * factor, 3) for factor in NEARER], (best.insertion_bonus,))
    return sorted(tried.values(), key=lambda trial: trial._rank)


def _decoder(log_probs, units, language_model, options) -> Callable[[float, float], list[str]]:
    """(lm_weight, insertion_bonus) -> texts, in one graph for all weights."""
    width = len(units)

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, None, width)),
            tf.TensorSpec((None,), tf.int32),
            tf.TensorSpec(()),
            tf.TensorSpec(()),
        ],
        autograph=False,
    )
    def labels(rows, frames, weight, bonus):
        search = PrefixBeamSearch(
            width,
            options.beam_size,
            top_symbols=options.top_symbols,
            language_model=language_model,
            lm_weight=weight,
            insertion_bonus=bonus,
        )
        return search(rows, frames).labels[:, 0]

    batches = list(_batches(log_probs))

    def decode(weight, bonus):
        found = [""] * len(log_probs)
        for numbers, rows, frames in batches:
            for number, row in zip(numbers, labels(rows, frames, weight, bonus).numpy(), strict=True):
                found[number] = units.decode(row[row > 0])
        return found

    return decode


def _batches(log_probs):
    """(numbers, (B, T, V), frames) of recordings of similar lengths."""
    order = sorted(range(len(log_probs)), key=lambda number: len(log_probs[number]))
    batch: list[int] = []
    for place, number in enumerate(order):
        batch.append(number)
        following = len(log_probs[order[place + 1]]) if place + 1 < len(order) else None
        if following is None or (len(batch) + 1) * following > BATCH_FRAMES:
            yield batch, *padded_together([log_probs[each] for each in batch])
            batch = []
