"""Frames that say what people do, want and ask for: each draws one sentence."""

from __future__ import annotations

from . import french, lexicon
from .draw import Draw
from .phrases import adjectives_for, mass, named, noun_phrase, own, person, pronoun, relative, somebody, thing
from .sentences import mode, sentence, statement
from .times import future, habit, past, soon
from .words import Phrase, Sentence, Subject

# What can be the object of a verb.
OBJECTS = {
    "buy": ("goods", "food"),
    "sell": ("goods",),
    "look for": ("goods", "small"),
    "find": ("goods", "small"),
    "lose": ("small",),
    "read": ("reading",),
    "write": ("write",),
    "wear": ("worn",),
    "visit": ("visit",),
    "clean": ("clean",),
    "open": ("open", "unseal"),
    "close": ("open",),
    "choose": ("goods", "food"),
    "watch": ("watch",),
    "see": ("visit", "animal", "watch"),
}
# What nobody wants of a thing that is wanted, and what is not said of what is cleaned or opened.
UNWANTED = ("dirty", "broken", "empty", "bad", "boring", "sad", "heavy")
ODD = dict.fromkeys(("buy", "choose", "wear"), UNWANTED) | {"clean": ("clean",), "find": ("broken",)}
DEFINITE = ("clean", "open", "close", "visit", "read")
MEASURES = (
    ("a kilo of", "un kilo de", "food"),
    ("a cup of", "une tasse de", "coffee tea"),
    ("a glass of", "un verre de", "water milk wine beer"),
    ("a bottle of", "une bouteille de", "water milk wine beer"),
    ("a piece of", "un morceau de", "bread cheese meat chocolate fish"),
)


def target(draw: Draw, who: Subject, name: str, how: str) -> Phrase:
    """An object that fits the verb: indefinite ones become "de" after a negation, "any" in a question."""
    indefinite = {"yes": "a", "no": "no", "ask": "any"}[how]
    determiners = ("the", "this") if name in DEFINITE else (indefinite, indefinite, "the", "this")
    return thing(draw, OBJECTS[name], (*determiners, own(who)), avoid=ODD.get(name, ()))


def action(draw: Draw) -> Sentence:
    """She is looking for a cheap hotel; they aren't wearing their black shoes."""
    name = draw.one(("look for", "read", "write", "wear", "clean", "open", "close", "watch", "buy", "sell", "choose"))
    who = somebody(draw)
    how = mode(draw, who)
    return statement(who, lexicon.VERB[name], "progressive", target(draw, who, name, how), mode=how)


def possession(draw: Draw) -> Sentence:
    """We don't have a black dog; do you want some cold water?"""
    name, who = draw.one(("have", "have", "want")), somebody(draw)
    how = mode(draw, who)
    determiner = {"yes": "a", "no": "no", "ask": "any"}[how]
    if draw.chance(0.25):
        what = mass(draw, ("drink", "meal"), {"yes": "mass", "no": "no", "ask": "any"}[how])
    else:
        what = thing(draw, ("goods", "animal", "food", "reading"), (determiner,), least=1, avoid=UNWANTED)
    return statement(who, lexicon.VERB[name], "present", what, mode=how)


def event(draw: Draw) -> Sentence:
    """We bought a red car yesterday."""
    name, who = draw.one(tuple(OBJECTS)), somebody(draw)
    how = mode(draw, who)
    what = target(draw, who, name, how)
    return statement(who, lexicon.VERB[name], "past", what, past(draw), mode=how)


def plan(draw: Draw) -> Sentence:
    """I am going to visit the old museum tomorrow."""
    name = draw.one([verb for verb in OBJECTS if verb not in ("lose", "find", "see", "look for")])
    who = somebody(draw)
    how = mode(draw, who)
    what = target(draw, who, name, how)
    when = future if name in ("buy", "sell", "visit", "read") else soon
    return statement(who, lexicon.VERB[name], "future", what, when(draw), mode=how)


def routine(draw: Draw) -> Sentence:
    """He drinks black coffee every morning; she never eats meat."""
    name = draw.one(("drink", "eat"))
    who, verb, when = somebody(draw), lexicon.VERB[name], habit(draw)
    kinds = ("drink",) if name == "drink" else ("meal",)
    adverb = draw.one(("", "", "often", "always", "never"))
    what = mass(draw, kinds, "no" if adverb == "never" else "mass")
    en_what = what.en.removeprefix("any ").removeprefix("some ")
    if not adverb:
        bare = Phrase(en_what, what.fr, what.items, what.pairs)
        return statement(who, verb, "present", bare, when)
    negation = "jamais" if adverb == "never" else ""
    finite = verb.en_third if who.third else verb.en
    fr = french.predicate(who, who.person, verb, "present", negation)
    fr_adverb = {"often": "souvent ", "always": "toujours ", "never": ""}[adverb]
    frame = Phrase("", "", (adverb, name))
    return sentence(f"{who.en} {adverb} {finite} {en_what}", f"{fr} {fr_adverb}{what.fr}", who, frame, what)


