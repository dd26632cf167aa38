"""Frames that say what things and people are: each draws one sentence."""

from __future__ import annotations

from . import english, french, lexicon
from .draw import Draw
from .phrases import (
    OWNED,
    adjectives_for,
    as_subject,
    mass,
    named,
    noun_phrase,
    person,
    pronoun,
    relative,
    somebody,
    thing,
)
from .sentences import being, mode, sentence, statement
from .words import Adjective, Phrase, Sentence, Subject, combination

GOODS = ("goods", "furniture", "building", "home", "reading", "animal", "watch", "learn")
MOODS = ("happy", "sad", "tired", "sick", "kind", "young", "old", "tall", "famous")
WORK = (
    ("a doctor", "médecin", "médecin"),
    ("a teacher", "professeur", "professeur"),
    ("a baker", "boulanger", "boulangère"),
    ("a cook", "cuisinier", "cuisinière"),
    ("a singer", "chanteur", "chanteuse"),
    ("a lawyer", "avocat", "avocate"),
    ("a student", "étudiant", "étudiante"),
    ("a nurse", "infirmier", "infirmière"),
    ("a farmer", "agriculteur", "agricultrice"),
    ("a journalist", "journaliste", "journaliste"),
)
AGES = dict.fromkeys(("father", "mother", "uncle", "aunt"), (31, 80)) | dict.fromkeys(("son", "daughter"), (2, 30))
OBJECT_PRONOUNS = {
    "I": ("me", "me"),
    "you": ("you", "vous"),
    "he": ("him", "le"),
    "she": ("her", "la"),
    "we": ("us", "nous"),
    "they": ("them", "les"),
}


def said_of(adjective: Adjective, subject: Phrase) -> Phrase:
    """An adjective after "is", agreeing; it makes a combination with the noun, as it would beside it."""
    pairs = frozenset({combination(adjective.en, subject.items[0])}) if subject.items else frozenset()
    return Phrase(adjective.en, adjective.agree(subject.gender, subject.plural), (adjective.en,), pairs)


def quality(draw: Draw) -> Sentence | None:
    """The red car is expensive."""
    noun = draw.one(lexicon.nouns(*GOODS))
    fitting = [a for a in lexicon.adjectives_of(noun) if a.predicate]
    plural = "many" in noun.kinds or draw.chance(0.25)
    near = adjectives_for(draw, noun)[:1]
    said = draw.one(fitting)
    if said in near or (near and alike(near[0], said)):
        return None
    determiners = ("the", "this", "my", "your", "his", "our") if noun.kinds & OWNED else ("the", "this")
    subject = as_subject(noun_phrase(noun, draw.one(determiners), near, plural))
    return being(subject, said_of(said, subject), mode=mode(draw, subject))


def alike(one: Adjective, other: Adjective) -> bool:
    """Whether the two would contradict or repeat each other: two colours, two sizes, two nations."""
    return any(one.en in group and other.en in group for group in ALIKE)


ALIKE = (
    {"red", "green", "blue", "white", "black", "yellow", "grey"},
    {"small", "big", "long", "tall"},
    {"old", "new", "young", "modern"},
    {"beautiful", "pretty", "handsome"},
    {"good", "bad"},
    {"expensive", "cheap"},
    {"clean", "dirty"},
    {"heavy", "light", "empty"},
    {"round", "square"},
    {"interesting", "boring", "funny", "sad", "happy"},
    {"difficult", "easy"},
    {"French", "English", "Italian", "Spanish", "German"},
)


def identity(draw: Draw) -> Sentence:
    """This is a small white house; these aren't my old shoes; is it a French film?"""
    what = thing(draw, GOODS, ("a", "a", "a", "my", "your", "her"), least=1)
    how = mode(draw, as_subject(what))
    if what.plural:
        en = {"yes": "these are", "no": "these aren't", "ask": "are these"}[how]
        fr = {"yes": "ce sont", "no": "ce ne sont pas", "ask": "est-ce que ce sont"}[how]
    else:
        en = {"yes": "this is", "no": "this isn't", "ask": "is this"}[how]
        fr = {"yes": "c'est", "no": "ce n'est pas", "ask": "est-ce que c'est"}[how]
    frame = Phrase("", "", ("this",))
    shown = what.en.removeprefix("some ")
    return sentence(f"{en} {shown}", f"{fr} {what.fr}", frame, what, end="?" if how == "ask" else ".")


