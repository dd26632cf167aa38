"""Options of decoding that were given and would change nothing, which is a mistake."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from .config import DecodeConfig, SpeechConfig
from .run_folder import RunFolder

# Of a language model; what it was learnt from, and what it counts for.
LANGUAGE = ("lm_text", "arpa", "lm_weight", "insertion_bonus")
SPELLING, FRAMES = ("ctc", "attention", "joint"), ("ctc", "joint")
HEADS = {
    "beam_size": SPELLING,
    "joint_weight": ("joint",),
    **dict.fromkeys(("lm", "lm_order", *LANGUAGE, "hot_words", "hot_word_boost", "top_symbols"), FRAMES),
}


def check_decoding(folder: RunFolder, decode: Mapping[str, Any]) -> None:
    """Raises a ValueError for an option that is given with a run and would change nothing.

    Args:
        folder: the run's.
        decode: options of section decode that are to be other than the run's.
    """
    config = folder.config()
    _check_heads((name for name in decode if _wish(decode[name])), config.model.head, "--", f"{folder.path} has")
    lm, phrases = decode.get("lm", config.decode.lm), decode.get("hot_words", config.decode.hot_words)
    if lm == "none" and (given := [name for name in LANGUAGE if name in decode]):
        raise ValueError(f"--{given[0]}: needs a language model; give --lm character or word")
    if "hot_word_boost" in decode and not phrases:
        raise ValueError("--hot_word_boost: needs words to listen for; give --hot_words")
    chosen(config.decode, decode)


def check_decode_section(config: SpeechConfig) -> None:
    """Raises a ValueError for an option of section decode that the network to be trained could not use."""
    default = DecodeConfig()
    given = [
        name
        for name, value in dataclasses.asdict(config.decode).items()
        if value != getattr(default, name) and _wish(value)
    ]
    _check_heads(given, config.model.head, "decode.", "model.head is")


def chosen(options: DecodeConfig, decode: Mapping[str, Any]) -> DecodeConfig:
    """A run's options with others in their place; of its language model goes what those make meaningless.

    Args:
        options: the run's.
        decode: those that are to be other, by name.
    Raises:
        ValueError: options that do not fit each other.

    >>> chosen(DecodeConfig(lm="word", lm_text="more.txt", lm_weight=0.7), {"lm": "none"}) == DecodeConfig(lm="none")
    True
    """
    gone = ()
    if decode.get("lm") == "none":
        gone = ("lm_order", *LANGUAGE)
    elif "arpa" in decode or "lm_text" in decode:
        gone = ("lm_text", "arpa", *(["lm_order"] if "arpa" in decode else []))
    return dataclasses.replace(options, **(dict.fromkeys(gone) | dict(decode)))


def _check_heads(names: Iterable[str], head: str, prefix: str, this_has: str) -> None:
    for name in names:
        if head not in (heads := HEADS.get(name, (head,))):
            of = f"heads {', '.join(heads[:-1])} and {heads[-1]}" if len(heads) > 1 else f"head {heads[0]}"
            raise ValueError(f"{prefix}{name}: is of {of}; {this_has} {head}")


def _wish(value: Any) -> bool:
    return value not in ("none", "")
