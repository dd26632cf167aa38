"""English spelling rules: articles, agreement, auxiliaries, numbers."""

from __future__ import annotations

import re

from .words import ILS, JE, NOUS, VOUS, Subject, Verb

UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
BE = {JE: "am", NOUS: "are", VOUS: "are", ILS: "are"}


def finish(text: str) -> str:
    """Writes "an" before a vowel and begins with a capital."""
    text = re.sub(r"\b([Aa]) (?=[aeiouAEIOU])", r"\1n ", text)
    return text[0].upper() + text[1:]


def be(subject: Subject) -> str:
    """am, is or are."""
    return BE.get(subject.person, "is")


def be_not(subject: Subject) -> str:
    """am not, isn't or aren't."""
    return "am not" if subject.person == JE else f"{be(subject)}n't"


def predicate(subject: Subject, verb: Verb, tense: str, negated: bool = False, question: bool = False) -> str:
    """Subject and verb, up to where the objects begin.

    Args:
        subject: who.
        verb: what is done.
        tense: "present", "progressive", "past" or "future" (going to).
        negated: with n't.
        question: with the auxiliary first; not together with `negated`.
    """
    if tense in ("progressive", "future"):
        rest = verb.en_ing if tense == "progressive" else f"going to {verb.en}"
        if question:
            return f"{be(subject)} {subject.en} {rest}"
        return f"{subject.en} {be_not(subject) if negated else be(subject)} {rest}"
    auxiliary = "did" if tense == "past" else "does" if subject.third else "do"
    if question:
        return f"{auxiliary} {subject.en} {verb.en}"
    if negated:
        return f"{subject.en} {auxiliary}n't {verb.en}"
    finite = verb.en_past if tense == "past" else verb.en_third if subject.third else verb.en
    return f"{subject.en} {finite}"


def number(value: int) -> str:
    """A number from 0 to 99 in words."""
    if value < 20:
        return UNITS[value]
    ten, unit = divmod(value, 10)
    return TENS[ten - 2] + (f"-{UNITS[unit]}" if unit else "")