def mood(draw: Draw) -> Sentence:
    """My sister is tired; are you happy?"""
    subject = draw.one((pronoun, relative, named, person))(draw)
    choices = ("happy", "sad", "tired", "sick") if subject.pairs else MOODS
    said = lexicon.ADJECTIVE[draw.one([word for word in choices if word not in subject.items])]
    when = draw.one((Phrase("", ""), Phrase("", ""), Phrase("today", "aujourd'hui", ("today",))))
    if said.en not in ("happy", "sad", "tired", "sick"):
        when = Phrase("", "")
    return being(subject, said_of(said, subject), *([when] if when.en else []), mode=mode(draw, subject))


def profession(draw: Draw) -> Sentence:
    """My father is a doctor."""
    subject = draw.one((relative, relative, named))(draw)
    if draw.chance(0.25):
        subject = draw.one([s for s in lexicon.PRONOUNS if not s.plural])
    en, masculine, feminine = draw.one(WORK)
    pairs = frozenset({combination(en, subject.items[0])})
    work = Phrase(en, feminine if subject.gender == "f" else masculine, (en,), pairs)
    return being(subject, work, mode=mode(draw, subject))


def age(draw: Draw) -> Sentence:
    """My sister is twenty-three years old; how old is your brother?"""
    if draw.chance(0.15):
        who = draw.one((relative, relative, named))(draw)
        frame = Phrase("", "", ("how old",))
        return sentence(f"how old {english.be(who)} {who.en}", f"quel âge {has(who)} {who.fr}", frame, who, end="?")
    who = draw.one((pronoun, relative, relative, named))(draw)
    first, last = AGES.get(who.items[0], (5, 80))
    value = draw.one(range(first, last + 1))
    pairs = frozenset({combination(f"{value}", who.items[0])})
    years = Phrase(f"{english.number(value)} years old", f"{french.number(value)} ans", (f"{value}",), pairs)
    return sentence(f"{who.en} {english.be(who)} {years.en}", f"{who.fr} {has(who)} {years.fr}", who, years)


def has(subject: Subject) -> str:
    """The French form of "to have"."""
    return french.AVOIR[subject.person]


def comparison(draw: Draw) -> Sentence | None:
    """The red dress is more expensive than the blue dress."""
    noun = draw.one(lexicon.nouns("goods", "building", "home", "reading", "watch", "learn", "animal"))
    compared = [a for a in lexicon.adjectives_of(noun) if a.comparative]
    near = [a for a in lexicon.adjectives_of(noun) if not a.comparative and a.en not in ("good", "bad")]
    if len(near) < 2 or not compared:
        return None
    first, second, said = draw.one(near), draw.one(near), draw.one(compared)
    if first == second or alike(first, said) or alike(second, said) or not alike(first, second):
        return None
    plural = "many" in noun.kinds or draw.chance(0.15)
    owned = bool(noun.kinds & OWNED)
    one = as_subject(noun_phrase(noun, draw.one(("the", "the", "my" if owned else "this", "this")), [first], plural))
    other = noun_phrase(noun, draw.one(("the", "the", "your", "our") if owned else ("the",)), [second], plural)
    pairs = frozenset({combination(said.comparative, noun.en)})
    more = Phrase(said.comparative, f"plus {said.agree(noun.gender, plural)}", (said.comparative,), pairs)
    than = Phrase(f"than {other.en}", f"que {other.fr}", other.items[1:], other.pairs)
    return being(one, more, than, mode=mode(draw, one))


def ownership(draw: Draw) -> Sentence:
    """The black bag belongs to the teacher."""
    what = as_subject(thing(draw, ("goods", "animal", "small"), ("the", "the", "this"), 0.2))
    who = draw.one((relative, named, person))(draw)
    to = Phrase(f"to {who.en}", f"à {who.fr}", who.items, who.pairs)
    return statement(what, lexicon.VERB["belong"], "present", to, mode=mode(draw, what))


