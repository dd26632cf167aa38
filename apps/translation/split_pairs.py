"""Dividing pairs into sides that share no sentence, and drawing some of them: by seed and text, never by order."""

from __future__ import annotations

import hashlib
import unicodedata

from rnnapps.text.pairs import Pairs


def split_pairs(pairs: Pairs, validation: float, test: float, seed: int) -> tuple[Pairs, Pairs, Pairs]:
    """Divides pairs into training, validation and test so that no sentence of either language is on two sides.

    Sentences that are linked by translations stay together: "Hi." and "Hello.", if both are translated "Hallo.".
    On Tatoeba such groups stay small (German-English: the largest has 98 of 169,197 pairs; French: 56 of 142,787), so
    that whole groups can be drawn. A group that is larger than a side stays in training. Only where too few small
    groups are left to fill the sides (one sentence translates most others) are source sentences divided alone.

    Sentences are compared after Unicode NFKC. Their place depends on the seed and the text only, so that it stays
    when the file is reordered. Validation and test come in the order drawn: their first n pairs are a fair
    sample of them, even where the file is sorted by length.

    Args:
        pairs: all pairs.
        validation: share of the distinct source sentences; above 0 gives at least one.
        test: as `validation`.
        seed: which sentences go where.
    Raises:
        ValueError: no sentence would be left to learn from.
    """
    source, target = _keys(pairs.source), _keys(pairs.target)
    count = len(set(source))
    sizes = [max(1, round(share * count)) if share else 0 for share in (validation, test)]
    if sum(sizes) >= count:
        raise ValueError(
            f"{pairs.name}: {count} distinct source sentences cannot be split into training, validation "
            "and test; give more pairs, or validation and test files of their own"
        )
    held_out = _draw(_linked(source, target), sizes, seed) or _draw({key: [key] for key in set(source)}, sizes, seed)
    place = {key: (side, rank) for side, keys in enumerate(held_out) for rank, key in enumerate(keys)}
    sides = [sorted((place[key][1], i) for i, key in enumerate(source) if place.get(key, (2,))[0] == s) for s in (0, 1)]
    rest = pairs.take([i for i, key in enumerate(source) if key not in place])
    # Lines left out belong to the whole file; they are told once, with the training side.
    training = Pairs(rest.source, rest.target, rest.lines, pairs.skipped, pairs.name)
    return training, *(pairs.take([i for _, i in side]) for side in sides)


def sample_pairs(pairs: Pairs, count: int, seed: int) -> Pairs:
    """Draws `count` pairs, in the file's order; all, if there are no more.

    Source sentences are drawn with all their translations. A smaller count with the same seed draws a part of
    what a larger one does, and the draw does not depend on the order of the file.

    Args:
        pairs: to draw from.
        count: pairs, at least 1.
        seed: which ones.
    """
    if count >= len(pairs):
        return pairs
    source, target = _keys(pairs.source), _keys(pairs.target)
    digests = {key: _digest(f"sample {seed}", key) for key in set(source)}
    drawn = sorted(range(len(pairs)), key=lambda i: (digests[source[i]], source[i], target[i]))[:count]
    kept = pairs.take(sorted(drawn))
    return Pairs(kept.source, kept.target, kept.lines, pairs.skipped, pairs.name)


def _keys(sentences: list[str]) -> list[str]:
    return [unicodedata.normalize("NFKC", sentence) for sentence in sentences]


def _digest(seed: int | str, key: str) -> bytes:
    return hashlib.blake2b(f"{seed}\t{key}".encode()).digest()


def _linked(source: list[str], target: list[str]) -> dict[str, list[str]]:
    """Source sentences that are linked through common translations; each group under its smallest sentence."""
    parent = {key: key for key in source}

    def root(key: str) -> str:
        while parent[key] != key:
            parent[key] = key = parent[parent[key]]
        return key

    first = {}  # target sentence -> a source sentence that it translates
    for key, translation in zip(source, target, strict=True):
        one, other = root(key), root(first.setdefault(translation, key))
        # The smaller one leads, so that a group's name, and with it the draw, does not depend on the order.
        parent[max(one, other)] = min(one, other)
    groups: dict[str, list[str]] = {}
    for key in sorted(parent):
        groups.setdefault(root(key), []).append(key)
    return groups


def _draw(groups: dict[str, list[str]], sizes: list[int], seed: int) -> list[list[str]] | None:
    """For each size that many sentences, in whole groups; None if the groups do not allow it."""
    order = iter(sorted(groups, key=lambda name: _digest(seed, name)))
    passed_over: list[str] = []
    sides = []
    for size in sizes:
        side: list[str] = []
        # A group that was too large for what was left of one side may suit the next one.
        waiting, passed_over = passed_over, []
        while len(side) < size:
            name = waiting.pop(0) if waiting else next(order, None)
            if name is None:
                return None
            if len(side) + len(groups[name]) <= size:
                side += groups[name]
            else:
                passed_over.append(name)
        passed_over += waiting
        sides.append(side)
    return sides
