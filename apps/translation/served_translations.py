"""What a translator is asked over HTTP, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf
from pydantic import BaseModel, Field

from rnnapps.serving import Endpoint, Job, Work

from .answers import best
from .word_alignment import word_alignment

MOST_TEXTS, LONGEST_TEXT = 64, 10_000
# Characters of the longest sentence times sentences: a beam keeps the attention of every step.
BATCH_CHARACTERS = 20_000


class TranslationRequest(BaseModel, extra="forbid"):
    """Sentences to translate."""

    texts: list[str] = Field(
        min_length=1, max_length=MOST_TEXTS, description=f"sentences, of at most {LONGEST_TEXT} characters each"
    )
    n_best: int = Field(1, ge=1, le=64, description="translations of each sentence, best first; at most the beam size")
    alignments: bool = Field(False, description="whether to tell which source words each target word comes from")


class WordAlignment(BaseModel):
    """What each word of a translation looked at."""

    source_words: list[str]
    target_words: list[str]
    weights: list[list[float]] = Field(description="a row for each target word, a column for each source word")


class Hypothesis(BaseModel):
    """One translation of a sentence."""

    text: str
    log_probability: float
    alignment: WordAlignment | None = None


class SentenceTranslations(BaseModel):
    """The translations of one sentence."""

    truncated: bool = Field(description="whether only the beginning of the sentence was translated")
    hypotheses: list[Hypothesis] = Field(description="best first")


class TranslationResponse(BaseModel):
    """The sentences' translations, in their order."""

    translations: list[SentenceTranslations]


class ServedTranslations:
    """A loaded translator as routes and works.

    Args:
        model: what `load_translator` gave.
    """

    def __init__(self, model):
        self._model, self._best = model, best(model)
        self.beam_size = model.n_best(tf.constant([], tf.string))["text"].shape[1]

    def about(self) -> dict:
        """For clients: how much may be asked."""
        return {"application": "translation", "beam_size": self.beam_size, "max_texts": MOST_TEXTS}

    def endpoints(self) -> tuple[Endpoint, ...]:
        """POST /v1/translate."""
        translate = Endpoint(
            "POST",
            "/v1/translate",
            "Translate sentences",
            TranslationResponse,
            self.jobs,
            self.response,
            body=TranslationRequest,
        )
        return (translate,)

    def works(self) -> dict[str, Work]:
        """The best translation alone, and all of the beam with what they looked at."""
        how = {"cost": lambda text: len(text) + 1, "batch_cost": BATCH_CHARACTERS, "example": "a"}
        return {"best": Work(self._best_of, **how), "n_best": Work(self._n_best_of, **how)}

    def jobs(self, asked: TranslationRequest, query: None) -> list[Job]:
        """One for each sentence."""
        if asked.n_best > self.beam_size:
            raise ValueError(f"n_best: {asked.n_best} is more than the beam of {self.beam_size} of this model")
        for number, text in enumerate(asked.texts):
            if len(text) > LONGEST_TEXT:
                raise ValueError(f"texts.{number}: has {len(text):,} characters, at most {LONGEST_TEXT:,} are read")
        work = "n_best" if asked.alignments or asked.n_best > 1 else "best"
        return [Job(work, text) for text in asked.texts]

    def response(self, asked: TranslationRequest, query: None, answers: list) -> TranslationResponse:
        """The answers of either work."""
        return TranslationResponse(translations=[self._translations(asked, answer) for answer in answers])

    def _best_of(self, texts: Sequence[str]) -> list:
        return [found for (found,) in self._best([text.encode() for text in texts], 0)]

    def _n_best_of(self, texts: Sequence[str]) -> list[dict]:
        answers = {name: value.numpy() for name, value in self._model.n_best(tf.constant(texts, tf.string)).items()}
        return [{name: value[row] for name, value in answers.items()} for row in range(len(texts))]

    def _translations(self, asked: TranslationRequest, answer) -> SentenceTranslations:
        if not isinstance(answer, dict):
            hypotheses = [Hypothesis(text=answer.text, log_probability=answer.score)]
            return SentenceTranslations(truncated=answer.truncated, hypotheses=hypotheses)
        hypotheses = [
            Hypothesis(
                text=answer["text"][rank].decode("utf-8"),
                log_probability=float(answer["score"][rank]),
                alignment=_alignment(answer, rank) if asked.alignments else None,
            )
            for rank in range(asked.n_best)
        ]
        return SentenceTranslations(truncated=bool(answer.get("truncated", False)), hypotheses=hypotheses)


def _alignment(answer: dict, rank: int) -> WordAlignment:
    source, target = ([token.decode("utf-8") for token in tokens] for tokens in _tokens(answer, rank))
    weights, source, target = word_alignment(answer["alignments"][rank], source, target)
    rows = [[round(float(weight), 4) for weight in row] for row in weights]
    return WordAlignment(source_words=source, target_words=target, weights=rows)


def _tokens(answer: dict, rank: int):
    return answer["source_tokens"], answer["tokens"][rank]
