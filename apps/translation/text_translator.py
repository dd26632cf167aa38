"""Text in, text out: the one graph that evaluates, translates and is exported."""

from typing import NamedTuple

import tensorflow as tf

from rnnapps.decoding import Hypotheses, beam_search, greedy, sample
from rnnapps.text.tokenizer import END_ID, PAD_ID, START_ID, UNK_ID, normalize

from .config import DecodeConfig
from .data import Tokenizers
from .model import Translator

INVISIBLE = r"[\p{Cf} ]*"  # format characters, such as spaces without width
TEXT = tf.TensorSpec([None], tf.string, "text")
SAMPLING = [
    TEXT,
    tf.TensorSpec([2], tf.int32, "seed"),
    tf.TensorSpec([], tf.float32, "temperature"),
    tf.TensorSpec([], tf.int32, "top_k"),
    tf.TensorSpec([], tf.float32, "top_p"),
]


class TextTranslator(tf.Module):
    """A translator from strings to strings, with everything that training did to the text inside.

    Training scores validation sentences with it, `export` saves it, and `translate` and `evaluate` load what
    was saved, so that none of them can differ. Any bytes are valid input: those that are not UTF-8 are read
    as U+FFFD. A text without any visible character is translated by the empty string with score 0. Of a text
    with more than `decode.max_source_tokens` only those are translated, and `truncated` says so.

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
        self.sample = tf.function(
            lambda text, seed, temperature, top_k, top_p: _sample(
                model, tokenizers, decode, text, seed=seed, temperature=temperature, top_k=top_k, top_p=top_p
            ),
            input_signature=SAMPLING,
            autograph=False,
        )


class Source(NamedTuple):
    """Texts as the model reads them; a row more than was asked for when none was."""

    ids: tf.Tensor  # N, S
    blank: tf.Tensor  # N bool: nothing to translate
    truncated: tf.Tensor  # N bool: longer than what is read
    texts: tf.Tensor  # N string
    count: tf.Tensor  # how many rows were asked for


def _translate(model: Translator, tokenizers: Tokenizers, decode: DecodeConfig, text: tf.Tensor) -> dict:
    source = read(tokenizers, decode, text)
    return _first(tokenizers, source, search(model, source.ids, decode, alignments=False))


def _sample(model: Translator, tokenizers: Tokenizers, decode: DecodeConfig, text: tf.Tensor, **how) -> dict:
    source = read(tokenizers, decode, text)
    memory, states, options, _ = _prepare(model, source.ids, decode)
    step = _step_with(model, memory)
    return _first(tokenizers, source, sample(step, states, alignments=False, **how, **options))


def _first(tokenizers: Tokenizers, source: Source, found: Hypotheses) -> dict:
    answers = {
        "text": tf.where(source.blank, "", tokenizers.target.decode(found.tokens[:, 0])),
        "score": tf.where(source.blank, 0.0, found.log_probs[:, 0]),
        "truncated": source.truncated,
    }
    return {name: answer[: source.count] for name, answer in answers.items()}


def _n_best(model: Translator, tokenizers: Tokenizers, decode: DecodeConfig, text: tf.Tensor) -> dict:
    source = read(tokenizers, decode, text)
    found = search(model, source.ids, decode, n_best=decode.beam_size)
    rows, hypotheses, _ = tf.unstack(tf.shape(found.tokens))
    flat = tf.reshape(found.tokens, [rows * hypotheses, -1])
    texts = tf.reshape(tokenizers.target.decode(flat), [rows, hypotheses])
    tokens = tf.reshape(tokenizers.target.pieces(flat), tf.shape(found.tokens))
    blank = source.blank[:, None]
    answers = {
        "text": tf.where(blank, "", texts),
        "score": tf.where(blank, 0.0, found.log_probs),
        "ranking": tf.where(blank, 0.0, found.scores),
        "tokens": tf.where(blank[..., None], "", tokens),
        "source_tokens": source_tokens(tokenizers, source),
        "alignments": tf.where(blank[..., None, None], 0.0, found.alignments),
        "truncated": source.truncated,
    }
    return {name: answer[: source.count] for name, answer in answers.items()}


def read(tokenizers: Tokenizers, decode: DecodeConfig, text: tf.Tensor) -> Source:
    """Texts (N,) as ids, of which no row has more than `decode.max_source_tokens`."""
    count = tf.size(text)
    # Loops over an empty batch have no longest row: one blank row stands in, and is cut off at the end.
    text = tf.concat([text, tf.fill([tf.cast(count == 0, tf.int32)], "")], axis=0)
    ids = tokenizers.source.encode(text)
    lengths, most = ids.row_lengths(), decode.max_source_tokens
    truncated = lengths > most
    ids = ids.to_tensor(PAD_ID)[:, :most]
    last = tf.range(tf.shape(ids)[1]) == most - 1
    ids = tf.where(truncated[:, None] & last, END_ID, ids)
    blank = tf.strings.regex_full_match(normalize(text), INVISIBLE)
    return Source(ids, blank, truncated, text, count)


def source_tokens(tokenizers: Tokenizers, source: Source) -> tf.Tensor:
    """Pieces (N, S), an unknown one as the characters that the user wrote."""
    written = tokenizers.source.pieces_of(source.texts).to_tensor("")[:, : tf.shape(source.ids)[1]]
    return tf.where(source.ids == END_ID, tokenizers.source.pieces(source.ids), written)


def search(
    model: Translator, source: tf.Tensor, decode: DecodeConfig, n_best: int = 1, alignments: bool = True
) -> Hypotheses:
    """Decodes source ids.

    Args:
        model: a built `Translator`.
        source: (B, S) ids, the end symbol in every row.
        decode: beam size, penalties and the cap on length.
        n_best: hypotheses per row, at most the beam size.
        alignments: False spares the memory of the alignments.
    """
    memory, states, options, mask = _prepare(model, source, decode)
    if decode.beam_size == 1:
        return greedy(_step_with(model, memory), states, alignments=alignments, **options)
    return beam_search(
        model.decoder.step,
        states,
        beam_size=decode.beam_size,
        length_penalty=decode.length_penalty,
        coverage_penalty=decode.coverage_penalty,
        coverage_mask=mask,
        memory=memory,
        n_best=n_best,
        alignments=alignments,
        **options,
    )


def _prepare(model: Translator, source: tf.Tensor, decode: DecodeConfig) -> tuple:
    """What every decoder starts from: the memory, the states, the symbols and caps, and the source's mask."""
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
    return memory, states, options, mask


def _step_with(model: Translator, memory):
    return lambda tokens, states: model.decoder.step(tokens, states, memory)
