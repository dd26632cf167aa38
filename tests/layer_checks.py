"""The contract that every layer of the project keeps, whatever it computes inside.

A check takes a `Subject`, a kind of layer and how it is called, asserts one fact about all such layers, and is
named after the fact. What only recurrent layers promise is in `recurrent_checks.py`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

B, T, D = 4, 5, 4
SEQUENCES = np.random.default_rng(0).normal(size=(B, T, D)).astype("float32")
# Right padding, no padding, left padding with a hole, one valid step.
MASK = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [0, 1, 0, 1, 1], [0, 0, 1, 0, 0]], bool)
PADDED = np.where(MASK[:, :, None], SEQUENCES, np.float32(77.0))


@dataclass(frozen=True)
class Subject:
    """A kind of layer, and how it is called: `layer(*leading, sequences, mask=mask, **options)`."""

    make: Callable[..., keras.layers.Layer]  # a new layer that returns all it can
    leading: tuple[np.ndarray, ...] = ()  # (B, ...), arguments before the sequences (B, T, D) that the mask is of
    options: dict = field(default_factory=dict)
    # The first outputs; all others are "row", (B, ...). "steps": (B, T, ...); "alignment": (B, ..., T), float32.
    outputs: tuple[str, ...] = ("steps",)
    silent: bool = True  # a row without valid steps gives zeros and moves no weight

    def arguments(self, sequences, rows=slice(None)) -> list:
        return [*[argument[rows] for argument in self.leading], sequences]

    def run(self, layer, arguments, mask=None, **call) -> list[tf.Tensor]:
        return keras.tree.flatten(layer(*arguments, mask=mask, **self.options, **call))

    def with_kinds(self, outputs: list) -> list[tuple[str, np.ndarray]]:
        rest = ["row"] * (len(outputs) - len(self.outputs))
        return list(zip([*self.outputs, *rest], outputs, strict=True))


class Result(NamedTuple):
    """All outputs, and the gradients of the sum of squares of their valid part."""

    outputs: list[np.ndarray]
    inputs: list[np.ndarray]  # gradients for the floating-point arguments, the sequences' last
    weights: list[np.ndarray]


def outputs_and_gradients(subject: Subject, layer, arguments, mask=None, **call) -> Result:
    arguments = [tf.convert_to_tensor(x) for x in arguments]
    watched = [x for x in arguments if x.dtype.is_floating]
    with tf.GradientTape() as tape:
        tape.watch(watched)
        outputs = subject.run(layer, arguments, mask, **call)
        parts = [tf.cast(part, "float32") for part in outputs]
        if mask is not None and subject.outputs[0] == "steps":
            parts[0] = tf.boolean_mask(parts[0], valid_steps(layer, mask))
        loss = tf.add_n([tf.reduce_sum(part**2) for part in parts])
    gradients = flat(tape.gradient(loss, [*watched, *layer.trainable_variables]))
    return Result(flat(outputs), gradients[: len(watched)], gradients[len(watched) :])


def valid_steps(layer: keras.layers.Layer, mask: np.ndarray) -> np.ndarray:
    """`mask` in the order of the layer's output."""
    return mask[:, ::-1] if getattr(layer, "go_backwards", False) else mask


def flat(outputs) -> list[np.ndarray]:
    return [np.asarray(tf.convert_to_tensor(part)) for part in keras.tree.flatten(outputs)]


def functional_model(subject: Subject) -> tuple[keras.Model, list[np.ndarray]]:
    """A new layer as a model of unknown batch and time, and what to call it with."""
    data = [*subject.arguments(PADDED), MASK]
    *inputs, mask = [keras.Input((None, *x.shape[2:]), dtype=x.dtype.name) for x in data]
    return keras.Model([*inputs, mask], subject.run(subject.make(), inputs, mask)), data


def assert_close(values, expected, atol: float = 2e-5) -> None:
    for value, other in zip(flat(values), flat(expected), strict=True):
        # Small entries of a large gradient carry the rounding of its large ones.
        largest = max(1.0, float(np.max(np.abs(other), initial=0.0)))
        np.testing.assert_allclose(value, other, atol=atol * largest, rtol=1e-4)


