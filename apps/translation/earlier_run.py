"""Fine-tuning: an earlier run whose weights and vocabulary a new one starts from."""

import dataclasses
from pathlib import Path

from .config import TokenizerConfig, TranslationConfig
from .run_folder import RunFolder

# What does not change the weights there are.
FREE = ("dropout", "coverage_loss")


def continued(config: TranslationConfig) -> TranslationConfig:
    """`config` with the vocabulary's options of the run `train.init_from`, whose tokenisers are taken over.

    Raises:
        FileNotFoundError: there is no such run.
        ValueError: the run has not ended, or its network or vocabulary is not the one asked for; the first option
            that differs is named.
    """
    folder = RunFolder.open(config.train.init_from)
    if not folder.weights.is_file():
        raise ValueError(f"{folder.path}: no {folder.weights.name} there to start from; its training has not ended")
    theirs = folder.config()
    _refuse_difference("model", config.model, theirs.model, folder)
    if config.tokenizer != TokenizerConfig():
        _refuse_difference("tokenizer", config.tokenizer, theirs.tokenizer, folder)
    return dataclasses.replace(config, tokenizer=theirs.tokenizer)


def earlier_weights(config: TranslationConfig) -> Path:
    """The weights of the run `train.init_from`.

    Raises:
        FileNotFoundError: there is no such run.
    """
    return RunFolder.open(config.train.init_from).weights


def _refuse_difference(section, ours, theirs, folder):
    for option in dataclasses.fields(ours):
        asked, there = getattr(ours, option.name), getattr(theirs, option.name)
        if asked != there and not any(word in option.name for word in FREE):
            raise ValueError(
                f"--{section}.{option.name} {asked}: the run to start from, {folder.path}, has {there}; "
                f"give --{section}.{option.name} {there}, or leave out --init_from"
            )
