"""The sides of `benchmarks.speech` that train and transcribe, each a process of its own.

python -m benchmarks.recognizer_sides SIDE NAME=VALUE...
"""

from __future__ import annotations

import dataclasses
import os
import sys
import tempfile

import keras
import numpy as np
import tensorflow as tf

from apps.speech_to_text.config import AugmentConfig, FeaturesConfig, ModelConfig, SpeechConfig, TrainConfig
from apps.speech_to_text.model import build_recognizer
from benchmarks.plain_recognizer import HOP, KERNEL, STRIDES, WINDOW, PlainRecognizer
from benchmarks.side_process import serve
from benchmarks.speech_workload import CLIP_NORM, LEARNING_RATE, Workload
from benchmarks.step_clock import StepClock
from rnnapps.freed_memory import keep_freed_memory
from rnnapps.operation_threads import WIDEST_SMALL_STATE, one_thread_per_operation
from rnnapps.training import EpochData, fit, optimizer_of

OURS, SETTINGS = "rnnapps", "plain, memory and threads set as rnnapps' commands set them"
# Side -> arguments of `PlainSide`.
PLAIN = {
    "plain": {},
    "plain, features computed beforehand": {"beforehand": True},
    "plain, sparse CTC loss": {"sparse_loss": True},
    "plain, jit_compile as Keras chooses": {"jit_compile": "auto"},
    SETTINGS: {},
    f"{SETTINGS}, sparse CTC loss": {"sparse_loss": True},
}


class OurSide:
    """rnnapps' side: the recogniser of `apps.speech_to_text` by the functions that `train` calls."""

    def __init__(self, workload: Workload):
        self.workload = workload
        both = not workload.streaming
        self.config = SpeechConfig(
            features=FeaturesConfig(
                rate=workload.rate,
                bands=workload.bands,
                window=WINDOW,
                hop=HOP,
                normalization="utterance" if both else "running",
            ),
            # Nothing by chance, so that the sides can be compared by value.
            augment=AugmentConfig(speed=0.0, gain=0.0, noise=0.0, time_masks=0, frequency_masks=0),
            model=ModelConfig(
                convolutions="time",
                subsampling=int(np.prod(STRIDES)),
                filters=workload.filters,
                kernel_size=KERNEL,
                causal=workload.streaming,
                cell=workload.cell,
                units=workload.units,
                layers=workload.layers,
                bidirectional=both,
                dropout=0.0,
            ),
            train=TrainConfig(learning_rate=LEARNING_RATE, clip_norm=CLIP_NORM),
        )
        self.model = build_recognizer(self.config, workload.symbols)
        self.model.compile(optimizer=optimizer_of(self.config.train, 1000), jit_compile=False)

    def train(self, rounds: int) -> dict:
        """All batches `rounds` times by `rnnapps.training.fit`."""
        clock = StepClock(warm_up=self.workload.batches - 1)  # the first round over the batches
        batches = InTurn(self.workload, rounds)
        with tempfile.TemporaryDirectory() as folder:
            fit(self.model, EpochData(batches), epochs=1, run_dir=folder, callbacks=[clock], verbose=0)
        return clock.times.answer() | about(self.model)


