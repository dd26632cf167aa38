"""A trained translator for LiteRT: token ids in, token ids out, the search between them included."""

from __future__ import annotations

from collections.abc import Mapping

import tensorflow as tf

from rnnapps.export_litert import LiteRTModel
from rnnapps.text.tokenizer import END_ID, SPECIAL_IDS

from .config import DecodeConfig
from .data import Tokenizers
from .model import Translator
from .text_translator import search

ABOUT = """Answers as `serving_default` of the SavedModel, a text at a time and in token ids: {search}. Strings stay
outside, with SentencePiece (C++, Java, Swift, Python): of a text in Unicode NFKC, with one space for each run of white
space and control characters and none at the ends, `{source}` makes the ids, and {end} ends them. The text is what
`{target}` makes of the ids from {first} on. Nothing is refused or cut: at most {longest} ids go in, and a text without
a visible character needs no translation."""


def litert_model(
    run: str, model: Translator, tokenizers: Tokenizers, decode: DecodeConfig, metrics: Mapping
) -> LiteRTModel:
    """What `export_litert` converts.

    Args:
        run: name of the run.
        model: with its weights.
        tokenizers: of both languages.
        decode: how a translation is searched for.
        metrics: content of the run's metrics.json; empty when nothing has been measured.
    """

    def answer(source_ids):
        found = search(model, source_ids, decode, alignments=False)
        return {"target_ids": found.tokens[:, 0], "score": found.log_probs[:, 0]}

    files = tokenizers.files
    source_ids = tf.TensorSpec((1, None), tf.int32, "source_ids")
    return LiteRTModel(
        title=f"Translator `{run}` for LiteRT",
        about=ABOUT.format(
            search="greedily" if decode.beam_size == 1 else f"by a search with {decode.beam_size} beams",
            source=next(iter(files)),
            target=list(files)[-1],
            end=END_ID,
            first=SPECIAL_IDS,
            longest=decode.max_source_tokens,
        ),
        signatures={
            "serving_default": tf.function(answer, autograph=False).get_concrete_function(source_ids=source_ids)
        },
        weights=model.variables,
        meanings={
            "source_ids": f"tokens of the text, {END_ID} at the end",
            "target_ids": f"tokens of the translation, {END_ID} at the end unless it was cut",
            "score": "its log-probability, natural, the end included",
        },
        licence=metrics.get("data", {}).get("licence", "unknown"),
        metadata={"end_id": END_ID, "first_piece": SPECIAL_IDS, "max_source_tokens": decode.max_source_tokens},
        files={name: tokenizer.model_bytes for name, tokenizer in files.items()},
    )
