"""Options of training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rnnapps.config_checks import one_of, within


@dataclass(frozen=True)
class TrainConfig:
    """How the network is trained.

    Args:
        epochs: passes over the training pairs, at most.
        tokens_per_batch: positions of the longer side in a batch, padding included: rows x max(S, T).
        optimizer: how the weights follow the gradient; adamw with `weight_decay`.
        weight_decay: share of each weight taken off per step and unit of learning rate; adamw only.
        learning_rate: the optimizer's highest learning rate.
        schedule: how the rate changes per step after the warm-up, over the steps of all `epochs`.
        warmup_steps: steps in which the rate rises linearly from 0.
        clip_norm: largest global norm of the gradient, over all weights together; 0 does not clip.
        subword_sampling: cut the training sentences into other pieces in every epoch; 0 does not, and is fastest.
            bpe: probability, in [0, 1], of leaving out a merge, such as 0.05; unigram: exponent of a
            segmentation's probability, such as 0.2, the smaller the more varied. Sentences become longer, an epoch
            takes a third more time.
        label_smoothing: share of the probability, in [0, 1), spread over the whole vocabulary.
        scheduled_sampling: share of the decoder's inputs, in [0, 1], that are what it says itself instead of the
            target's own tokens; it rises from 0 in a straight line over the steps of all `epochs`. 0 is plain teacher
            forcing; more costs a second pass of the decoder.
        metric: what validation decodes for, stops on and keeps the best weights of.
        patience: decodings without a better metric before stopping; 0 never stops early.
        min_delta: how much better, in points of the metric, is better.
        evaluate_every: epochs between two decodings of the validation side; the last epoch is always decoded.
        max_minutes: minutes of training, validation included and over all resumes, after which it ends with
            the step at hand; the test side, plots and export follow. The schedule does not know of it: it goes by
            steps, so set `epochs` to what fits. 0 is no limit.
        averaging: what is validated, saved and exported: none, the weights of the best epoch; ema, a moving
            average of the weights over steps; last, the mean of the last epochs' weights if that is better than
            the best epoch.
        ema_decay: of the moving average per step, in (0, 1); 0.999 looks back about 1000 steps, and early in
            training over a ninth of the steps so far.
        average_last: epochs that averaging last takes the mean of.
        checkpoint_every: steps between two checkpoints; one is also written at every epoch's end.
        keep_checkpoints: how many of the latest checkpoints are kept.
        seed: of weights, dropout and the order of batches.
        init_from: (also --init_from) name or path of an earlier run to fine-tune: its weights and vocabulary are the
            start. The model section must be the same but for dropout; optimizer and schedule start anew.
    """

    epochs: int = 16
    tokens_per_batch: int = 1024
    optimizer: Literal["adam", "adamw", "nadam"] = "adam"
    weight_decay: float = 0.01
    learning_rate: float = 2.5e-3
    schedule: Literal["constant", "inverse_sqrt", "cosine", "exponential"] = "cosine"
    warmup_steps: int = 100
    clip_norm: float = 1.0
    subword_sampling: float = 0.0
    label_smoothing: float = 0.1
    scheduled_sampling: float = 0.0
    metric: Literal["bleu", "chrf"] = "bleu"
    patience: int = 5
    min_delta: float = 0.0
    evaluate_every: int = 1
    max_minutes: float = 0.0
    averaging: Literal["none", "ema", "last"] = "ema"
    ema_decay: float = 0.999
    average_last: int = 5
    checkpoint_every: int = 500
    keep_checkpoints: int = 2
    seed: int = 1
    init_from: str | None = None

    def __post_init__(self):
        one_of(self, "train", "schedule", ("constant", "inverse_sqrt", "cosine", "exponential"))
        one_of(self, "train", "metric", ("bleu", "chrf"))
        one_of(self, "train", "optimizer", ("adam", "adamw", "nadam"))
        one_of(self, "train", "averaging", ("none", "ema", "last"))
        for name in ("epochs", "tokens_per_batch", "evaluate_every", "checkpoint_every", "keep_checkpoints"):
            within(self, "train", name, least=1)
        for name in ("warmup_steps", "patience", "seed", "clip_norm", "weight_decay", "min_delta", "max_minutes"):
            within(self, "train", name, least=0)
        within(self, "train", "learning_rate", above=0)
        within(self, "train", "ema_decay", above=0, below=1)
        within(self, "train", "average_last", least=2)
        within(self, "train", "subword_sampling", least=0, most=1)
        within(self, "train", "label_smoothing", least=0, below=1)
        within(self, "train", "scheduled_sampling", least=0, most=1)
