"""The Keras sides of `benchmarks.translation`: rnnapps' translator and the plain one, each a process of its own.

python -m benchmarks.translator_sides WORKLOAD SIDE CELL EMBEDDING UNITS LABEL_SMOOTHING
"""

from __future__ import annotations

import dataclasses
import sys

import keras
import numpy as np
import tensorflow as tf

from apps.translation.config import DecodeConfig, ModelConfig
from apps.translation.data import Tokenizers
from apps.translation.model import Translator, build_translator
from apps.translation.text_translator import TextTranslator
from benchmarks.plain_translator import PlainTranslator, PlainTranslatorProjectingInside, plain_loss
from benchmarks.side_process import serve
from benchmarks.translation_workload import END, Workload
from rnnapps.freed_memory import keep_freed_memory
from rnnapps.losses import SmoothedCrossEntropy
from rnnapps.metrics import TokenAccuracy
from rnnapps.text.tokenizer import Tokenizer
from rnnapps.training import EpochData, optimizer

KEEPING = "freed memory kept"  # so ends the name of a side whose process does
PLAIN = {
    "plain": PlainTranslator,
    f"plain, {KEEPING}": PlainTranslator,
    "plain, vocabulary inside the loop": PlainTranslatorProjectingInside,
}
LEARNING_RATE = 1e-3
CLIP_NORM = 1.0


def translator(workload: Workload, cell: str, embedding: int, units: int, label_smoothing: float) -> Translator:
    """rnnapps' side, compiled as `apps.translation.training_run.prepare` does."""
    config = ModelConfig(
        cell=cell,
        units=units,
        embedding_dim=embedding,
        attention_units=units,
        readout_units=units,
        tie_embeddings="none",
        dropout=0.0,
    )
    model = build_translator(config, workload.vocabulary, workload.vocabulary)
    model.compile(
        optimizer=optimizer("adam", LEARNING_RATE, clip_norm=CLIP_NORM),
        loss=SmoothedCrossEntropy(label_smoothing),
        metrics=[TokenAccuracy()],
        jit_compile=False,
    )
    return model


def plain_translator(
    workload: Workload, cell: str, embedding: int, units: int, label_smoothing: float, side: str = "plain"
) -> PlainTranslator:
    """The other side, compiled with the same optimizer and metric."""
    model = PLAIN[side](workload.vocabulary, embedding, units, cell)
    model((np.ones((1, 2), np.int32), np.ones((1, 2), np.int32)))
    model.compile(
        optimizer=keras.optimizers.Adam(LEARNING_RATE, global_clipnorm=CLIP_NORM),
        loss=plain_loss(label_smoothing),
        metrics=[TokenAccuracy()],
        jit_compile=False,
    )
    return model


def counterparts(model: Translator, plain: PlainTranslator) -> list[tuple]:
    """Layers of both sides that hold the same weights in the same order."""
    decoder = model.decoder
    return [
        (model.source_embedding, plain.source_embedding),
        (model.target_embedding, plain.target_embedding),
        (model.encoder, plain.encoder),
        *zip(model.bridges, plain.bridges, strict=True),
        (decoder.attention, plain.attention),
        (decoder.cells[0], plain.cell),
        (decoder.readout_layer, plain.readout),
        (decoder.projection, plain.projection),
    ]


@dataclasses.dataclass(frozen=True)
class Parity:
    """How far the two sides are from each other on the same weights and batches.

    Args:
        loss: rnnapps' loss of the first batch.
        loss_difference: of the other side's loss of that batch, relative.
        gradient_difference: norm of the difference of the gradients there, relative to their norm.
        trained_difference: of the mean loss of a step on every batch, relative; None if there was no step.
    """

    loss: float
    loss_difference: float
    gradient_difference: float
    trained_difference: float | None = None


