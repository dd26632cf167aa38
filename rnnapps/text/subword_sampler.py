"""Subword regularisation: the same sentences, cut into pieces differently each time."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from rnnapps.text.tokenizer import END_ID, Tokenizer, normalize

# SentencePiece has one generator of random numbers for the whole process.
_GENERATOR = threading.Lock()
NORMALIZE_AT_ONCE = 10_000
# How much longer sampled segmentations are is measured on so many sentences; wider than for this share of them,
# padding would cost more than it gives.
MEASURED, SHARE = 2000, 0.75


class SubwordSampler:
    """Random segmentations of fixed sentences, decided by a seed alone.

    bpe: each merge is left out with probability `strength` (BPE-dropout). unigram: a segmentation x is drawn with
    probability P(x)^strength / sum P^strength over all segmentations, so that a small strength is a strong
    regularisation.

    Args:
        tokenizer: its model cuts the sentences.
        texts: sentences; row i is the i-th.
        strength: float in (0, 1]. The papers use 0.1 for bpe, and 0.1 to 0.5 for unigram.
    Raises:
        ValueError: `strength` out of range.

    Provilkov et al. 2020, BPE-dropout, section 3; Kudo 2018, Subword regularization, section 3.
    """

    def __init__(self, tokenizer: Tokenizer, texts: Sequence[str], strength: float = 0.1):
        import sentencepiece

        if not 0 < strength <= 1:
            raise ValueError(f"strength: {strength} is not in (0, 1]")
        self.strength = float(strength)
        self._sentencepiece = sentencepiece
        self._model = sentencepiece.SentencePieceProcessor()
        self._model.LoadFromSerializedProto(tokenizer.model_bytes)
        self._texts = [
            text.decode("utf-8")
            for start in range(0, len(texts), NORMALIZE_AT_ONCE)
            for text in normalize(texts[start : start + NORMALIZE_AT_ONCE]).numpy()
        ]

    def __len__(self) -> int:
        """Number of sentences."""
        return len(self._texts)

    def sample(self, rows: Sequence[int], seed: Sequence[int]) -> list[list[int]]:
        """Token ids of the sentences `rows`, END_ID last.

        Args:
            rows: numbers of sentences.
            seed: ints >= 0; the same ones and the same rows give the same ids, whatever was drawn before.
        """
        texts = [self._texts[row] for row in rows]
        number = int(np.random.SeedSequence(list(seed)).generate_state(1)[0]) >> 1
        with _GENERATOR:
            self._sentencepiece.set_random_generator_seed(number)
            drawn = self._model.encode(
                texts, enable_sampling=True, alpha=self.strength, nbest_size=-1, add_eos=False, num_threads=1
            )
        return [[*ids, END_ID] for ids in drawn]

    def growth(self) -> float:
        """How many times longer than the plain segmentation three in four of those that differ from it at most are."""
        rows = np.unique(np.linspace(0, len(self) - 1, min(MEASURED, len(self))).astype(int))
        plain = self._model.encode([self._texts[row] for row in rows], add_eos=True)
        pairs = zip(self.sample(rows, [0]), plain, strict=True)
        ratios = [len(sampled) / len(ids) for sampled, ids in pairs if sampled != ids]
        return max(1.0, float(np.quantile(ratios, SHARE))) if ratios else 1.0
