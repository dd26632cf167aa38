"""Finding pairs that are probably not what their owner believes: wrong encoding, wrong line, wrong language."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rnnapps.text.pairs import Pairs

LONGEST = 1000  # characters
# A translation this many times longer or shorter than is usual between the two languages is rarely one.
UNUSUAL_RATIO = 3.0
# Added to both lengths, because "Go." and its translation may well differ threefold.
SHORT = 10
# A script with less than this share of a side's letters is foreign to it.
FOREIGN_SHARE = 0.01

# UTF-8 that was read as Latin-1 or Windows-1252: what "ä", "é" or a typographic quote become.
MOJIBAKE = re.compile("\ufffd|[ÂÃ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€|ðŸ")
MARKUP = re.compile(r"&(?:[a-zA-Z]{2,8}|#x?[0-9a-fA-F]{1,6});|</?[a-zA-Z][^<>\n]{0,80}>")
INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff]")
SPEECHLESS = re.compile(r"^[^\w\n]*$", re.MULTILINE)


@dataclass(frozen=True)
class Finding:
    """A kind of doubt and the pairs it is about.

    Args:
        what: says what is wrong, in words that follow "pairs: ".
        where: indices of the pairs.
        worst_first: whether their order says something, so that it is to be kept.
    """

    what: str
    where: tuple[int, ...]
    worst_first: bool = False


def doubtful_pairs(pairs: Pairs) -> list[Finding]:
    """Pairs that a person should look at, kind by kind; kinds that do not occur are left out.

    Nothing is decided: a name may well be its own translation.
    """
    both = list(zip(pairs.source, pairs.target, strict=True))
    searched = {
        "text in a wrong encoding, such as 'Ã¤' for 'ä' or U+FFFD; read the original as UTF-8 again": MOJIBAKE,
        "HTML left in the text, such as &quot; or <br>": MARKUP,
        "control or invisible characters in the text": INVISIBLE,
        "no letter or digit on one side": SPEECHLESS,
    }
    findings = {what: _matching(pairs, pattern) for what, pattern in searched.items()}
    findings |= {
        "source and target are the same": [i for i, (a, b) in enumerate(both) if a == b],
        "one side mostly in a script that is foreign to its language": sorted(
            {*foreign_letters(pairs.source), *foreign_letters(pairs.target)}
        ),
        f"a side of more than {LONGEST:,} characters": [
            i for i, (a, b) in enumerate(both) if len(a) > LONGEST or len(b) > LONGEST
        ],
    }
    found = [Finding(what, tuple(where)) for what, where in findings.items() if where]
    return [*found, *_unequal(pairs)]


def unseen_characters(pairs: Pairs, training: Pairs) -> Finding | None:
    """Characters that no training sentence of the same language holds, so that they can only become unknown tokens."""
    new, where = set(), set()
    for side, known in ((pairs.source, training.source), (pairs.target, training.target)):
        characters = {each for each in _characters(side).keys() - _characters(known).keys() if not each.isspace()}
        new |= characters
        where |= {*_found_in(side, _any_of(characters))}
    if not new:
        return None
    listed = " ".join(sorted(new)[:10]) + (" ..." if len(new) > 10 else "")
    return Finding(f"characters that training does not have ({listed})", tuple(sorted(where)))


def scripts(sentences: Sequence[str]) -> dict[str, float]:
    """Each script's share of the letters, the commonest first, such as {"LATIN": 0.99, "GREEK": 0.01}."""
    counts: Counter[str] = Counter()
    for character, count in _characters(sentences).items():
        if character.isalpha():
            counts[_script(character)] += count
    return {script: count / counts.total() for script, count in counts.most_common()}


def foreign_letters(sentences: Sequence[str]) -> list[int]:
    """Indices of the sentences that have more letters of a foreign script than of the usual ones."""
    shares = scripts(sentences)
    letters = filter(str.isalpha, _characters(sentences))
    foreign = {letter for letter in letters if shares[_script(letter)] < FOREIGN_SHARE}
    return [
        i
        for i in _found_in(sentences, _any_of(foreign))
        if 2 * sum(letter in foreign for letter in sentences[i]) > sum(map(str.isalpha, sentences[i]))
    ]


def _unequal(pairs: Pairs) -> list[Finding]:
    lengths = [np.fromiter(map(len, side), float, len(pairs)) + SHORT for side in (pairs.source, pairs.target)]
    ratio = np.log(lengths[1] / lengths[0])
    unusual = np.abs(ratio - np.median(ratio))
    found = np.flatnonzero(unusual > np.log(UNUSUAL_RATIO))
    if not len(found):
        return []
    what = f"one side over {UNUSUAL_RATIO:g} times longer than usual beside the other, the worst first"
    return [Finding(what, tuple(found[np.argsort(-unusual[found], kind="stable")].tolist()), worst_first=True)]


def _matching(pairs: Pairs, pattern: re.Pattern) -> list[int]:
    return sorted({*_found_in(pairs.source, pattern), *_found_in(pairs.target, pattern)})


def _found_in(sentences: Sequence[str], pattern: re.Pattern) -> list[int]:
    """Indices of the sentences in which the pattern occurs. One search of the whole text is many times faster."""
    starts = [found.start() for found in pattern.finditer("\n".join(sentences))]
    if not starts:
        return []
    ends = np.cumsum(np.fromiter(map(len, sentences), int, len(sentences)) + 1)
    return np.unique(np.searchsorted(ends, starts, side="right")).tolist()


def _any_of(characters: Iterable[str]) -> re.Pattern:
    listed = "".join(map(re.escape, sorted(characters)))
    return re.compile(f"[{listed}]" if listed else r"(?!)")


def _characters(sentences: Iterable[str]) -> dict[str, int]:
    """How often each character occurs."""
    codes = np.frombuffer("".join(sentences).encode("utf-32-le", "surrogatepass"), np.uint32)
    counts = np.bincount(codes)
    return {chr(code): int(counts[code]) for code in np.flatnonzero(counts)}


def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split()[0]
