"""Frames that say what things and people are: each draws one sentence."""

from __future__ import annotations

from . import english, french, lexicon
from .phrases import (
    Draw,
    adjectives_for,
    as_subject,
    combination,
    mass,
    named,
    noun_phrase,
    person,
    pronoun,
    relative,
    somebody,
    thing,
)
from .sentences import being, sentence, statement
from .words import Adjective, Phrase, Sentence, Subject

GOODS = ("goods", "furniture", "building", "home", "reading", "animal", "watch", "learn")
PLACES = (
    ("in", "dans"),
    ("on", "sur"),
    ("under", "sous"),
    ("behind", "derrière"),
    ("in front of", "devant"),
    ("near", "près de"),
    ("next to", "à côté de"),
)
OUTSIDE = (*PLACES[3:], ("opposite", "en face de"))
MOODS = ("happy", "sad", "tired", "sick", "kind", "young", "old", "tall", "famous")
WORK = (
    ("a doctor", "médecin", "médecin"),
    ("a teacher", "professeur", "professeur"),
    ("a baker", "boulanger", "boulangère"),
    ("a waiter", "serveur", "serveuse"),
    ("a singer", "chanteur", "chanteuse"),
    ("a lawyer", "avocat", "avocate"),
    ("a student", "étudiant", "étudiante"),
    ("a nurse", "infirmier", "infirmière"),
    ("a farmer", "agriculteur", "agricultrice"),
    ("a journalist", "journaliste", "journaliste"),
)
OBJECT_PRONOUNS = {
    "I": ("me", "me"),
    "you": ("you", "vous"),
    "he": ("him", "le"),
    "she": ("her", "la"),
    "we": ("us", "nous"),
    "they": ("them", "les"),
}


def mode(draw: Draw) -> str:
    """A statement, mostly; else its negation or question."""
    return draw.one(("yes", "yes", "no", "ask"))


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
    subject = as_subject(noun_phrase(noun, draw.one(("the", "this", "my", "your", "his", "our")), near, plural))
    return being(subject, said_of(said, subject), mode=mode(draw))


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
    how = mode(draw)
    if what.plural:
        en = {"yes": "these are", "no": "these aren't", "ask": "are these"}[how]
        fr = {"yes": "ce sont", "no": "ce ne sont pas", "ask": "est-ce que ce sont"}[how]
    else:
        en = {"yes": "this is", "no": "this isn't", "ask": "is this"}[how]
        fr = {"yes": "c'est", "no": "ce n'est pas", "ask": "est-ce que c'est"}[how]
    frame = Phrase("", "", ("this",))
    return sentence(f"{en} {what.en}", f"{fr} {what.fr}", frame, what, end="?" if how == "ask" else ".")


def mood(draw: Draw) -> Sentence:
    """My sister is tired; are you happy?"""
    subject = draw.one((pronoun, relative, named, person))(draw)
    choices = ("happy", "sad", "tired", "sick") if subject.pairs else MOODS
    said = lexicon.ADJECTIVE[draw.one([word for word in choices if word not in subject.items])]
    when = draw.one((Phrase("", ""), Phrase("", ""), Phrase("today", "aujourd'hui", ("today",))))
    if said.en not in ("happy", "sad", "tired", "sick"):
        when = Phrase("", "")
    return being(subject, said_of(said, subject), *([when] if when.en else []), mode=mode(draw))


def profession(draw: Draw) -> Sentence:
    """My father is a doctor."""
    subject = draw.one((relative, relative, named))(draw)
    if draw.chance(0.25):
        subject = draw.one([s for s in lexicon.PRONOUNS if not s.plural])
    en, masculine, feminine = draw.one(WORK)
    work = Phrase(en, feminine if subject.gender == "f" else masculine, (en,))
    return being(subject, work, mode=mode(draw))


def age(draw: Draw) -> Sentence:
    """My sister is twenty-three years old; how old is your brother?"""
    if draw.chance(0.15):
        who = draw.one((relative, person))(draw)
        frame = Phrase("", "", ("how old",))
        return sentence(f"how old {english.be(who)} {who.en}", f"quel âge {has(who)} {who.fr}", frame, who, end="?")
    who = draw.one((pronoun, relative, relative, named))(draw)
    value = 2 + int(draw.one(range(79)))
    years = Phrase(f"{english.number(value)} years old", f"{french.number(value)} ans", (f"{value}",))
    return sentence(f"{who.en} {english.be(who)} {years.en}", f"{who.fr} {has(who)} {years.fr}", who, years)


def has(subject: Subject) -> str:
    """The French form of "to have"."""
    return french.AVOIR[subject.person]


def location(draw: Draw) -> Sentence | None:
    """The black cat is under the small table."""
    what = thing(draw, ("small", "animal", "clothes", "reading"), ("the", "the", "my", "your", "his"))
    where = place(draw, ("furniture", "vehicle", "home"), PLACES)
    if what.items[0] == where.items[1]:
        return None
    return being(as_subject(what), where, mode=mode(draw))


