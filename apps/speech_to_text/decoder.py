"""What stands between a network and its text: language model, hot words, their weights, and confidences."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Sequence
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

from rnnapps.decoding.ctc import ConfidenceScale, HotWords, PrefixBeamSearch

from .config import SpeechConfig
from .language_model import LearntTexts, Origin, learn_texts, read_texts
from .text_form import FORMS
from .units import Units

FILE = "decoder.json"
LISTS = (".txt", ".csv", ".tsv", ".lst")
# Of a language model that was not tuned.
LM_WEIGHT, INSERTION_BONUS = 0.5, 0.5
UNSCALED = ConfidenceScale()


@dataclass(frozen=True)
class Decoder:
    """What was found out after training, or given, for section decode.

    Fields:
        learnt: the language model, or None.
        lm_weight: what its log probabilities count for.
        insertion_bonus: for every word or symbol that it rates.
        word_confidence: from how sure the network is of a word's symbols to how likely the word is right.
        text_confidence: the same of whole texts.
        untuned: where no weights were tuned for this language model, a line that says so.
    """

    learnt: LearntTexts | None = None
    lm_weight: float = LM_WEIGHT
    insertion_bonus: float = INSERTION_BONUS
    word_confidence: ConfidenceScale = UNSCALED
    text_confidence: ConfidenceScale = UNSCALED
    untuned: str | None = None

    @property
    def confidences(self) -> dict[str, ConfidenceScale]:
        """As `Recognition` takes them."""
        return {name: getattr(self, name) for name in CONFIDENCES}

    def search(self, config: SpeechConfig, units: Units) -> PrefixBeamSearch | None:
        """As `Recognition` takes it; None is greedy, or what the head has of its own."""
        options, head = config.decode, config.model.head
        phrases = hot_words(config, units) if head in ("ctc", "joint") else []
        alone = self.learnt is None and not phrases
        if head not in ("ctc", "joint") or options.beam_size == 1 or (head == "joint" and alone):
            return None
        return PrefixBeamSearch(
            len(units),
            options.beam_size,
            options.n_best if head == "ctc" else options.beam_size,
            min(options.top_symbols, len(units)),
            None if self.learnt is None else self.learnt.for_search(units),
            self.lm_weight,
            self.insertion_bonus,
            HotWords(phrases, units.symbols, options.hot_word_boost) if phrases else None,
        )

    def save(self, folder: Path) -> None:
        """Into a run's folder."""
        content = {"lm_weight": self.lm_weight, "insertion_bonus": self.insertion_bonus}
        if self.learnt is not None and self.learnt.origin is not None:
            content["language_model"] = asdict(self.learnt.origin)
        content |= {name: astuple(scale) for name, scale in self.confidences.items()}
        (folder / FILE).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        if self.learnt is not None:
            self.learnt.save(folder)

    @classmethod
    def load(cls, folder: Path, config: SpeechConfig, units: Units, asked: Collection[str] = ()) -> Decoder:
        """Of a run, with the options that are wanted now.

        Args:
            folder: of the run.
            config: every option.
            units: of the run.
            asked: names of those of section decode that are to be other than in training. Unless lm_text or arpa is
                among them, the language model is the one that the run has kept, which had its training texts too.
                The weights that were tuned are of that one only; another has 0.5 for those that are not asked for.
        Raises:
            FileNotFoundError, ValueError: as `learn_texts`, or the run has no such language model.
        """
        file, options = folder / FILE, config.decode
        try:
            found = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
            weights = {name: float(found.get(name, default)) for name, default in DEFAULTS.items()}
            scales = {name: ConfidenceScale(*map(float, found.get(name, (1, 0)))) for name in CONFIDENCES}
            tuned = Origin(**found["language_model"]) if "language_model" in found else None
        except (ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"{file}: damaged ({error})") from None
        given = {name: getattr(options, name) for name in DEFAULTS if name in asked}
        if not options.has_language_model or config.model.head not in ("ctc", "joint"):
            return cls(None, **(weights | given), **scales)
        if {"lm_text", "arpa"} & set(asked):
            learnt = learn_texts(config, units, [])
            same = learnt.origin == tuned
        else:
            learnt = LearntTexts.load(folder, options.lm, units)
            same = tuned is None or tuned.kind == options.lm
        if same or len(given) == len(DEFAULTS):
            return cls(learnt, **(weights | given), **scales)
        weights = DEFAULTS | given
        told = " and ".join(f"--{name} {weights[name]:g}" for name in DEFAULTS if name not in given)
        untuned = f"{folder}: no weights were tuned for this language model; it has {told} unless given"
        return cls(learnt, **weights, **scales, untuned=untuned)


DEFAULTS = {"lm_weight": LM_WEIGHT, "insertion_bonus": INSERTION_BONUS}
CONFIDENCES = ("word_confidence", "text_confidence")


def hot_words(config: SpeechConfig, units: Units) -> list[str]:
    """The words and phrases of decode.hot_words in the form of the run's texts.

    Args:
        config: every option.
        units: that they are to be written with.
    Raises:
        FileNotFoundError: what looks like the name of a file is none.
        ValueError: a file that cannot be read, no word at all, or one with a character that no text can have.
    """
    given, form = config.decode.hot_words, config.data.text_form
    if not given:
        return []
    if Path(given).is_file():
        phrases = read_texts(given, form)
    elif Path(given).suffix.lower() in LISTS or given.startswith((os.sep, f".{os.sep}", f"..{os.sep}")):
        raise FileNotFoundError(f"decode.hot_words: {given}: no such file")
    else:
        phrases = [phrase for phrase in map(FORMS[form], given.split(",")) if phrase]
    if not phrases:
        raise ValueError(f"decode.hot_words: {given!r} holds no word")
    for phrase in phrases:
        if unknown := units.unknown(phrase):
            letters = " ".join(map(repr, unknown))
            raise ValueError(
                f"decode.hot_words: {phrase!r} holds {letters}, which the model cannot write; spell it with letters "
                "of the training texts"
            )
    return phrases


def check_decoding_files(config: SpeechConfig, units: Units, texts: Sequence[str]) -> None:
    """Reads the files that section decode names, so that a mistake is told before training and not after it.

    Args:
        config: every option.
        units: what the texts are made of.
        texts: of the training side.
    Raises:
        FileNotFoundError, ValueError: as `learn_texts`, or a file of hot words that cannot be read.
    """
    hot_words(config, units)
    if config.decode.lm_text is not None or config.decode.arpa is not None:
        learn_texts(config, units, texts)