def order(draw: Draw) -> Sentence:
    """I would like a kilo of red apples, please; could you show me the blue dress, please?"""
    en, fr = draw.one((("I would like", "je voudrais"), ("we would like", "nous voudrions")))
    frame = Phrase(en, fr, (en,))
    choice = draw.one(("measure", "measure", "count", "thing"))
    if choice == "measure":
        en, fr, of = draw.one(MEASURES)
        noun = draw.one(lexicon.nouns("food")) if of == "food" else lexicon.MASS[draw.one(of.split())]
        bare = noun_phrase(noun, "no", adjectives_for(draw, noun, 1, UNWANTED)[-1:], of == "food")
        what = Phrase(f"{en} {bare.en.removeprefix('any ')}", f"{fr[:-3]} {bare.fr}", (en, *bare.items), bare.pairs)
    elif choice == "count":
        what = several(draw, ("food", "clothes", "small", "paper"))
    else:
        what = thing(draw, ("clothes", "small", "paper", "food"), ("a", "this"), least=1, avoid=UNWANTED)
    return sentence(f"{frame.en} {what.en}, please", f"{frame.fr} {what.fr}, s'il vous plaît", frame, what)


def several(draw: Draw, kinds: tuple[str, ...]) -> Phrase:
    """Two to twelve of something."""
    noun = draw.one(lexicon.nouns(*kinds))
    count = draw.one(range(2, 13 if "food" in noun.kinds else 7))
    return noun_phrase(noun, "count", adjectives_for(draw, noun, 1, UNWANTED), True, count)


def request(draw: Draw) -> Sentence:
    """Could you show me the blue dress, please?"""
    name = draw.one(("show", "show", "give", "open", "close", "clean"))
    verb = lexicon.VERB[name]
    en, fr = (f"{name} me", f"me {verb.fr}") if name in ("show", "give") else (name, verb.fr)
    kinds = {"show": ("goods", "clothes"), "give": ("small", "paper"), "clean": ("clean",)}.get(name, ("open",))
    what = thing(draw, kinds, ("the", "this"), least=1, avoid=ODD.get(name, ()))
    return sentence(
        f"could you {en} {what.en}, please",
        f"pourriez-vous {fr} {what.fr}, s'il vous plaît",
        Phrase("", "", (f"could you {name}",)),
        what,
        end="?",
    )


def gift(draw: Draw) -> Sentence:
    """I gave a red scarf to my sister."""
    name, who = draw.one(("give", "show")), pronoun(draw)
    how = mode(draw, who)
    indefinite = {"yes": "a", "no": "no", "ask": "any"}[how]
    what = thing(draw, ("clothes", "small", "paper", "pet"), (indefinite, "the", "my"), 0.2, 1)
    other = draw.one((relative, named, person))(draw)
    to = Phrase(f"to {other.en}", f"à {other.fr}", other.items, other.pairs)
    tense = draw.one(("past", "past", "future"))
    return statement(who, lexicon.VERB[name], tense, what, to, mode=how)


def need(draw: Draw) -> Sentence | None:
    """I need a new suitcase; she doesn't need two blue shirts."""
    who = somebody(draw)
    how = mode(draw, who)
    kinds = ("vehicle", "furniture", "clothes", "small", "food")
    what = several(draw, kinds) if draw.chance(0.35) else thing(draw, kinds, ("a", "this", "your"), 0, 1, UNWANTED)
    if what.en.startswith("some "):  # "need some shoes": the French "besoin de" swallows the article
        return None
    auxiliary = "does" if who.third else "do"
    en = {"yes": f"{who.en} {'needs' if who.third else 'need'}", "no": f"{who.en} {auxiliary}n't need"}.get(
        how, f"{auxiliary} {who.en} need"
    )
    negation = "pas" if how == "no" else ""
    fr = french.predicate(who, who.person, lexicon.VERB["have"], "present", negation)
    fr = f"est-ce que {fr}" if how == "ask" else fr
    frame = Phrase("", "", ("need",))
    return sentence(f"{en} {what.en}", f"{fr} besoin de {what.fr}", who, frame, what, end="?" if how == "ask" else ".")


def ability(draw: Draw) -> Sentence:
    """I must clean the dirty kitchen; he can't find his key."""
    en, fr = draw.one(
        (
            ("must", ("dois", "doit", "devons", "devez", "doivent")),
            ("can", ("peux", "peut", "pouvons", "pouvez", "peuvent")),
            ("can't", ("peux", "peut", "pouvons", "pouvez", "peuvent")),
        )
    )
    who = draw.one((pronoun, pronoun, relative, named))(draw)
    name = draw.one([verb for verb in OBJECTS if verb not in ("lose", "look for")])
    what = thing(draw, OBJECTS[name], ("the", "this", "your"), least=1, avoid=ODD.get(name, ()))
    negated = en == "can't"
    words = (who.fr, "ne" if negated else "", fr[who.person], "pas" if negated else "", lexicon.VERB[name].fr, what.fr)
    frame = Phrase("", "", (en, name))
    return sentence(f"{who.en} {en} {name} {what.en}", " ".join(w for w in words if w), who, frame, what)


FRAMES = (action, possession, event, plan, routine, order, request, gift, need, ability)