class PlainSide:
    """The plain side.

    Args:
        workload: what to learn from.
        sparse_loss: as of `PlainRecognizer`.
        beforehand: features are computed once, before training.
        jit_compile: as in `keras.Model.compile`.
    """

    def __init__(
        self,
        workload: Workload,
        sparse_loss: bool = False,
        beforehand: bool = False,
        jit_compile: bool | str = False,
    ):
        self.workload, self.beforehand = workload, beforehand
        self.model = PlainRecognizer(workload, sparse_loss)
        self.model({"waveform": np.zeros((1, workload.rate), "float32"), "length": np.array([workload.rate], "int32")})
        self.model.compile(
            optimizer=keras.optimizers.Adam(LEARNING_RATE, global_clipnorm=CLIP_NORM), jit_compile=jit_compile
        )

    def train(self, rounds: int) -> dict:
        """All batches `rounds` times by `keras.Model.fit`."""
        clock = StepClock(warm_up=self.workload.batches - 1)  # the first round over the batches
        data = self.data(rounds)
        self.model.fit(data, steps_per_epoch=rounds * self.workload.batches, callbacks=[clock], verbose=0)
        return clock.times.answer() | about(self.model)

    def data(self, rounds: int) -> tf.data.Dataset:
        """The batches as a Keras user feeds them: from memory, made ready ahead of the step."""
        batches = self.workload.training()
        if self.beforehand:
            batches = [(self.features(inputs), labels) for inputs, labels in batches]
        inputs, labels = batches[0]
        free = lambda array: tf.TensorSpec([None] * array.ndim, array.dtype)
        signature = ({name: free(array) for name, array in inputs.items()}, free(labels))
        data = tf.data.Dataset.from_generator(lambda: iter(batches * rounds), output_signature=signature)
        return data.prefetch(4)

    def features(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Features and true frames of a batch, as arrays."""
        features, frames = self.model.features(inputs["waveform"], inputs["length"])
        return {"features": features.numpy(), "frames": np.asarray(frames)}


class InTurn:
    """Batches in their order, again and again, as `EpochData` takes them."""

    def __init__(self, workload: Workload, rounds: int):
        self.batches = workload.training() * rounds

    def __len__(self) -> int:
        return len(self.batches)

    def epoch(self, epoch: int, start: int = 0):
        return iter(self.batches[start:])


@dataclasses.dataclass(frozen=True)
class Parity:
    """How far the sides are from each other with the same weights on the same recordings, relative.

    Fields:
        loss: rnnapps' loss.
        loss_difference: of the plain side's.
        gradient_difference: norm of the difference of the gradients, relative to their norm.
        posterior_difference: largest difference of a log probability of a true frame.
    """

    loss: float
    loss_difference: float
    gradient_difference: float
    posterior_difference: float


def check_parity(ours: OurSide, plain: PlainSide) -> Parity:
    """Copies rnnapps' weights to the plain side and compares loss, gradients and posteriors.

    Raises:
        RuntimeError: the sides do not compute the same, so that comparing their speed would mean nothing.
    """
    if (mine := trainable(ours.model)) != (theirs := trainable(plain.model)):
        raise RuntimeError(f"{mine} and {theirs} trainable parameters: not the same network")
    copy_weights(ours, plain)
    inputs, labels = ours.workload.training()[0]
    found = [
        _loss_and_gradients(side, inputs, labels, pairs)
        for side, pairs in zip((ours, plain), layers(ours, plain), strict=True)
    ]
    (loss, gradients, logits), (plain_loss, plain_gradients, plain_logits) = found
    norm = lambda arrays: float(np.sqrt(sum(np.sum(np.square(array)) for array in arrays)))
    gap = norm([a - b for a, b in zip(gradients, plain_gradients, strict=True)])
    parity = Parity(
        loss, abs(loss - plain_loss) / loss, gap / norm(gradients), float(np.abs(logits - plain_logits).max())
    )
    if not (parity.loss_difference < 1e-4 and parity.gradient_difference < 1e-3 and parity.posterior_difference < 1e-3):
        raise RuntimeError(f"the sides do not compute the same, the comparison is void: {parity}")
    return parity


def layers(ours: OurSide, plain: PlainSide) -> tuple[list, list]:
    """Layers with weights, of either side in the same order."""
    subsampling = ours.model.convolutions
    mine = [*subsampling.convolutions, *subsampling.norms, *ours.model.recurrent, ours.model.dense]
    return mine, [*plain.model.convolutions, *plain.model.norms, *plain.model.recurrent, plain.model.dense]


def copy_weights(ours: OurSide, plain: PlainSide) -> None:
    """Gives the plain side rnnapps' weights."""
    for mine, theirs in zip(*layers(ours, plain), strict=True):
        theirs.set_weights(mine.get_weights())


def _loss_and_gradients(side, inputs, labels, with_weights):
    with tf.GradientTape() as tape:
        outputs = side.model({name: tf.constant(array) for name, array in inputs.items()}, training=True)
        loss = side.model.compute_loss(inputs, tf.constant(labels), outputs)
    weights = [weight.value for layer in with_weights for weight in layer.trainable_variables]
    gradients = [gradient.numpy() for gradient in tape.gradient(loss, weights)]
    log_probs = tf.nn.log_softmax(outputs["logits"]).numpy()
    real = np.arange(log_probs.shape[1]) < np.asarray(outputs["frames"])[:, None]
    return float(loss), gradients, log_probs[real]


def trainable(model: keras.Model) -> int:
    """How many numbers gradient descent changes."""
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def about(model: keras.Model) -> dict:
    """What to write beside the figures."""
    return {"parameters": trainable(model), "versions": f"Keras {keras.__version__}, TensorFlow {tf.__version__}"}


def as_commands_set(workload: Workload) -> None:
    """What rnnapps' commands set in their process."""
    keep_freed_memory()
    if workload.units <= WIDEST_SMALL_STATE:
        # As where the user has chosen no number.
        os.environ.pop("TF_NUM_INTRAOP_THREADS", None)
        one_thread_per_operation()


def main() -> None:
    side, *words = sys.argv[1:]
    workload = Workload.of(words)
    if side not in PLAIN or side.startswith(SETTINGS):
        as_commands_set(workload)
    keras.utils.set_random_seed(1)
    asked = PlainSide(workload, **PLAIN[side]) if side in PLAIN else OurSide(workload)
    serve({"train": asked.train})


if __name__ == "__main__":
    main()
