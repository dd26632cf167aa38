"""Clauses and sentences: a statement, its negation and its question, in both languages."""

from __future__ import annotations

from itertools import combinations

from . import english, french
from .draw import Draw
from .words import Phrase, Sentence, Subject, Verb, combination


def mode(draw: Draw, who: Subject) -> str:
    """A statement, mostly; else its negation or question. Nobody asks what they do themselves."""
    return draw.one(("yes", "yes", "no", "yes" if who.en in ("I", "we") else "ask"))


def sentence(en: str, fr: str, *phrases: Phrase, end: str = ".") -> Sentence:
    """A finished pair: spelling rules, capital, punctuation (in French a space before a question mark).

    Args:
        en: English words.
        fr: French words, before elision and contraction.
        phrases: what the sentence is made of; their content words make its combinations.
        end: "." or "?".
    """
    close = frozenset().union(*(phrase.pairs for phrase in phrases))
    heads = [phrase.items for phrase in phrases if phrase.items]
    loose = {
        combination(one, other)
        for first, second in combinations(heads, 2)
        for one in first
        for other in second
        if one != other
    }
    tail = " ?" if end == "?" else end
    return Sentence(english.finish(en) + end, french.finish(fr) + tail, close, frozenset(loose) - close)


def statement(subject: Subject, verb: Verb, tense: str, *rest: Phrase, mode: str = "yes", clitic: str = "") -> Sentence:
    """Subject, verb and the rest, as a statement, a negation or a question.

    Args:
        subject: who.
        verb: what is done; it counts as a content word.
        tense: "present", "progressive", "past" or "future".
        rest: objects, places, times, in the order of both languages; one without French is the `clitic`.
        mode: "yes", "no" or "ask".
        clitic: a French object pronoun that stands before the verb.
    """
    en = english.predicate(subject, verb, tense, negated=mode == "no", question=mode == "ask")
    fr_tense = "present" if tense == "progressive" else tense
    fr = french.predicate(subject, subject.person, verb, fr_tense, "pas" if mode == "no" else "", clitic)
    if mode == "ask":
        fr = f"est-ce que {fr}"
    head = Phrase("", "", (verb.en,))
    return sentence(
        " ".join([en, *(phrase.en for phrase in rest if phrase.en)]),
        " ".join([fr, *(phrase.fr for phrase in rest if phrase.fr)]),
        subject,
        head,
        *rest,
        end="?" if mode == "ask" else ".",
    )


def being(subject: Subject, *rest: Phrase, mode: str = "yes") -> Sentence:
    """Subject, to be, and the rest: "The car isn't red", "Are you tired?"."""
    fr_be = french.ETRE[subject.person]
    en_rest, fr_rest = (" ".join(phrases) for phrases in ([p.en for p in rest], [p.fr for p in rest]))
    if mode == "ask":
        en, fr = f"{english.be(subject)} {subject.en}", f"est-ce que {subject.fr} {fr_be}"
    elif mode == "no":
        en, fr = f"{subject.en} {english.be_not(subject)}", f"{subject.fr} ne {fr_be} pas"
    else:
        en, fr = f"{subject.en} {english.be(subject)}", f"{subject.fr} {fr_be}"
    return sentence(f"{en} {en_rest}", f"{fr} {fr_rest}", subject, *rest, end="?" if mode == "ask" else ".")
