"""The baseline that a translator must beat: the translation of the most similar training sentence."""

import difflib
import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

# Comparing characters is slow; beyond so many equals the first will do.
SHORTLIST = 50


def copy_nearest(sources: Sequence[str], training_source: Sequence[str], training_target: Sequence[str]) -> list[str]:
    """For each source sentence the stored translation of the training sentence that is most like it.

    Likeness is the share of words and word pairs in common (Dice), case aside; among equals the one with the
    most characters in common wins. A sentence that shares no word copies the first training sentence.

    Args:
        sources: sentences to translate.
        training_source: sentences of the training side.
        training_target: their translations.
    """
    postings = defaultdict(list)  # n-gram -> training sentences
    sizes = np.empty(len(training_source))
    for index, sentence in enumerate(training_source):
        grams = _grams(sentence)
        sizes[index] = len(grams)
        for gram in grams:
            postings[gram].append(index)
    postings = {gram: np.array(indices) for gram, indices in postings.items()}
    return [training_target[_nearest(sentence, training_source, postings, sizes)] for sentence in sources]


def _nearest(sentence: str, training: Sequence[str], postings: dict, sizes: np.ndarray) -> int:
    grams = _grams(sentence)
    found = [postings[gram] for gram in grams if gram in postings]
    if not found:
        return 0
    common = np.bincount(np.concatenate(found), minlength=len(sizes))
    dice = 2 * common / (len(grams) + sizes)
    equals = np.flatnonzero(dice == dice.max())[:SHORTLIST]
    likeness = [difflib.SequenceMatcher(None, sentence.lower(), training[i].lower()).ratio() for i in equals]
    return int(equals[int(np.argmax(likeness))])


def _grams(sentence: str) -> set[tuple]:
    """Words and pairs of neighbours, the n-th occurrence of each apart from the others."""
    words = sentence.lower().split()
    counts = Counter()
    grams = set()
    for gram in [*words, *itertools.pairwise(words)]:
        counts[gram] += 1
        grams.add((gram, counts[gram]))
    return grams
