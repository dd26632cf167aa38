"""Text in, text out: the one graph that evaluates, translates and is exported."""

import tensorflow as tf

from rnnapps.decoding import Hypotheses, beam_search, greedy, tile_beams
from rnnapps.text.tokenizer import END_ID, PAD_ID, START_ID, UNK_ID

from .config import DecodeConfig
from .data import Tokenizers
from .model import Translator

TEXT = tf.TensorSpec([None], tf.string, "text")


class TextTranslator(tf.Module):
    """A translator from strings to strings, with everything that training did to the text inside.

    Training scores validation sentences with it, `export` saves it, and `translate` and `evaluate` load what
    was saved, so that none of them can differ. Any bytes are valid input: those that are not UTF-8 are read
    as U+FFFD. A text without any visible character is translated by the empty string with score 0.

    Args:
        model: a built `Translator`; its weights are shared, not copied.
        tokenizers: of both languages.
        decode: how a translation is searched for.
    """

    def __init__(self, model: Translator, tokenizers: Tokenizers, decode: DecodeConfig):
        super().__init__(name="text_translator")
        # A SavedModel shall hold variables and assets but no Keras layer, or loading it would ask for the
        # classes: the model itself lives in closures only.
        self.weights = [weight.value for weight in model.weights]
        self.tokenizers = list(tokenizers)
        self.serving_default = tf.function(
            lambda text: _translate(model, tokenizers, decode, text), input_signature=[TEXT], autograph=False
        )
        self.n_best = tf.function(
            lambda text: _n_best(model, tokenizers, decode, text), input_signature=[TEXT], autograph=False
        )


def _translate(model: Translator, tokenizers: Tokenizers, decode: DecodeConfig, text: tf.Tensor) -> dict:
    source, blank, count = _read(tokenizers, text)
    found = search(model, source, decode, alignments=False)
    best = tokenizers.target.decode(found.tokens[:, 0])
    return {
        "text": tf.where(blank, "", best)[:count],
        "score": tf.where(blank, 0.0, found.log_probs[:, 0])[:count],
    }


def _n_best(model: Translator, tokenizers: Tokenizers, decode: DecodeConfig, text: tf.Tensor) -> dict:
    source, blank, count = _read(tokenizers, text)
    found = search(model, source, decode, n_best=decode.beam_size)
    rows, hypotheses, _ = tf.unstack(tf.shape(found.tokens))
    flat = tf.reshape(found.tokens, [rows * hypotheses, -1])
    texts = tf.reshape(tokenizers.target.decode(flat), [rows, hypotheses])
    tokens = tf.reshape(tokenizers.target.pieces(flat), tf.shape(found.tokens))
    answers = {
        "text": tf.where(blank[:, None], "", texts),
        "score": tf.where(blank[:, None], 0.0, found.log_probs),
        "ranking": tf.where(blank[:, None], 0.0, found.scores),
        "tokens": tf.where(blank[:, None, None], "", tokens),
        "source_tokens": tokenizers.source.pieces(source),
        "alignments": tf.where(blank[:, None, None, None], 0.0, found.alignments),
    }
    return {name: answer[:count] for name, answer in answers.items()}


def _read(tokenizers: Tokenizers, text: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Ids (N, S), which rows are blank (N,), and how many rows were asked for."""
    count = tf.size(text)
    # Loops over an empty batch have no longest row: one blank row stands in, and is cut off at the end.
    text = tf.concat([text, tf.fill([tf.cast(count == 0, tf.int32)], "")], axis=0)
    ids = tokenizers.source.encode(text)
    return ids.to_tensor(PAD_ID), tf.equal(ids.row_lengths(), 1), count


def search(
    model: Translator, source: tf.Tensor, decode: DecodeConfig, n_best: int = 1, alignments: bool = True
) -> Hypotheses:
    """Decodes source ids.

    Args:
        model: a built `Translator`.
        source: (B, S) ids, the end symbol in every row.
        decode: beam size, penalties and the cap on length.
        n_best: hypotheses per row, at most the beam size.
        alignments: False spares the memory of the alignments; the coverage penalty keeps them anyway.
    """
    values, mask, initial_state = model.encode(source)
    memory = model.decoder.prepare(values, mask)
    states = model.decoder.initial_states(memory, initial_state)
    lengths = tf.cast(tf.math.count_nonzero(mask, axis=1), tf.float32)
    options = {
        "start_id": START_ID,
        "end_id": END_ID,
        "max_lengths": tf.cast(lengths * decode.max_length_ratio, tf.int32) + decode.max_length_extra,
        "forbidden_ids": (PAD_ID, UNK_ID, START_ID),
    }
    keep = alignments or decode.coverage_penalty > 0
    if decode.beam_size == 1:
        return greedy(_step(model, memory, keep), states, **options)
    return beam_search(
        _step(model, tile_beams(memory, decode.beam_size), keep),
        states,
        beam_size=decode.beam_size,
        length_penalty=decode.length_penalty,
        coverage_penalty=decode.coverage_penalty,
        coverage_mask=mask,
        n_best=n_best,
        **options,
    )


def _step(model: Translator, memory, alignments: bool):
    def step(tokens, states):
        logits, states, alignment = model.decoder.step(tokens, states, memory)
        return logits, states, alignment if alignments else None

    return step
