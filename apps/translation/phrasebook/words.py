"""What a word of the phrasebook is: nouns, adjectives, verbs, subjects, and finished phrases."""

from __future__ import annotations

from dataclasses import dataclass

# Persons of the French verb that the phrasebook uses, in the order of every table of forms. There is no "tu":
# "you" is always "vous".
JE, IL, NOUS, VOUS, ILS = range(5)


@dataclass(frozen=True)
class Noun:
    """A noun: English and French, singular and plural, gender "m" or "f", kinds and groups of adjectives."""

    en: str
    fr: str
    gender: str
    kinds: frozenset[str]
    adjectives: frozenset[str]
    en_plural: str
    fr_plural: str


@dataclass(frozen=True)
class Adjective:
    """An adjective with its French forms; `before` when it stands before the French noun.

    `vowel` is the masculine singular before a vowel: "bel", "nouvel", "vieil". `comparative` is the English
    one; empty when the phrasebook does not compare with it. `predicate` when it can follow "is".
    """

    en: str
    masculine: str
    feminine: str
    masculine_plural: str
    feminine_plural: str
    before: bool
    vowel: str
    comparative: str
    predicate: bool

    def agree(self, gender: str, plural: bool) -> str:
        """The form for a gender "m" or "f" and a number."""
        if gender == "f":
            return self.feminine_plural if plural else self.feminine
        return self.masculine_plural if plural else self.masculine


@dataclass(frozen=True)
class Verb:
    """A verb: English base, third person, past and -ing; French infinitive, present by person, participle.

    `etre` when the French perfect is formed with "être", so that its participle agrees with the subject.
    """

    en: str
    en_third: str
    en_past: str
    en_ing: str
    fr: str
    present: tuple[str, ...]
    participle: str
    etre: bool = False


@dataclass(frozen=True)
class Phrase:
    """A piece of a sentence in both languages.

    Args:
        en: English.
        fr: French, before elision and contraction.
        items: the content words in it, by English name; pairs of them across phrases are combinations.
        pairs: combinations inside the phrase, such as an adjective with its noun.
        gender: "m" or "f".
        plural: number of the phrase.
    """

    en: str
    fr: str
    items: tuple[str, ...] = ()
    pairs: frozenset[tuple[str, str]] = frozenset()
    gender: str = "m"
    plural: bool = False


@dataclass(frozen=True)
class Subject(Phrase):
    """A phrase that a verb agrees with: `person` indexes the French forms."""

    person: int = IL

    @property
    def third(self) -> bool:
        """Whether the English verb takes -s."""
        return self.person == IL


@dataclass(frozen=True)
class Sentence:
    """A pair and its combinations, each a sorted pair of content words that meet in it.

    `close` are pairs inside a phrase (adjective and noun, hour and minutes), `loose` those across phrases.
    """

    en: str
    fr: str
    close: frozenset[tuple[str, str]]
    loose: frozenset[tuple[str, str]]


def combination(one: str, other: str) -> tuple[str, str]:
    """Two content words that meet, in one order."""
    return min(one, other), max(one, other)