def place(draw: Draw, kinds: tuple[str, ...], prepositions: tuple[tuple[str, str], ...]) -> Phrase:
    """A preposition and a definite noun phrase, French contraction left to the spelling rules."""
    en, fr = draw.one(prepositions)
    noun = draw.one(lexicon.nouns(*kinds))
    if en == "in" and "furniture" in noun.kinds:
        en, fr = "behind", "derrière"
    elif en in ("on", "under") and noun.en not in ("table", "chair", "bed", "armchair"):
        en, fr = "near", "près de"
    elif en == "behind" and "home" in noun.kinds and "building" not in noun.kinds:
        en, fr = "in", "dans"
    what = noun_phrase(noun, "the", adjectives_for(draw, noun)[:1])
    return Phrase(f"{en} {what.en}", f"{fr} {what.fr}", (en, *what.items), what.pairs)


def whereabouts(draw: Draw) -> Sentence:
    """Where is the old church? Where are my black shoes?"""
    what = as_subject(thing(draw, ("building", "small", "clothes", "animal"), ("the", "the", "my", "your", "our"), 0.3, 1))
    frame = Phrase("", "", ("where",))
    return sentence(f"where {english.be(what)} {what.en}", f"où {french.ETRE[what.person]} {what.fr}", frame, what, end="?")


def existence(draw: Draw) -> Sentence | None:
    """There is a small bridge behind the church."""
    how = mode(draw)
    what = thing(draw, ("building", "place", "animal", "vehicle"), ("no",) if how == "no" else ("a",), 0.2)
    where = place(draw, ("building",), OUTSIDE)
    if what.items[0] == where.items[1]:
        return None
    verb = "are" if what.plural else "is"
    en = {"yes": f"there {verb}", "no": f"there {verb}n't", "ask": f"{verb} there"}[how]
    fr = {"yes": "il y a", "no": "il ne y a pas", "ask": "est-ce que il y a"}[how]
    shown = what.en
    if how == "ask" and what.plural:
        shown = shown.replace("some ", "any ", 1)
    return sentence(
        f"{en} {shown} {where.en}", f"{fr} {what.fr} {where.fr}", what, where, end="?" if how == "ask" else "."
    )


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
    one = as_subject(noun_phrase(noun, draw.one(("the", "the", "my", "this")), [first], plural))
    other = noun_phrase(noun, draw.one(("the", "the", "your", "our")), [second], plural)
    pairs = frozenset({combination(said.comparative, noun.en)})
    more = Phrase(said.comparative, f"plus {said.agree(noun.gender, plural)}", (said.comparative,), pairs)
    than = Phrase(f"than {other.en}", f"que {other.fr}", other.items[1:], other.pairs)
    return being(one, more, than, mode=mode(draw))


def ownership(draw: Draw) -> Sentence:
    """The black bag belongs to the teacher."""
    what = as_subject(thing(draw, ("goods", "animal", "small"), ("the", "the", "this"), 0.2))
    who = draw.one((relative, named, person))(draw)
    to = Phrase(f"to {who.en}", f"à {who.fr}", who.items, who.pairs)
    return statement(what, lexicon.VERB["belong"], "present", to, mode=mode(draw))


def price(draw: Draw) -> Sentence:
    """The blue dress costs sixty-five euros; how much does the blue dress cost?"""
    what = as_subject(thing(draw, ("goods", "food"), ("the", "the", "this"), 0.25))
    if draw.chance(0.3):
        verb = "coûtent" if what.plural else "coûte"
        frame = Phrase("", "", ("how much",))
        return sentence(
            f"how much {'do' if what.plural else 'does'} {what.en} cost", f"combien {verb} {what.fr}", frame, what, end="?"
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
    return statement(somebody(draw), verb, "present", what, mode=mode(draw) if verb.en == "like" else "yes")


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
    whom = Phrase(en, "", (en,))
    made = statement(subject, lexicon.VERB[name], tense, whom, mode=mode(draw), clitic=fr)
    return Sentence(made.en, made.fr.replace(" .", ".").replace("  ?", " ?"), made.close, made.loose)


def opinion(draw: Draw) -> Sentence | None:
    """I think that the hotel is expensive; she knows that he is sick."""
    verb = lexicon.VERB["think"]
    who = draw.one((pronoun, relative, named))(draw)
    noun = draw.one(lexicon.nouns("building", "reading", "watch", "goods", "learn"))
    plural = "many" in noun.kinds
    subject = as_subject(noun_phrase(noun, draw.one(("the", "this", "your")), (), plural))
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
    return statement(who, verb, "present", thought, mode=draw.one(("yes", "yes", "ask")))


FRAMES = (
    quality,
    identity,
    mood,
    profession,
    age,
    location,
    whereabouts,
    existence,
    comparison,
    ownership,
    price,
    taste,
    acquaintance,
    opinion,
)
