"""The contract that every recurrent layer of the project keeps, whatever it computes inside.

A check takes `make`, a function of `return_sequences` and `return_state` that gives a new layer, asserts one
fact about such layers, and is named after the fact. `check_layer` runs all of them.
"""

import contextlib
import inspect
from collections.abc import Callable
from unittest import mock

import keras
import numpy as np
import tensorflow as tf

Make = Callable[..., keras.layers.Layer]

B, T, D = 4, 5, 4
SEQUENCES = np.random.default_rng(0).normal(size=(B, T, D)).astype("float32")
# Right padding, no padding, left padding with a hole, one valid step.
MASK = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1], [0, 1, 0, 1, 1], [0, 0, 1, 0, 0]], bool)
PADDED = np.where(MASK[:, :, None], SEQUENCES, np.float32(77.0))
ALL_OUTPUTS = {"return_sequences": True, "return_state": True}
EVERY_OUTPUT = [
    {"return_sequences": sequences, "return_state": state} for sequences in (False, True) for state in (False, True)
]


def flat(outputs) -> list[np.ndarray]:
    return [np.asarray(part) for part in keras.tree.flatten(outputs)]


def valid_steps(layer: keras.layers.Layer, mask: np.ndarray) -> np.ndarray:
    """`mask` in the order of the layer's output."""
    return mask[:, ::-1] if getattr(layer, "go_backwards", False) else mask


def same_weights(source: keras.layers.Layer, target: keras.layers.Layer) -> keras.layers.Layer:
    if not target.built:
        target.build(SEQUENCES.shape)
    target.set_weights(source.get_weights())
    return target


def outputs_and_gradients(layer: keras.layers.Layer, sequences, mask=None, **call) -> tuple[list, list]:
    """All outputs, and the gradients of their valid part's sum of squares for the input and the weights."""
    sequences = tf.convert_to_tensor(sequences)
    with tf.GradientTape() as tape:
        tape.watch(sequences)
        outputs = keras.tree.flatten(layer(sequences, mask=mask, **call))
        parts = [tf.cast(part, "float32") for part in outputs]
        if mask is not None and parts[0].shape.rank == 3:
            parts[0] = tf.boolean_mask(parts[0], valid_steps(layer, mask))
        loss = tf.add_n([tf.reduce_sum(part**2) for part in parts])
    return flat(outputs), flat(tape.gradient(loss, [sequences, *layer.trainable_variables]))


def assert_close(values, expected, atol: float = 2e-5) -> None:
    for value, other in zip(flat(values), flat(expected), strict=True):
        np.testing.assert_allclose(value, other, atol=atol, rtol=1e-4)


def assert_finite(values) -> None:
    for value in flat(values):
        assert np.all(np.isfinite(value.astype("float32")))


@contextlib.contextmanager
def keras_3_16():
    """Keras after pull request 23235: RNN, Bidirectional and TimeDistributed hand no mask on."""
    patches = contextlib.ExitStack()
    for layer in (keras.layers.RNN, keras.layers.Bidirectional, keras.layers.TimeDistributed):
        patches.enter_context(mock.patch.object(layer, "__init__", _then_no_masking(layer.__init__)))
        patches.enter_context(mock.patch.object(layer, "compute_mask", lambda self, inputs, mask=None: None))
    with patches:
        yield


def _then_no_masking(init):
    def without_masking(self, *args, **kwargs):
        init(self, *args, **kwargs)
        self.supports_masking = False

    return without_masking


# --------------------------------------------------------------------------------------- configuration


def every_constructor_argument_is_in_the_config(make: Make) -> None:
    layer = make()
    classes = [c for c in type(layer).__mro__ if "__init__" in vars(c) and issubclass(c, keras.layers.Layer)]
    parameters = [p for c in classes for p in inspect.signature(c.__init__).parameters.values()]
    named = {p.name for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)}
    # Keras keeps these elsewhere: weights in the file, the cell as its arguments.
    elsewhere = {"self", "weights", "cell", "activity_regularizer", "autocast"}
    assert named - elsewhere <= set(layer.get_config())


def the_config_gives_the_same_config_again(make: Make) -> None:
    layer = make(**ALL_OUTPUTS)
    assert type(layer).from_config(layer.get_config()).get_config() == layer.get_config()


def a_layer_from_the_config_computes_the_same(make: Make) -> None:
    layer = make(**ALL_OUTPUTS)
    expected = layer(SEQUENCES, mask=MASK)
    again = type(layer).from_config(layer.get_config())
    assert_close(same_weights(layer, again)(SEQUENCES, mask=MASK), expected, atol=0)


# ----------------------------------------------------------------------------------------------- masks


