"""A language model over the symbols of a recogniser, in a prefix beam search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import tensorflow as tf

from rnnapps.decoding.ctc.kneser_ney import train_ngram
from rnnapps.decoding.ctc.ngram import END, START, UNKNOWN, NGram, renumbered
from rnnapps.decoding.ctc.ngram_automaton import NGramAutomaton

SPACE = "▁"  # how a space is written where words must have none, as in ARPA files


class CharacterModel(tf.Module):
    """Rates every symbol that a prefix is extended by, and the end of the text.

    Args:
        model: `NGram` whose word number v is the recogniser's symbol v; number 0, the blank's, is the end of the text.
            `train_symbols` learns one, `over_symbols` takes another model's.
    """

    def __init__(self, model: NGram):
        super().__init__()
        self.automaton = NGramAutomaton(model)

    def start(self, shape: tuple) -> dict[str, tf.Tensor]:
        """At the beginning of a text, for `shape` prefixes."""
        return {"context": tf.fill(shape, self.automaton.start)}

    def extend(self, state, symbols, weight, bonus):
        """(B, W, C) gains of the symbols (B, C), and states after them: weight * log P + bonus each."""
        log_probs, following = self.automaton.look_up(state["context"][..., None], symbols[:, None])
        return weight * log_probs + bonus, {"context": following}

    def finish(self, state, weight, bonus):
        """(B, W) gains by the end of the text: weight * log P."""
        del bonus  # the end is no symbol of the text
        return weight * self.automaton.look_up(state["context"], tf.zeros_like(state["context"]))[0]


def symbol_names(symbols: Sequence[str]) -> list[str]:
    """The symbols but the blank as words of a model: spaces become "▁"."""
    return [symbol.replace(" ", SPACE) for symbol in symbols[1:]]


def train_symbols(texts: Iterable[Sequence[int]], symbols: Sequence[str], order: int) -> NGram:
    """A model over a recogniser's symbols.

    Args:
        texts: numbers of the symbols of each text.
        symbols: V texts, the first of them "".
        order: how many symbols it looks at, the predicted one counted.
    Raises:
        ValueError: as `train_ngram`.
    """
    names = symbol_names(symbols)
    return train_ngram([[names[number - 1] for number in text] for text in texts], order, names)


def over_symbols(model: NGram, symbols: Sequence[str]) -> NGram:
    """A given model with its words in the order of a recogniser's symbols; n-grams of other words are left out.

    The space may be called "▁" or "<space>". Symbols that the model does not know are less likely than all others.

    Raises:
        ValueError: it knows none of the symbols, as a model of words does.
    """
    aliases = {"<space>": SPACE}
    names = [END, *symbol_names(symbols), START]
    numbers = {name: number for number, name in enumerate(names)}
    known = {i: numbers[aliases.get(w, w)] for i, w in enumerate(model.words) if aliases.get(w, w) in numbers}
    if len(known) <= 2:
        raise ValueError(
            f"the language model knows none of the recogniser's symbols, such as {names[1]!r}; its words "
            f"are such as {next((w for w in model.words if w not in (END, START, UNKNOWN)), END)!r}"
        )
    return renumbered(model, names, known)