def assert_finite(values) -> None:
    for value in flat(values):
        assert np.all(np.isfinite(value.astype("float32")))


# --------------------------------------------------------------------------------------- configuration


def every_constructor_argument_is_in_the_config(subject: Subject) -> None:
    layer = subject.make()
    classes = [c for c in type(layer).__mro__ if "__init__" in vars(c) and issubclass(c, keras.layers.Layer)]
    parameters = [p for c in classes for p in inspect.signature(c.__init__).parameters.values()]
    named = {p.name for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)}
    # Keras keeps these elsewhere: weights in the file, the cell as its arguments.
    elsewhere = {"self", "weights", "cell", "activity_regularizer", "autocast"}
    assert named - elsewhere <= set(layer.get_config())


def the_config_gives_the_same_config_again(subject: Subject) -> None:
    layer = subject.make()
    assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()


def a_layer_from_the_config_computes_the_same(subject: Subject) -> None:
    layer, arguments = subject.make(), subject.arguments(SEQUENCES)
    expected = subject.run(layer, arguments, MASK)
    again = type(layer).from_config(layer.get_config())
    subject.run(again, arguments)
    again.set_weights(layer.get_weights())
    assert_close(subject.run(again, arguments, MASK), expected, atol=0)


# ----------------------------------------------------------------------------------------------- masks


def a_padded_batch_equals_its_sequences_one_by_one(subject: Subject) -> None:
    """Outputs on valid steps, states, gradients for arguments and weights; whatever stands in the padding."""
    layer = subject.make()
    batch = outputs_and_gradients(subject, layer, subject.arguments(PADDED), MASK)
    steps, alone = valid_steps(layer, MASK), []
    for row, valid in enumerate(MASK):
        rows = slice(row, row + 1)
        alone.append(outputs_and_gradients(subject, layer, subject.arguments(SEQUENCES[rows, valid], rows)))
        for (kind, output), expected in zip(subject.with_kinds(batch.outputs), alone[row].outputs, strict=True):
            seen = {"steps": steps[row], "alignment": (..., valid), "row": ...}[kind]
            assert_close(output[row][seen], expected[0])
            if kind == "alignment":
                np.testing.assert_array_equal(output[row][..., ~valid], 0.0)
        *gradients, last = [gradient[row] for gradient in batch.inputs]
        assert_close([*gradients, last[valid]], [gradient[0] for gradient in alone[row].inputs], atol=1e-4)
    np.testing.assert_array_equal(batch.inputs[-1][~MASK], 0.0)
    summed = [sum(gradients) for gradients in zip(*[single.weights for single in alone], strict=True)]
    assert_close(batch.weights, summed, atol=1e-4)


def a_row_without_valid_steps_is_finite_and_has_no_influence(subject: Subject) -> None:
    layer = subject.make()
    batch = outputs_and_gradients(subject, layer, subject.arguments(PADDED), MASK)
    rows = [*range(B), 0]  # the first row a second time, now with all of its steps masked
    mask = np.concatenate([MASK, np.zeros((1, T), bool)])
    more = outputs_and_gradients(subject, layer, subject.arguments(PADDED[rows], rows), mask)
    assert_finite(more)
    assert_close([part[:B] for part in more.outputs], batch.outputs)
    assert_close([gradient[:B] for gradient in more.inputs], batch.inputs, atol=1e-4)
    np.testing.assert_array_equal(more.inputs[-1][B], 0.0)
    for kind, output in subject.with_kinds(more.outputs):
        if kind == "alignment" or (kind == "row" and subject.silent):
            np.testing.assert_array_equal(output[B], 0.0)
    if subject.silent:
        assert_close(more.weights, batch.weights, atol=1e-4)


# ----------------------------------------------------------------------------------- shapes and dtypes