def a_padded_batch_equals_its_sequences_one_by_one(make: Make) -> None:
    """Outputs on valid steps, states, gradients for inputs and weights; whatever stands in the padding."""
    layer = make(**ALL_OUTPUTS)
    outputs, (input_gradient, *weight_gradients) = outputs_and_gradients(layer, PADDED, MASK)
    alone = [outputs_and_gradients(layer, SEQUENCES[row : row + 1, MASK[row]]) for row in range(B)]
    steps = valid_steps(layer, MASK)
    for row, (row_outputs, (row_input_gradient, *_)) in enumerate(alone):
        assert_close(outputs[0][row][steps[row]], row_outputs[0][0])
        assert_close([state[row] for state in outputs[1:]], [state[0] for state in row_outputs[1:]])
        assert_close(input_gradient[row][MASK[row]], row_input_gradient[0], atol=1e-4)
    np.testing.assert_array_equal(input_gradient[~MASK], 0.0)
    summed = [sum(rows) for rows in zip(*[gradients[1:] for _, gradients in alone], strict=True)]
    assert_close(weight_gradients, summed, atol=1e-4)


def the_last_output_is_that_of_the_sequence_alone(make: Make) -> None:
    """Without `return_sequences` the padding after the last valid step is as if it were not there."""
    layer = make()
    alone = [layer(SEQUENCES[row : row + 1, MASK[row]])[0] for row in range(B)]
    assert_close(layer(PADDED, mask=MASK), np.stack(alone))


def one_step_is_the_first_of_many(make: Make) -> None:
    layer = make(**ALL_OUTPUTS)
    masked = flat(layer(SEQUENCES, mask=np.arange(T) < np.ones((B, 1))))
    single = flat(layer(SEQUENCES[:, :1]))
    first = -1 if getattr(layer, "go_backwards", False) else 0
    assert_close([masked[0][:, first], *masked[1:]], [single[0][:, 0], *single[1:]])


def a_row_without_valid_steps_has_finite_outputs_and_gradients_and_no_influence(make: Make) -> None:
    layer = make(**ALL_OUTPUTS)
    outputs, gradients = outputs_and_gradients(layer, PADDED, MASK)
    empty = np.concatenate([MASK, np.zeros((1, T), bool)])
    more, more_gradients = outputs_and_gradients(layer, np.concatenate([PADDED, PADDED[:1]]), empty)
    assert_finite([more, more_gradients])
    assert_close([part[:B] for part in more], outputs)
    assert_close(more_gradients[1:], gradients[1:], atol=1e-4)
    for state in more[1:]:
        np.testing.assert_array_equal(state[B], 0.0)


def the_mask_goes_on_with_the_sequence_only(make: Make) -> None:
    for returned in EVERY_OUTPUT:
        layer = make(**returned)
        first, *states = keras.tree.flatten(layer(SEQUENCES, mask=tf.constant(MASK)))
        mask = getattr(first, "_keras_mask", None)
        if returned["return_sequences"]:
            np.testing.assert_array_equal(mask, valid_steps(layer, MASK))
        else:
            assert mask is None
        assert all(getattr(state, "_keras_mask", None) is None for state in states)


def a_mask_that_comes_with_the_tensor_is_kept_beside_an_initial_state(make: Make) -> None:
    layer = make(**ALL_OUTPUTS)
    initial_state = [state + 0.5 for state in flat(layer(SEQUENCES))[1:]]
    masked = tf.constant(PADDED)
    masked._keras_mask = tf.constant(MASK)
    expected = layer(PADDED, initial_state=initial_state, mask=MASK)
    assert_close(layer(masked, initial_state=initial_state), expected)


def the_end_of_mask_propagation_in_keras_3_16_changes_no_result(make: Make) -> None:
    """Two masked layers deep: on 3.16 a mask lost after the first would let the second read padding."""

    def two_layers(weights=None):
        inputs = keras.Input((T, D))
        model = keras.Model(inputs, make()(make(return_sequences=True)(keras.layers.Masking(77.0)(inputs))))
        if weights is not None:
            model.set_weights(weights)
        return model

    today = two_layers()
    with keras_3_16():
        later = two_layers(today.get_weights())(PADDED)
    assert_close(later, today(PADDED), atol=0)


# ----------------------------------------------------------------------------------- shapes and dtypes


def the_computed_shape_is_the_shape(make: Make) -> None:
    for returned in EVERY_OUTPUT:
        layer = make(**returned)
        shapes = [part.shape for part in flat(layer(SEQUENCES))]
        computed = layer.compute_output_shape(SEQUENCES.shape)
        assert [tuple(shape) for shape in ([computed] if len(shapes) == 1 else computed)] == shapes
        symbolic = keras.tree.flatten(layer(keras.Input((None, D))))
        assert [len(part.shape) for part in symbolic] == [len(shape) for shape in shapes]
        assert [part.shape[-1] for part in symbolic] == [shape[-1] for shape in shapes]


