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
from .text_translator import search

EXAMPLES, TOGETHER = 300, 32  # sentences that units are looked for in
SALIENCY_CAPTION = (
    "Red: without that source token (zeros in its place) the target token of the row would be less "
    "likely; blue: it would be likelier. Each row sums to the log-probability of its token minus that for a source of "
    "zeros. By integrated gradients."
)


def inspected(folder: RunFolder, text: str) -> Subject:
    """The subject of `rnnapps.inspection.look` for a run and a sentence.

    Raises:
        FileNotFoundError: the run has not ended.
    """
    config = folder.config()
    model, tokenizers = load_network(folder)
    source = tokenizers.source.encode([text]).to_tensor(PAD_ID)
    found = search(model, source, config.decode)
    length = int(found.lengths[0, 0])
    target = found.tokens[:, 0, :length]
    translation = tokenizers.target.decode(target).numpy()[0].decode()
    return Subject(
        name=file_name(text),
        title=f"{text}\n→ {translation}",
        model=model,
        example=_example(model, tokenizers, source, target, [text]),
        step_name=lambda layer: "target token, as the decoder reads it" if _decodes(layer) else "source token",
        pictures={"saliency": lambda: _saliency(model, tokenizers, source, target)},
        data_set=lambda: _sentences(model, tokenizers, folder),
    )


def _example(
    model: Translator, tokenizers: Tokenizers, source: tf.Tensor, target: tf.Tensor, texts: Sequence[str]
) -> Example:
    read = tf.pad(target, [[0, 0], [1, 0]], constant_values=START_ID)[:, :-1]

    def labels(layer: str, _: int) -> list[list[str]]:
        ids, tokenizer = (read, tokenizers.target) if _decodes(layer) else (source, tokenizers.source)
        return [_labels(tokenizer, row) for row in ids]

    return Example(run=lambda: model((source, read)), labels=labels, titles=texts, inputs=(source, read))


def _saliency(model: Translator, tokenizers: Tokenizers, source: tf.Tensor, target: tf.Tensor) -> Picture:
    read = tf.pad(target, [[0, 0], [1, 0]], constant_values=START_ID)[:, :-1]
    embedded = model.source_embedding(source)[0]

    def log_probabilities(points):
        rows = tf.shape(points)[0]
        mask = tf.ones(tf.shape(points)[:2], tf.bool)
        memory, initial = model.encode_embedded(points, mask)
        logits = model.decoder(tf.repeat(read, rows, axis=0), values=memory, mask=mask, initial_state=initial)
        return tf.gather(
            tf.nn.log_softmax(tf.cast(logits, tf.float32)), tf.repeat(target, rows, axis=0), axis=2, batch_dims=2
        )

    found = complete_attribution(log_probabilities, [embedded], [tf.zeros_like(embedded)])
    one = LabelledMap(
        name="saliency",
        values=found.values[0].sum(axis=-1),
        rows=tuple(_labels(tokenizers.target, target[0])),
        columns=tuple(_labels(tokenizers.source, source[0])),
        row_name="target token",
        column_name="source token",
        unit="contribution to log P",
        signed=True,
        about="what each source token adds to the log-probability of each target token",
    )
    return Picture([one], SALIENCY_CAPTION)


def _sentences(model: Translator, tokenizers: Tokenizers, folder: RunFolder) -> Iterator[Example]:
    """The test side, with its references as what the decoder reads."""
    pairs = read_corpus(folder.config().data).test
    pairs = pairs.take(np.unique(np.linspace(0, len(pairs) - 1, EXAMPLES).astype(int)))
    for start in range(0, len(pairs), TOGETHER):
        some = pairs.take(range(start, min(start + TOGETHER, len(pairs))))
        source, target = tokenizers.source.encode(some.source), tokenizers.target.encode(some.target)
        yield _example(model, tokenizers, source.to_tensor(PAD_ID), target.to_tensor(PAD_ID), some.source)


def _labels(tokenizer, ids: tf.Tensor) -> list[str]:
    """Of the tokens of a row that are no padding."""
    ids = tf.boolean_mask(ids, ids != PAD_ID)
    pieces = tokenizer.pieces(ids[None])[0].numpy()
    return [
        "(start)" if number == START_ID else token_label(piece.decode())
        for number, piece in zip(ids.numpy(), pieces, strict=True)
    ]


def _decodes(layer: str) -> bool:
    return layer.startswith("decoder/")
