"""French spelling rules: elision, contraction, articles, conjugation, numbers."""

from __future__ import annotations

import re

from .words import NOUS, VOUS, Phrase, Subject, Verb

# No noun or adjective of the phrasebook begins with an aspirated h, but these numbers refuse elision.
VOWEL = r"(?!onze\b|huit\b)[aeiouhâàéèêîôûœ]"
ETRE = ("suis", "est", "sommes", "êtes", "sont")
AVOIR = ("ai", "a", "avons", "avez", "ont")
ALLER = ("vais", "va", "allons", "allez", "vont")
UNITS = [
    "zéro",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
    "dix-sept",
    "dix-huit",
    "dix-neuf",
]
TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante"}


def starts_with_vowel(text: str) -> bool:
    """Whether the word before `text` is elided."""
    return re.match(VOWEL, text, re.IGNORECASE) is not None


def finish(text: str) -> str:
    """Elides, contracts, and begins with a capital: "de le ami" -> "De l'ami", "à les gares" -> "Aux gares"."""
    text = re.sub(rf"\b(je|ne|de|que|me|le|la) (?=y a\b|{VOWEL})", _elided, text, flags=re.IGNORECASE)
    for pattern, contracted in (
        (r"\bde le ", "du "),
        (r"\bde les ", "des "),
        (r"\bà le ", "au "),
        (r"\bà les ", "aux "),
    ):
        text = re.sub(pattern, contracted, text)
    return text[0].upper() + text[1:]


def _elided(match: re.Match) -> str:
    return match.group(1)[:-1] + "'"


def definite(gender: str, plural: bool) -> str:
    """le, la, les."""
    return "les" if plural else "la" if gender == "f" else "le"


def determiner(kind: str, gender: str, plural: bool, following: str, adjective_first: bool) -> str:
    """The French word for an English determiner.

    Args:
        kind: "the", "a" (plural: some), "mass" (some, of what is not counted), "no" (an indefinite object of
            a negated verb), "this", or a possessive "my", "your", "his", "her", "our", "their".
        gender: "m" or "f".
        plural: number.
        following: the word that follows, for its first sound.
        adjective_first: an adjective stands before the noun: "de beaux livres", not "des beaux livres".
    """
    vowel = starts_with_vowel(following)
    if kind == "the":
        return definite(gender, plural)
    if kind == "no":
        return "de"
    if kind == "mass":
        return f"de {definite(gender, False)}"
    if kind == "a":
        if plural:
            return "de" if adjective_first else "des"
        return "une" if gender == "f" else "un"
    if kind == "this":
        return "ces" if plural else "cette" if gender == "f" else "cet" if vowel else "ce"
    masculine, feminine, many = {
        "my": ("mon", "ma", "mes"),
        "your": ("votre", "votre", "vos"),
        "his": ("son", "sa", "ses"),
        "her": ("son", "sa", "ses"),
        "our": ("notre", "notre", "nos"),
        "their": ("leur", "leur", "leurs"),
    }[kind]
    return many if plural else feminine if gender == "f" and not vowel else masculine


def participle(verb: Verb, subject: Subject) -> str:
    """The past participle, agreeing with the subject where the auxiliary is être."""
    if not verb.etre:
        return verb.participle
    return verb.participle + ("e" if subject.gender == "f" else "") + ("s" if subject.plural else "")


def predicate(subject: Phrase, person: int, verb: Verb, tense: str, negated: str = "", clitic: str = "") -> str:
    """Subject and verb, up to where the objects begin.

    Args:
        subject: who; its gender and number agree with a participle formed with être.
        person: index of the verb's forms.
        verb: what is done.
        tense: "present", "past" (passé composé) or "future" (aller and the infinitive).
        negated: "" or the second half of the negation, "pas" or "jamais".
        clitic: an object pronoun, such as "le" or "nous".
    """
    finite, rest = {
        "present": (verb.present, ""),
        "past": (ETRE if verb.etre else AVOIR, participle(verb, subject)),
        "future": (ALLER, verb.fr),
    }[tense]
    if clitic and tense == "future":
        rest, clitic = f"{clitic} {rest}", ""
    words = (subject.fr, "ne" if negated else "", clitic, finite[person], negated, rest)
    return " ".join(word for word in words if word)


def regular(infinitive: str) -> tuple[tuple[str, ...], str]:
    """Present and participle of a verb in -er, with the spelling of its stem: mange, mangeons."""
    stem = infinitive.removesuffix("er")
    soft = {"g": stem + "e", "c": stem[:-1] + "ç"}.get(stem[-1], stem)
    forms = [stem + "e", stem + "e", stem + "ons", stem + "ez", stem + "ent"]
    forms[NOUS] = soft + "ons"
    # Stems that change where the ending is silent: achète, préfère, appelle, nettoie.
    silent = {"achet": "achèt", "préfér": "préfèr", "appel": "appell", "nettoy": "nettoi"}.get(stem, stem)
    return tuple(form if i in (NOUS, VOUS) else silent + form[len(stem) :] for i, form in enumerate(forms)), stem + "é"


def number(value: int) -> str:
    """A number from 0 to 99 in words, masculine."""
    if value < 20:
        return UNITS[value]
    base = 60 if 60 <= value < 80 else 80 if value >= 80 else value // 10 * 10
    rest = value - base
    if base == 80:
        return "quatre-vingt" + (f"-{UNITS[rest]}" if rest else "s")
    if not rest:
        return TENS[base]
    return TENS[base] + (f" et {UNITS[rest]}" if rest in (1, 11) else f"-{UNITS[rest]}")