def a_symbolic_call_knows_the_shapes_and_types_of_a_real_one(subject: Subject) -> None:
    model, _ = functional_model(subject)
    real = subject.run(subject.make(), subject.arguments(SEQUENCES), MASK)
    for symbolic, output in zip(model.outputs, real, strict=True):
        assert symbolic.dtype == output.dtype.name
        assert len(symbolic.shape) == len(output.shape)
        assert all(size in (None, shown) for size, shown in zip(symbolic.shape, output.shape, strict=True))
        assert symbolic.shape[-1] is not None or output.shape[-1] == T


def one_row_of_one_step_is_enough(subject: Subject) -> None:
    outputs = subject.run(subject.make(), [x[:1, :1] for x in subject.arguments(SEQUENCES)])
    assert_finite(outputs)
    for kind, output in subject.with_kinds(outputs):
        assert output.shape[0] == 1
        if kind == "alignment":
            np.testing.assert_array_equal(output, np.ones((1, *output.shape[1:-1], 1)))


def numpy_arrays_and_tensors_are_the_same(subject: Subject) -> None:
    layer, arguments = subject.make(), subject.arguments(PADDED)
    expected = subject.run(layer, [tf.constant(x) for x in arguments], tf.constant(MASK))
    assert_close(subject.run(layer, arguments, MASK), expected, atol=0)


def mixed_precision_computes_low_and_keeps_weights_high(subject: Subject) -> None:
    for policy, dtype in [("mixed_float16", tf.float16), ("mixed_bfloat16", tf.bfloat16)]:
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(policy)
        try:
            layer, arguments = subject.make(), subject.arguments(SEQUENCES)
            for kind, output in subject.with_kinds(subject.run(layer, arguments, MASK)):
                assert output.dtype == (tf.float32 if kind == "alignment" else dtype)
            assert {weight.dtype for weight in layer.trainable_weights} <= {"float32"}
            if policy == "mixed_float16":  # the narrower range
                assert_finite(outputs_and_gradients(subject, layer, arguments, MASK, training=True))
        finally:
            keras.config.set_dtype_policy(before)


# --------------------------------------------------------------------- graphs, files, training: slower


def batch_and_time_may_be_unknown_in_a_graph(subject: Subject) -> None:
    layer, arguments = subject.make(), subject.arguments(PADDED)
    expected = subject.run(layer, arguments, MASK)
    signature = [tf.TensorSpec((None, None, *x.shape[2:]), x.dtype) for x in (*arguments, MASK)]
    graph = tf.function(lambda *inputs: subject.run(layer, inputs[:-1], inputs[-1]), input_signature=signature)
    assert_close(graph(*arguments, MASK), expected)
    first = [x[:1, :3] for x in (*arguments, MASK)]
    assert_close(graph(*first), subject.run(layer, first[:-1], first[-1]))


def a_model_file_gives_the_same_outputs(subject: Subject, path) -> None:
    model, data = functional_model(subject)
    model.save(path)
    assert_close(keras.models.load_model(path)(data), model(data), atol=0)


def fit_takes_a_step_that_moves_every_weight(subject: Subject) -> None:
    model, data = functional_model(subject)
    model = keras.Model(model.inputs, model.outputs[0])
    before = model.get_weights()
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    history = model.fit(data, np.ones(model(data).shape, "float32"), batch_size=B, verbose=0)
    assert np.isfinite(history.history["loss"][0])
    moved = [np.abs(new - old).max() > 0 for new, old in zip(model.get_weights(), before, strict=True)]
    assert all(moved), [w.path for w, m in zip(model.weights, moved, strict=True) if not m]


CHECKS = (
    every_constructor_argument_is_in_the_config,
    the_config_gives_the_same_config_again,
    a_layer_from_the_config_computes_the_same,
    a_padded_batch_equals_its_sequences_one_by_one,
    a_row_without_valid_steps_is_finite_and_has_no_influence,
    a_symbolic_call_knows_the_shapes_and_types_of_a_real_one,
    one_row_of_one_step_is_enough,
    numpy_arrays_and_tensors_are_the_same,
    mixed_precision_computes_low_and_keeps_weights_high,
)
GRAPH_CHECKS = (batch_and_time_may_be_unknown_in_a_graph, fit_takes_a_step_that_moves_every_weight)