def price(draw: Draw) -> Sentence:
    """The blue dress costs sixty-five euros; how much does the blue dress cost?"""
    what = as_subject(thing(draw, ("goods", "food"), ("the", "the", "this"), 0.25))
    if draw.chance(0.3):
        verb = "coûtent" if what.plural else "coûte"
        frame = Phrase("", "", ("how much",))
        return sentence(
            f"how much {'do' if what.plural else 'does'} {what.en} cost",
            f"combien {verb} {what.fr}",
            frame,
            what,
            end="?",
        )
    value = 2 + int(draw.one(range(98)))
    euros = Phrase(f"{english.number(value)} euros", f"{french.number(value)} euros", (f"{value}",))
    en, fr = ("cost", "coûtent") if what.plural else ("costs", "coûte")
    return sentence(f"{what.en} {en} {euros.en}", f"{what.fr} {fr} {euros.fr}", what, euros)


def taste(draw: Draw) -> Sentence:
    """She likes old houses; they don't like cold coffee."""
    verb = lexicon.VERB[draw.one(("like", "like", "love", "hate", "prefer"))]
    what = (
        mass(draw, ("drink", "meal"), "bare")
        if draw.chance(0.4)
        else noun_phrase(
            noun := draw.one(lexicon.nouns("goods", "building", "reading", "watch", "food", "animal")),
            "bare",
            adjectives_for(draw, noun, 1),
            True,
        )
    )
    who = somebody(draw)
    return statement(who, verb, "present", what, mode=mode(draw, who) if verb.en == "like" else "yes")


def acquaintance(draw: Draw) -> Sentence:
    """He doesn't see us; my sister is waiting for them."""
    name = draw.one(("see", "know", "wait for", "help", "listen to", "invite", "call", "understand", "look for"))
    subject = draw.one((pronoun, pronoun, relative, named))(draw)
    own = {"I": ("I", "we"), "you": ("you",), "we": ("we", "I"), "they": ("they",)}.get(subject.en, ())
    en, fr = OBJECT_PRONOUNS[draw.one([key for key in OBJECT_PRONOUNS if key not in own])]
    tense = "present"
    if name in ("wait for", "help", "listen to", "call", "look for"):
        tense = draw.one(("progressive", "future"))
    if name == "invite":
        tense = "future"
    whom = Phrase(en, "", (en,), frozenset({combination(name, en)}))
    return statement(subject, lexicon.VERB[name], tense, whom, mode=mode(draw, subject), clitic=fr)


def opinion(draw: Draw) -> Sentence | None:
    """I think that the hotel is expensive; she knows that he is sick."""
    verb = lexicon.VERB["think"]
    who = draw.one((pronoun, relative, named))(draw)
    noun = draw.one(lexicon.nouns("building", "reading", "watch", "goods", "learn"))
    plural = "many" in noun.kinds
    subject = as_subject(noun_phrase(noun, draw.one(("the", "this")), (), plural))
    if draw.chance(0.3):
        subject = draw.one((pronoun, named))(draw)
        if subject.en == who.en:
            return None
        said = lexicon.ADJECTIVE[draw.one(MOODS[:4])]
    else:
        said = draw.one([a for a in lexicon.adjectives_of(noun) if a.predicate])
    what = being(subject, said_of(said, subject))
    en, fr = what.en[:-1], what.fr[:-1]
    if not subject.items or subject.items[0] not in {name for name, _ in lexicon.NAMES} | {"I"}:
        en = en[0].lower() + en[1:]
    if subject.items[0] not in {name for name, _ in lexicon.NAMES}:
        fr = fr[0].lower() + fr[1:]
    thought = Phrase(f"that {en}", f"que {fr}", (*subject.items, said.en), what.close)
    return statement(who, verb, "present", thought, mode="ask" if who.en == "you" and draw.chance(0.5) else "yes")


FRAMES = (quality, identity, mood, profession, age, comparison, ownership, price, taste, acquaintance, opinion)