def numpy_arrays_and_tensors_are_the_same(make: Make) -> None:
    layer = make(**ALL_OUTPUTS)
    assert_close(layer(PADDED, mask=MASK), layer(tf.constant(PADDED), mask=tf.constant(MASK)), atol=0)


def states_given_back_are_where_it_stopped(make: Make) -> None:
    """Zero initial states are the default; the last states of a call are valid initial states of the next."""
    layer = make(**ALL_OUTPUTS)
    expected = flat(layer(SEQUENCES))
    assert_close(layer(SEQUENCES, initial_state=[np.zeros_like(state) for state in expected[1:]]), expected)
    goes_on = flat(layer(SEQUENCES, initial_state=expected[1:]))
    assert np.abs(goes_on[1] - expected[1]).max() > 1e-4


def mixed_precision_computes_low_and_keeps_weights_high(make: Make) -> None:
    for policy, dtype in [("mixed_float16", tf.float16), ("mixed_bfloat16", tf.bfloat16)]:
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(policy)
        try:
            layer = make(**ALL_OUTPUTS)
            outputs = layer(SEQUENCES, mask=MASK)
            assert {part.dtype for part in keras.tree.flatten(outputs)} == {dtype}
            assert {weight.dtype for weight in layer.weights} == {"float32"}
            assert_finite(outputs_and_gradients(layer, SEQUENCES, MASK, training=True))
        finally:
            keras.config.set_dtype_policy(before)


# --------------------------------------------------------------------- graphs, files, training: slower


def batch_and_time_may_be_unknown_in_a_graph(make: Make) -> None:
    layer = make(**ALL_OUTPUTS)
    layer.build((None, None, D))
    graph = tf.function(
        lambda sequences, mask: outputs_of(layer, sequences, mask),
        input_signature=[tf.TensorSpec((None, None, D)), tf.TensorSpec((None, None), tf.bool)],
    )
    for sequences, mask in [(PADDED, MASK), (PADDED[:1, :3], MASK[:1, :3])]:
        assert_close(graph(sequences, mask), layer(sequences, mask=mask))


def outputs_of(layer, sequences, mask) -> list[tf.Tensor]:
    return keras.tree.flatten(layer(sequences, mask=mask))


def a_model_file_gives_the_same_outputs(make: Make, path) -> None:
    inputs, mask = keras.Input((None, D)), keras.Input((None,), dtype="bool")
    model = keras.Model([inputs, mask], make(**ALL_OUTPUTS)(inputs, mask=mask))
    model.save(path)
    loaded = keras.models.load_model(path)
    assert_close(loaded([PADDED, MASK]), model([PADDED, MASK]), atol=0)


def fit_takes_a_step_that_moves_every_weight(make: Make) -> None:
    inputs = keras.Input((None, D))
    output = make()(keras.layers.Masking(77.0)(inputs))
    model = keras.Model(inputs, output)
    before = model.get_weights()
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    history = model.fit(PADDED, np.ones((B, output.shape[-1]), "float32"), batch_size=B, verbose=0)
    assert np.isfinite(history.history["loss"][0])
    moved = [np.abs(new - old).max() > 0 for new, old in zip(model.get_weights(), before, strict=True)]
    assert all(moved), [w.path for w, m in zip(model.weights, moved, strict=True) if not m]


CHECKS = (
    every_constructor_argument_is_in_the_config,
    the_config_gives_the_same_config_again,
    a_layer_from_the_config_computes_the_same,
    a_padded_batch_equals_its_sequences_one_by_one,
    the_last_output_is_that_of_the_sequence_alone,
    one_step_is_the_first_of_many,
    a_row_without_valid_steps_has_finite_outputs_and_gradients_and_no_influence,
    the_mask_goes_on_with_the_sequence_only,
    a_mask_that_comes_with_the_tensor_is_kept_beside_an_initial_state,
    the_end_of_mask_propagation_in_keras_3_16_changes_no_result,
    the_computed_shape_is_the_shape,
    numpy_arrays_and_tensors_are_the_same,
    states_given_back_are_where_it_stopped,
    mixed_precision_computes_low_and_keeps_weights_high,
)
GRAPH_CHECKS = (batch_and_time_may_be_unknown_in_a_graph, fit_takes_a_step_that_moves_every_weight)


def check_layer(make: Make, tmp_path) -> None:
    """Every check of the contract on one layer; the tests parametrise over them to name what failed."""
    for check in (*CHECKS, *GRAPH_CHECKS):
        check(make)
    a_model_file_gives_the_same_outputs(make, tmp_path / "model.keras")
