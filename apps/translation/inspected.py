"""What a look inside a translator can show of one sentence, and of the sentences it was tested on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import tensorflow as tf

from rnnapps.inspection.integrated_gradients import complete_attribution
from rnnapps.inspection.labelled_map import LabelledMap
from rnnapps.inspection.look import Example, Picture, Subject, file_name
from rnnapps.text.tokenizer import PAD_ID, START_ID

from .data import Tokenizers, read_corpus
from .export import load_network
from .heat_map import token_label
from .model import Translator
from .run_folder import RunFolder
from .text_translator import read, search, source_tokens

EXAMPLES, TOGETHER = 300, 32  # sentences that units are looked for in
LONGEST = 100  # tokens that saliency can be drawn of; its work grows with the cube of their number
AT_ONCE = 2**24  # logits that are in memory at a time
SALIENCY_CAPTION = (
    "Red: on the way from a source of nothing (embeddings of zeros) to this one, that source token made the target "
    "token of the row likelier; blue: less likely. Each row {sums_to} the log-probability of its token minus that for "
    "a source of nothing. By integrated gradients."
)


def inspected(folder: RunFolder, text: str | None) -> Subject:
    """The subject of `rnnapps.inspection.look` for a run and a sentence; None where only units are asked for.

    Raises:
        FileNotFoundError: the run has not ended.
        ValueError: a text without anything to translate.
    """
    decode = folder.config().decode
    model, tokenizers = load_network(folder)
    data_set = lambda: _sentences(model, tokenizers, folder)
    if text is None:
        return Subject("", "", model, None, {}, data_set)
    source = read(tokenizers, decode, tf.constant([text]))
    if source.blank[0]:
        raise ValueError("--text holds nothing to translate")
    found = search(model, source.ids, decode)
    target = found.tokens[:, 0, : int(found.lengths[0, 0])]
    translation = tokenizers.target.decode(target).numpy()[0].decode()
    cut = f" (its first {decode.max_source_tokens} tokens)" if source.truncated[0] else ""
    tokens = _labels(source_tokens(tokenizers, source)), _labels(tokenizers.target.pieces(target))
    return Subject(
        name=file_name(text),
        title=f"{text}{cut}\n→ {translation}",
        model=model,
        example=_example(model, source.ids, target, *tokens, [text]),
        pictures={"saliency": lambda: _saliency(model, source.ids, target, *tokens)},
        data_set=data_set,
    )


def _example(
    model: Translator,
    source: tf.Tensor,
    target: tf.Tensor,
    source_labels: list[list[str]],
    target_labels: list[list[str]],
    texts: Sequence[str],
) -> Example:
    before = _shifted(target)
    labels_before = [["(start)", *row[:-1]] for row in target_labels]
    return Example(
        run=lambda: model((source, before)),
        labels=lambda layer, _: labels_before if _decodes(layer) else source_labels,
        step_name=lambda layer: "target token, as the decoder reads it" if _decodes(layer) else "source token",
        titles=texts,
        inputs=(source, before),
    )


def _saliency(
    model: Translator,
    source: tf.Tensor,
    target: tf.Tensor,
    source_labels: list[list[str]],
    target_labels: list[list[str]],
) -> Picture:
    tokens = max(source.shape[1], target.shape[1])
    if tokens > LONGEST:
        raise ValueError(f"--look saliency: {tokens} tokens are too long for a picture, {LONGEST} at most")
    before = _shifted(target)
    embedded = model.source_embedding(source)[0]

    def log_probabilities(points):
        rows = tf.shape(points)[0]
        mask = tf.ones(tf.shape(points)[:2], tf.bool)
        memory, initial = model.encode_embedded(points, mask)
        logits = model.decoder(tf.repeat(before, rows, axis=0), values=memory, mask=mask, initial_state=initial)
        return tf.gather(
            tf.nn.log_softmax(tf.cast(logits, tf.float32)), tf.repeat(target, rows, axis=0), axis=2, batch_dims=2
        )

    logits = target.shape[1] * model.target_embedding.input_dim
    together = int(np.clip(AT_ONCE // logits, 1, 256))
    found = complete_attribution(log_probabilities, [embedded], [tf.zeros_like(embedded)], batch_size=together)
    one = LabelledMap(
        name="saliency",
        values=found.values[0].sum(axis=-1),
        rows=tuple(target_labels[0]),
        columns=tuple(source_labels[0]),
        row_name="target token",
        column_name="source token",
        unit="contribution to log P",
        signed=True,
        about="what each source token adds to the log-probability of each target token",
    )
    return Picture([one], SALIENCY_CAPTION.format(sums_to=found.sums_to), found.arrays)


def _sentences(model: Translator, tokenizers: Tokenizers, folder: RunFolder) -> Iterator[Example]:
    """The test side, with its references as what the decoder reads."""
    config = folder.config()
    pairs = read_corpus(config.data).test
    pairs = pairs.take(np.unique(np.linspace(0, len(pairs) - 1, EXAMPLES).astype(int)))
    for start in range(0, len(pairs), TOGETHER):
        some = pairs.take(range(start, min(start + TOGETHER, len(pairs))))
        source = read(tokenizers, config.decode, tf.constant(some.source))
        target = tokenizers.target.encode(some.target).to_tensor(PAD_ID)
        labels = (
            _labels(source_tokens(tokenizers, source)),
            _labels(tokenizers.target.pieces_of(some.target).to_tensor()),
        )
        yield _example(model, source.ids, target, *labels, some.source)


def _shifted(target: tf.Tensor) -> tf.Tensor:
    """What the decoder reads: the start symbol, and every target token but the last."""
    return tf.pad(target, [[0, 0], [1, 0]], constant_values=START_ID)[:, :-1]


def _labels(pieces: tf.Tensor) -> list[list[str]]:
    """Of pieces (B, L), empty behind the end of a row."""
    return [[token_label(piece.decode()) for piece in row if piece] for row in pieces.numpy()]


def _decodes(layer: str) -> bool:
    return layer.startswith("decoder/")
