"""What every side of `benchmarks.translation` works on: the same batches and the same sentences.

Made once with rnnapps, then read by processes that may not have it: this module imports nothing else than NumPy at
the top.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

PAD, UNKNOWN, START, END = 0, 1, 2, 3
WORDS = 8_000  # of each made-up language


@dataclass(frozen=True)
class Workload:
    """Batches to learn from and sentences to translate.

    Args:
        batches: ((source (B, S), target_in (B, T)), target_out (B, T)) ids, padded with PAD.
        sentences: texts to translate, shortest first.
        sentence_ids: the same as ids, END last.
        tokenizer: a serialised SentencePiece model of the joint vocabulary.
        vocabulary: V.
    """

    batches: list
    sentences: list[str]
    sentence_ids: list[np.ndarray]
    tokenizer: bytes
    vocabulary: int

    @property
    def target_tokens(self) -> int:
        """Real target tokens of all batches, padding not counted."""
        return sum(int((target_out != PAD).sum()) for _, target_out in self.batches)

    def save(self, path: Path) -> None:
        """Writes everything into one .npz file."""
        arrays = {"sentences": np.array(self.sentences), "tokenizer": np.frombuffer(self.tokenizer, np.uint8)}
        for i, ((source, target_in), target_out) in enumerate(self.batches):
            arrays |= {f"source_{i}": source, f"target_in_{i}": target_in, f"target_out_{i}": target_out}
        for i, ids in enumerate(self.sentence_ids):
            arrays[f"ids_{i}"] = ids
        np.savez(path, vocabulary=self.vocabulary, batch_count=len(self.batches), **arrays)

    @classmethod
    def load(cls, path: Path) -> Workload:
        """Reads what `save` wrote."""
        with np.load(path) as file:
            batches = [
                ((file[f"source_{i}"], file[f"target_in_{i}"]), file[f"target_out_{i}"])
                for i in range(int(file["batch_count"]))
            ]
            sentences = file["sentences"].tolist()
            ids = [file[f"ids_{i}"] for i in range(len(sentences))]
            return cls(batches, sentences, ids, file["tokenizer"].tobytes(), int(file["vocabulary"]))


def make_workload(
    pairs, vocabulary: int, batches: int, tokens_per_batch: int, groups: int, group_size: int
) -> Workload:
    """Tokenises, takes the first batches of a shuffled epoch, and groups of sentences to translate.

    A large file is translated sorted by length, in batches of nearly one length each. The groups are such batches, from
    evenly spaced places in the sorted file.

    Args:
        pairs: `rnnapps.text.pairs.Pairs`.
        vocabulary: pieces of the joint vocabulary.
        batches: how many.
        tokens_per_batch: as in `rnnapps.text.batches.TokenBatches`.
        groups: of sentences to translate.
        group_size: sentences in each.
    """
    from rnnapps.text.batches import TokenBatches
    from rnnapps.text.tokenizer import Tokenizer

    tokenizer = Tokenizer.train([*pairs.source, *pairs.target], vocabulary)
    source, target = tokenizer.encode(pairs.source), tokenizer.encode(pairs.target)
    epoch = TokenBatches(source, target, tokens_per_batch).epoch(0)
    ids = source.to_list()
    by_length = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    middles = [(2 * group + 1) * len(ids) // (2 * groups) for group in range(groups)]
    chosen = [i for middle in middles for i in by_length[max(0, middle - group_size // 2) :][:group_size]]
    return Workload(
        [batch for batch, _ in zip(epoch, range(batches), strict=False)],
        [pairs.source[i] for i in chosen],
        [np.array(ids[i], np.int32) for i in chosen],
        tokenizer.model_bytes,
        tokenizer.vocabulary_size,
    )


def made_up_pairs(count: int, seed: int = 1):
    """Sentence pairs of made-up words, as frequent as words are and as long as captions of photographs are.

    Lengths: log-normal, about 10 words in the mean, 4 to 32, which is 14 pieces of a vocabulary of 8,000; the target
    is about as long as its source. Word k is drawn in proportion to 1 / (k + 2.7), Zipf's law in Mandelbrot's form.
    """
    from rnnapps.text.pairs import Pairs

    random = np.random.default_rng(seed)
    share = 1 / (np.arange(WORDS) + 2.7)
    share /= share.sum()
    lengths = np.clip(np.exp(random.normal(np.log(9.2), 0.35, count)), 4, 32)
    sides = []
    for alphabet in ("abdefghiklmnorstuwz", "aceghijlmnopqrtuvxy"):
        letters = random.choice(list(alphabet), (WORDS, 12))
        words = np.array(["".join(row[:size]) for row, size in zip(letters, _word_sizes(random), strict=True)])
        counts = np.clip(np.rint(lengths * random.normal(1, 0.12, count)), 4, 40).astype(int)
        drawn = np.split(words[random.choice(WORDS, counts.sum(), p=share)], np.cumsum(counts)[:-1])
        sides.append([" ".join(sentence) for sentence in drawn])
    return Pairs(*sides, name="made-up sentences")


def _word_sizes(random) -> np.ndarray:
    """Letters per word: frequent words are short."""
    return np.clip(np.rint(2 + 0.55 * np.log(np.arange(WORDS) + 1) + random.normal(0, 1, WORDS)), 1, 12).astype(int)
