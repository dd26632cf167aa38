"""Noun phrases and subjects, drawn at random in both languages at once."""

from __future__ import annotations

from collections.abc import Sequence

from . import english, french, lexicon
from .draw import Draw
from .words import IL, ILS, Adjective, Noun, Phrase, Subject, combination

# Kinds of nouns that belong to somebody: my car, our neighbour, but the station, the woman.
OWNED = frozenset({"goods", "small", "home", "animal", "reading", "own"})
POSSESSIVES = ("my", "your", "his", "her", "our", "their")


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


def adjectives_for(draw: Draw, noun: Noun, least: int = 0, avoid: Sequence[str] = ()) -> list[Adjective]:
    """None, one or two adjectives that fit the noun; two stand on either side of the French noun."""
    fitting = [adjective for adjective in lexicon.adjectives_of(noun) if adjective.en not in avoid]
    first = [a for a in fitting if a.before]
    second = [a for a in fitting if not a.before]
    if first and second and draw.chance(0.3):
        return [draw.one(first), draw.one(second)]
    if fitting and (least or draw.chance(0.75)):
        return [draw.one(second if second and draw.chance(0.6) else fitting)]
    return []


def thing(
    draw: Draw,
    kinds: Sequence[str],
    determiners: Sequence[str],
    plural: float = 0.25,
    least: int = 0,
    avoid: Sequence[str] = (),
) -> Phrase:
    """A noun of some kinds with a determiner and, mostly, adjectives.

    Args:
        draw: where chance comes from.
        kinds: of the noun, any of them.
        determiners: as `noun_phrase`; a possessive gives way to "the" where nobody owns the noun.
        plural: probability of the plural.
        least: 1 asks for an adjective.
        avoid: adjectives that the sentence would be odd with.
    """
    noun = draw.one(lexicon.nouns(*kinds))
    many = "many" in noun.kinds or draw.chance(plural)
    determiner = draw.one(determiners)
    if determiner in POSSESSIVES and not noun.kinds & OWNED:
        determiner = "the"
    return noun_phrase(noun, determiner, adjectives_for(draw, noun, least, avoid), many)


def mass(draw: Draw, kinds: Sequence[str], determiner: str) -> Phrase:
    """Something that is not counted: "some cold water"."""
    noun = draw.one([noun for noun in lexicon.MASS.values() if noun.kinds & set(kinds)])
    fitting = [adjective for adjective in lexicon.adjectives_of(noun) if adjective.en not in ("dirty", "bad")]
    adjectives = [draw.one(fitting)] if draw.chance(0.75) else []
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


def own(subject: Subject) -> str:
    """The possessive of the subject: I have lost my key, Marie has lost hers."""
    if subject.person == ILS:
        return "their"
    possessives = {"I": "my", "you": "your", "we": "our"}
    return possessives.get(subject.en, "her" if subject.gender == "f" else "his")


def as_subject(phrase: Phrase) -> Subject:
    """A noun phrase as the subject of a verb."""
    return Subject(
        phrase.en, phrase.fr, phrase.items, phrase.pairs, phrase.gender, phrase.plural, ILS if phrase.plural else IL
    )