def check_parity(model: Translator, plain: PlainTranslator, workload: Workload) -> Parity:
    """Copies rnnapps' weights to the plain side, and compares loss, gradients and a step per batch.

    Raises:
        RuntimeError: the sides do not compute the same, so that comparing their speed would mean nothing.
    """
    layers = counterparts(model, plain)
    if model.count_params() != plain.count_params():
        raise RuntimeError(f"{model.count_params()} and {plain.count_params()} parameters: not the same model")
    for ours, theirs in layers:
        theirs.set_weights(ours.get_weights())
    (loss, gradients), (plain_loss, plain_gradients) = (
        _loss_and_gradients(side, [pair[i] for pair in layers], workload.batches[0])
        for i, side in enumerate((model, plain))
    )
    norm = lambda arrays: np.sqrt(sum(np.sum(np.square(array)) for array in arrays))
    gap = norm([a - b for a, b in zip(gradients, plain_gradients, strict=True)])
    parity = Parity(loss, abs(loss - plain_loss) / loss, float(gap / norm(gradients)))
    if not (parity.loss_difference < 1e-5 and parity.gradient_difference < 1e-3):
        raise RuntimeError(f"the sides do not compute the same, the comparison is void: {parity}")
    trained, plain_trained = (trainer(side, workload)()["loss"] for side in (model, plain))
    parity = dataclasses.replace(parity, trained_difference=abs(trained - plain_trained) / trained)
    if not parity.trained_difference < 1e-3:
        raise RuntimeError(f"the sides do not learn the same, the comparison is void: {parity}")
    return parity


def _loss_and_gradients(model, layers, batch):
    inputs, target = batch
    variables = [variable.value for layer in layers for variable in layer.trainable_variables]
    with tf.GradientTape() as tape:
        loss = model.compute_loss(inputs, target, model(inputs, training=True))
    return float(loss), [tf.convert_to_tensor(gradient).numpy() for gradient in tape.gradient(loss, variables)]


class SameBatches:
    """A workload's batches as every epoch."""

    def __init__(self, workload: Workload):
        self.batches = workload.batches

    def __len__(self) -> int:
        return len(self.batches)

    def epoch(self, epoch: int, start: int = 0):
        return iter(self.batches[start:])


def trainer(model: keras.Model, workload: Workload):
    """A function that trains on every batch once, through Keras's train function and the input pipeline of `fit`."""
    batches = SameBatches(workload)
    iterator = iter(EpochData(batches).stream())
    model.make_train_function()

    def train() -> dict:
        for _ in range(len(batches)):
            logs = model.train_function(iterator)
        loss = float(logs["loss"])
        return {"loss": loss, **about(model)}

    return train


def decoder(model: Translator, workload: Workload):
    """A function that translates texts with `TextTranslator`, every one to its cap: see `benchmarks.translation`."""
    projection = model.decoder.projection
    projection.bias.assign(np.where(np.arange(workload.vocabulary) == END, -1e9, 0.0))
    tokenizer = Tokenizer(workload.tokenizer)
    translators = {}

    def decode(beam_size: int, batch_size: int, sentences: list[int]) -> dict:
        if beam_size not in translators:
            config = DecodeConfig(
                beam_size=beam_size, length_penalty=1.0, coverage_penalty=0.0, max_length_ratio=1.0, max_length_extra=1
            )
            translators[beam_size] = TextTranslator(model, Tokenizers(tokenizer, tokenizer), config)
        texts = [workload.sentences[i] for i in sentences]
        for i in range(0, len(texts), batch_size):
            translators[beam_size].serving_default(tf.constant(texts[i : i + batch_size]))["text"].numpy()
        return about(model)

    return decode


def about(model: keras.Model) -> dict:
    """What to write beside the figures."""
    versions = f"Keras {keras.__version__}, TensorFlow {tf.__version__}"
    return {"parameters": model.count_params(), "versions": versions}


def main() -> None:
    path, side, cell, embedding, units, label_smoothing = sys.argv[1:]
    workload = Workload.load(path)
    if side == "rnnapps" or side.endswith(KEEPING):
        keep_freed_memory()  # as the commands of rnnapps do
    sizes = (workload, cell, int(embedding), int(units), float(label_smoothing))
    keras.utils.set_random_seed(1)
    if side == "rnnapps":
        model = translator(*sizes)
        serve({"train": trainer(model, workload), "decode": decoder(model, workload)})
    else:
        serve({"train": trainer(plain_translator(*sizes, side), workload)})


if __name__ == "__main__":
    main()
