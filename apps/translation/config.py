"""Every option of the translator: its unit, its default, and what is allowed."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

from .checks import known, one_of, within


@dataclass(frozen=True)
class DataConfig:
    """Where sentence pairs come from and how they are divided.

    With neither `path` nor `source` and `target`, the embedded English-French phrasebook is read.

    Args:
        path: TSV file of pairs, one per line, UTF-8, gzip allowed.
        columns: the two columns of `path` to use, counted from 0: source,target. Default: 0,1, and the
            file then has exactly two columns.
        source: file of source sentences, one per line; line n belongs to line n of `target`.
        target: file of target sentences.
        validation_path: TSV file of validation pairs; without it they are split off the training pairs.
        validation_source: file of validation source sentences.
        validation_target: file of validation target sentences.
        test_path: TSV file of test pairs; without it they are split off the training pairs.
        test_source: file of test source sentences.
        test_target: file of test target sentences.
        validation_fraction: share of the distinct source sentences split off for validation, in (0, 0.5).
        test_fraction: share of the distinct source sentences split off for testing, in (0, 0.5).
        split_seed: which sentences are split off; the same seed and file give the same split.
        max_length: tokens, the end symbol included. Training pairs with a longer side are left out and
            reported.
    """

    path: str | None = None
    columns: str | None = None
    source: str | None = None
    target: str | None = None
    validation_path: str | None = None
    validation_source: str | None = None
    validation_target: str | None = None
    test_path: str | None = None
    test_source: str | None = None
    test_target: str | None = None
    validation_fraction: float = 0.05
    test_fraction: float = 0.05
    split_seed: int = 1
    max_length: int = 100

    def __post_init__(self):
        for side in ("", "validation_", "test_"):
            self._check_files(side)
        if self.embedded and any(self._files(side) for side in ("validation_", "test_")):
            raise ValueError(
                "data: validation or test files were given without training files; "
                "set data.path, or data.source and data.target"
            )
        self.column_numbers  # noqa: B018 - reading it checks it
        within(self, "data", "validation_fraction", above=0, below=0.5)
        within(self, "data", "test_fraction", above=0, below=0.5)
        within(self, "data", "split_seed", least=0)
        within(self, "data", "max_length", least=2)

    @property
    def embedded(self) -> bool:
        """Whether the phrasebook is read."""
        return not self._files("")

    @property
    def column_numbers(self) -> tuple[int, int] | None:
        """`columns` as two numbers; None asks for a file of exactly two columns."""
        if self.columns is None:
            return None
        parts = self.columns.replace(" ", "").split(",")
        if len(parts) != 2 or not all(part.isdecimal() for part in parts) or parts[0] == parts[1]:
            raise ValueError(
                f"data.columns: {self.columns!r} is not two different column numbers, counted from 0, such as 0,2"
            )
        return int(parts[0]), int(parts[1])

    def _files(self, side: str) -> list[str]:
        values = (getattr(self, f"{side}{name}") for name in ("path", "source", "target"))
        return [value for value in values if value is not None]

    def _check_files(self, side: str) -> None:
        path, source, target = (getattr(self, f"{side}{name}") for name in ("path", "source", "target"))
        if path is not None and (source is not None or target is not None):
            raise ValueError(
                f"data.{side}path: {path!r} cannot be given together with data.{side}source "
                f"or data.{side}target; use one TSV file or two parallel files"
            )
        if (source is None) != (target is None):
            given, missing = ("source", "target") if target is None else ("target", "source")
            raise ValueError(
                f"data.{side}{given}: {source or target!r} needs data.{side}{missing} too: "
                "two parallel files hold one language each"
            )


@dataclass(frozen=True)
class TokenizerConfig:
    """How sentences become tokens. The vocabulary is learnt from the training side only.

    Args:
        model_type: bpe merges frequent neighbours; unigram keeps the likeliest pieces.
        vocabulary_size: pieces, the four special ones included. An error names the largest possible size.
        joint: one vocabulary for both languages; else one each, of `vocabulary_size` pieces.
        character_coverage: share of the text's characters that get a piece of their own, in [0.9, 1]; below
            1, rare characters become the unknown token.
    """

    model_type: Literal["bpe", "unigram"] = "bpe"
    vocabulary_size: int = 1200
    joint: bool = True
    character_coverage: float = 1.0

    def __post_init__(self):
        one_of(self, "tokenizer", "model_type", ("bpe", "unigram"))
        within(self, "tokenizer", "vocabulary_size", least=8)
        within(self, "tokenizer", "character_coverage", least=0.9, most=1)


@dataclass(frozen=True)
class ModelConfig:
    """The network: embedding, bidirectional encoder, attention decoder.

    Args:
        cell: recurrent cell of encoder and decoder.
        units: U, width of the decoder's state; each direction of the encoder has as many.
        embedding_dim: E, width of the token embeddings.
        encoder_layers: bidirectional layers.
        decoder_layers: stacked cells.
        attention: score that compares the decoder's state with the encoder's outputs.
        attention_units: width in which bahdanau and luong-concat compare; unused by the others.
        timing: bahdanau queries with the previous state, luong with the current one.
        input_feeding: the last attention vector is fed in with the next token; luong timing only.
        readout_units: width of the layer between decoder and vocabulary; with tied embeddings it is
            `embedding_dim`.
        residual: add each stacked layer's input to its output, from the second layer on.
        dropout: probability in [0, 1) of dropping an embedding, a layer's output or a readout in training.
        tie_embeddings: none; target shares the target embedding with the output layer; all shares it with
            the source embedding too, which needs tokenizer.joint.
    """

    cell: Literal["lstm", "gru", "simple_rnn"] = "gru"
    units: int = 192
    embedding_dim: int = 128
    encoder_layers: int = 1
    decoder_layers: int = 1
    attention: Literal["bahdanau", "luong-dot", "luong-general", "luong-concat"] = "bahdanau"
    attention_units: int = 128
    timing: Literal["bahdanau", "luong"] = "bahdanau"
    input_feeding: bool = False
    readout_units: int = 128
    residual: bool = False
    dropout: float = 0.2
    tie_embeddings: Literal["none", "target", "all"] = "target"

    def __post_init__(self):
        one_of(self, "model", "cell", ("lstm", "gru", "simple_rnn"))
        one_of(self, "model", "attention", ("bahdanau", "luong-dot", "luong-general", "luong-concat"))
        one_of(self, "model", "timing", ("bahdanau", "luong"))
        one_of(self, "model", "tie_embeddings", ("none", "target", "all"))
        for name in (
            "units",
            "embedding_dim",
            "encoder_layers",
            "decoder_layers",
            "attention_units",
            "readout_units",
        ):
            within(self, "model", name, least=1)
        within(self, "model", "dropout", least=0, below=1)
        if self.input_feeding and self.timing != "luong":
            raise ValueError(
                f"model.input_feeding: True needs model.timing luong, found {self.timing!r}; "
                "with bahdanau timing the context already enters the cell"
            )


@dataclass(frozen=True)
class TrainConfig:
    """How the network is trained.

    Args:
        epochs: passes over the training pairs, at most.
        tokens_per_batch: positions of the longer side in a batch, padding included: rows x max(S, T).
        learning_rate: Adam's highest learning rate.
        schedule: how the rate changes per step after the warm-up.
        warmup_steps: steps in which the rate rises linearly from 0.
        clip_norm: largest global norm of the gradient, over all weights together; 0 does not clip.
        label_smoothing: share of the probability, in [0, 1), spread over the whole vocabulary.
        metric: what validation decodes for, stops on and keeps the best weights of.
        patience: epochs without a better metric before stopping; 0 never stops early.
        evaluate_every: epochs between two decodings of the validation side.
        checkpoint_every: steps between two checkpoints; one is also written at every epoch's end.
        keep_checkpoints: how many of the latest checkpoints are kept.
        seed: of weights, dropout and the order of batches.
    """

    epochs: int = 16
    tokens_per_batch: int = 1024
    learning_rate: float = 2.5e-3
    schedule: Literal["constant", "inverse_sqrt", "cosine", "exponential"] = "cosine"
    warmup_steps: int = 100
    clip_norm: float = 1.0
    label_smoothing: float = 0.1
    metric: Literal["bleu", "chrf"] = "bleu"
    patience: int = 5
    evaluate_every: int = 1
    checkpoint_every: int = 500
    keep_checkpoints: int = 2
    seed: int = 1

    def __post_init__(self):
        one_of(self, "train", "schedule", ("constant", "inverse_sqrt", "cosine", "exponential"))
        one_of(self, "train", "metric", ("bleu", "chrf"))
        for name in ("epochs", "tokens_per_batch", "evaluate_every", "checkpoint_every", "keep_checkpoints"):
            within(self, "train", name, least=1)
        for name in ("warmup_steps", "patience", "seed", "clip_norm"):
            within(self, "train", name, least=0)
        within(self, "train", "learning_rate", above=0)
        within(self, "train", "label_smoothing", least=0, below=1)


@dataclass(frozen=True)
class DecodeConfig:
    """How a translation is searched for.

    Args:
        beam_size: hypotheses kept at each step; 1 is greedy.
        length_penalty: alpha of ((5 + length) / 6) ** alpha; 0 ranks by probability alone.
        coverage_penalty: beta, how much leaving source tokens unattended costs.
        n_best: hypotheses given per sentence, best first; at most `beam_size`.
        max_length_ratio: a translation has at most ratio x source tokens + extra tokens.
        max_length_extra: tokens, see `max_length_ratio`.
        batch_size: sentences decoded together.
    """

    beam_size: int = 4
    length_penalty: float = 1.0
    coverage_penalty: float = 0.2
    n_best: int = 1
    max_length_ratio: float = 2.0
    max_length_extra: int = 10
    batch_size: int = 64

    def __post_init__(self):
        for name in ("beam_size", "n_best", "max_length_extra", "batch_size"):
            within(self, "decode", name, least=1)
        for name in ("length_penalty", "coverage_penalty", "max_length_ratio"):
            within(self, "decode", name, least=0)
        if self.n_best > self.beam_size:
            raise ValueError(f"decode.n_best: {self.n_best} is more than decode.beam_size, {self.beam_size}")


@dataclass(frozen=True)
class TranslationConfig:
    """All options of a run, as its config.yaml holds them.

    Args:
        data: where sentence pairs come from.
        tokenizer: how sentences become tokens.
        model: the network.
        train: how it is trained.
        decode: how a translation is searched for.
    """

    data: DataConfig = field(default_factory=DataConfig)
    tokenizer: TokenizerConfig = field(default_factory=TokenizerConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    train: TrainConfig = field(default_factory=TrainConfig)
    decode: DecodeConfig = field(default_factory=DecodeConfig)

    def __post_init__(self):
        if self.model.tie_embeddings == "all" and not self.tokenizer.joint:
            raise ValueError(
                "model.tie_embeddings: 'all' shares one embedding between both languages and needs "
                "tokenizer.joint true; use 'target' with separate vocabularies"
            )

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """The options as plain values, section by section."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, dict[str, Any]]) -> TranslationConfig:
        """The inverse of `to_dict`; an unknown section or option is a ValueError that names it."""
        sections = {section.name: section.default_factory for section in dataclasses.fields(cls)}
        known("configuration", values, sections)
        for name, options in values.items():
            known(name, options, {option.name: option for option in dataclasses.fields(sections[name])})
        return cls(**{name: sections[name](**options) for name, options in values.items()})
