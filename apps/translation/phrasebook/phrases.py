"""Noun phrases, subjects and times, drawn at random in both languages at once."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from . import english, french, lexicon
from .words import IL, ILS, Adjective, Noun, Phrase, Subject

T = TypeVar("T")
DAYS = (
    ("Monday", "lundi"),
    ("Tuesday", "mardi"),
    ("Wednesday", "mercredi"),
    ("Thursday", "jeudi"),
    ("Friday", "vendredi"),
    ("Saturday", "samedi"),
    ("Sunday", "dimanche"),
)
MONTHS = tuple(
    zip(
        "January February March April May June July August September October November December".split(),
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
        strict=True,
    )
)
PAST = (
    ("yesterday", "hier"),
    ("yesterday evening", "hier soir"),
    ("this morning", "ce matin"),
    ("last week", "la semaine dernière"),
    ("last month", "le mois dernier"),
    ("last year", "l'année dernière"),
)
FUTURE = (
    ("tomorrow", "demain"),
    ("tomorrow morning", "demain matin"),
    ("this evening", "ce soir"),
    ("next week", "la semaine prochaine"),
    ("next month", "le mois prochain"),
    ("next year", "l'année prochaine"),
)
HABIT = (
    ("every day", "tous les jours"),
    ("every morning", "tous les matins"),
    ("every evening", "tous les soirs"),
    ("every week", "toutes les semaines"),
    ("in summer", "en été"),
    ("in winter", "en hiver"),
)
POSSESSIVES = ("my", "your", "his", "her", "our", "their")


class Draw:
    """Random choices that are the same in every version of Python: only `random.random` promises that."""

    def __init__(self, seed: int):
        self._random = random.Random(seed)

    def one(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[int(self._random.random() * len(choices))]

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self._random.random() < probability


def noun_phrase(
    noun: Noun, determiner: str, adjectives: Sequence[Adjective] = (), plural: bool = False, count: int = 0
) -> Phrase:
    """A determiner, a noun and its adjectives.

    Args:
        noun: what.
        determiner: as `french.determiner`; "no" is "a" (plural and uncounted: any) after a negated verb;
            "any" asks for it; "bare" writes none in English and the definite in French, as for likes;
            "count" needs `count`.
        adjectives: at most one of each side of the French noun, in English order.
        plural: number.
        count: how many, with determiner "count".
    """
    mass = noun.en in lexicon.MASS
    before = [a for a in adjectives if a.before]
    after = [a for a in adjectives if not a.before]
    fr_noun = noun.fr_plural if plural else noun.fr
    words = [a.agree(noun.gender, plural) for a in before] + [fr_noun]
    if before and noun.gender == "m" and not plural and french.starts_with_vowel(fr_noun):
        words[0] = before[0].vowel
    words += [a.agree(noun.gender, plural) for a in after]
    en = " ".join([*(a.en for a in adjectives), noun.en_plural if plural else noun.en])
    kind = {"bare": "the", "any": "mass" if mass else "a"}.get(determiner, determiner)
    if determiner == "count":
        en, fr_determiner = f"{english.number(count)} {en}", french.number(count)
    else:
        fr_determiner = french.determiner(kind, noun.gender, plural, words[0], bool(before))
        uncounted = plural or mass
        en_determiner = {
            "a": "some" if plural else "a",
            "mass": "some",
            "no": "any" if uncounted else "a",
            "any": "any" if uncounted else "a",
            "this": "these" if plural else "this",
            "bare": "",
        }.get(determiner, determiner)
        en = f"{en_determiner} {en}".strip()
    pairs = frozenset(combination(a.en, noun.en) for a in adjectives)
    items = (noun.en, *(a.en for a in adjectives))
    return Phrase(en, f"{fr_determiner} {' '.join(words)}", items, pairs, noun.gender, plural)


def combination(one: str, other: str) -> tuple[str, str]:
    """Two content words that meet, in one order."""
    return min(one, other), max(one, other)


def adjectives_for(draw: Draw, noun: Noun, least: int = 0) -> list[Adjective]:
    """None, one or two adjectives that fit the noun; two stand on either side of the French noun."""
    fitting = lexicon.adjectives_of(noun)
    first = [a for a in fitting if a.before]
    second = [a for a in fitting if not a.before]
    if first and second and draw.chance(0.3):
        return [draw.one(first), draw.one(second)]
    if fitting and (least or draw.chance(0.75)):
        return [draw.one(second if second and draw.chance(0.6) else fitting)]
    return []


def thing(draw: Draw, kinds: Sequence[str], determiners: Sequence[str], plural: float = 0.25, least: int = 0) -> Phrase:
    """A noun of some kinds with a determiner and, mostly, adjectives."""
    noun = draw.one(lexicon.nouns(*kinds))
    many = "many" in noun.kinds or draw.chance(plural)
    return noun_phrase(noun, draw.one(determiners), adjectives_for(draw, noun, least), many)


def mass(draw: Draw, kinds: Sequence[str], determiner: str) -> Phrase:
    """Something that is not counted: "some cold water"."""
    noun = draw.one([noun for noun in lexicon.MASS.values() if noun.kinds & set(kinds)])
    adjectives = [draw.one(lexicon.adjectives_of(noun))] if draw.chance(0.75) else []
    return noun_phrase(noun, determiner, adjectives)


def pronoun(draw: Draw, without: Sequence[str] = ()) -> Subject:
    """I, you, he, she, we or they."""
    return draw.one([subject for subject in lexicon.PRONOUNS if subject.en not in without])


def relative(draw: Draw, owners: Sequence[str] = POSSESSIVES) -> Subject:
    """My sister, your uncle."""
    en, fr, gender = draw.one(lexicon.RELATIVES)
    owner = draw.one(owners)
    determiner = french.determiner(owner, gender, False, fr, False)
    return Subject(f"{owner} {en}", f"{determiner} {fr}", (en,), gender=gender)


def named(draw: Draw) -> Subject:
    """Marie, Paul."""
    name, gender = draw.one(lexicon.NAMES)
    return Subject(name, name, (name,), gender=gender)


def person(draw: Draw, plural: float = 0.25) -> Subject:
    """The young doctor, our neighbours."""
    return as_subject(thing(draw, ("person",), ("the", "the", "my", "our", "this"), plural))


def somebody(draw: Draw) -> Subject:
    """Anyone that can be a subject; pronouns mostly."""
    if draw.chance(0.55):
        return pronoun(draw)
    return draw.one((relative, relative, named, person))(draw)


def as_subject(phrase: Phrase) -> Subject:
    """A noun phrase as the subject of a verb."""
    return Subject(
        phrase.en, phrase.fr, phrase.items, phrase.pairs, phrase.gender, phrase.plural, ILS if phrase.plural else IL
    )


def past(draw: Draw) -> Phrase:
    """Yesterday, on Monday, last Friday."""
    en, fr = draw.one(DAYS)
    return _time(draw, PAST, ((f"on {en}", fr), (f"last {en}", f"{fr} dernier")))


def future(draw: Draw) -> Phrase:
    """Tomorrow, on Monday, next Friday."""
    en, fr = draw.one(DAYS)
    return _time(draw, FUTURE, ((f"on {en}", fr), (f"next {en}", f"{fr} prochain")))


def habit(draw: Draw) -> Phrase:
    """Every day, in summer, on Mondays."""
    en, fr = draw.one(DAYS)
    return _time(draw, HABIT, ((f"on {en}s", f"le {fr}"),))


def _time(draw: Draw, fixed: Sequence[tuple[str, str]], days: Sequence[tuple[str, str]]) -> Phrase:
    en, fr = draw.one(days if draw.chance(0.4) else fixed)
    return Phrase(en, fr, (en,))


def clock(draw: Draw) -> Phrase:
    """Half past three, ten to five, noon: without "at"."""
    hour = 1 + int(draw.one(range(11)))
    minutes = draw.one((0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55))
    if minutes == 0 and draw.chance(0.2):
        en, fr = draw.one((("noon", "midi"), ("midnight", "minuit")))
        return Phrase(en, fr, (en,))
    fr_hour = "une heure" if hour == 1 else f"{french.number(hour)} heures"
    en_hour = english.number(hour)
    if minutes == 0:
        return Phrase(f"{en_hour} o'clock", fr_hour, (f"{en_hour} o'clock",))
    shown = minutes if minutes <= 30 else 60 - minutes
    en_minutes = {15: "quarter", 30: "half"}.get(shown, english.number(shown))
    en_minutes = "a quarter" if shown == 15 else en_minutes
    fr_minutes = {15: "et quart", 30: "et demie"}.get(minutes, french.number(shown))
    if minutes > 30:
        fr_minutes = "moins le quart" if shown == 15 else f"moins {fr_minutes}"
    en_minutes = f"{en_minutes} {'past' if minutes <= 30 else 'to'}"
    return Phrase(
        f"{en_minutes} {en_hour}",
        f"{fr_hour} {fr_minutes}",
        (f"{en_hour} o'clock", en_minutes),
        frozenset({combination(en_minutes, f"{en_hour} o'clock")}),
    )


def date(draw: Draw) -> Phrase:
    """The fifth of May."""
    en_month, fr_month = draw.one(MONTHS)
    day = 1 + int(draw.one(range(20)))
    en_day = (
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
    ).split()[day - 1]
    fr_day = "premier" if day == 1 else french.number(day)
    pairs = frozenset({combination(en_day, en_month)})
    return Phrase(f"the {en_day} of {en_month}", f"le {fr_day} {fr_month}", (en_month, en_day), pairs)
