"""Adam in one operation against Keras's Adam."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from rnnapps.training import FusedAdam, WarmupCosine

START = [np.linspace(-1, 1, 6).reshape(2, 3).astype("float32"), np.array([0.5, -2.0], "float32")]


def trained(kind, steps=20, dtype="float32", **options):
    """Weights and optimizer variables after some steps, each a function of the weights before it."""
    weights = [keras.Variable(start, dtype=dtype, name=f"w{i}") for i, start in enumerate(START)]
    optimizer = kind(WarmupCosine(0.1, total_steps=30, warmup_steps=3), global_clipnorm=1.0, **options)

    @tf.function(autograph=False)
    def step():
        with tf.GradientTape() as tape:
            loss = tf.add_n([tf.reduce_sum(tf.cast(tf.sin(3 * w.value) * w.value, "float32")) for w in weights])
        gradients = tape.gradient(loss, [w.value for w in weights])
        optimizer.apply_gradients(zip(gradients, weights, strict=True))

    for _ in range(steps):
        step()
    return [w.numpy() for w in weights], [v.numpy() for v in optimizer.variables]


@pytest.mark.parametrize("options", [{}, {"beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-4}, {"weight_decay": 0.1}])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_computes_what_keras_computes(options, dtype):
    ours, theirs = (trained(kind, dtype=dtype, **options) for kind in (FusedAdam, keras.optimizers.Adam))
    for a, b in zip(keras.tree.flatten(ours), keras.tree.flatten(theirs), strict=True):
        # 0.999 in float32 is wrong by 5e-5 of 1 - 0.999; Keras takes its powers so for any type of weight.
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=1e-5)


@pytest.mark.parametrize(("options", "dtype"), [({"amsgrad": True}, "float32"), ({}, "bfloat16")])
def test_where_the_operation_does_not_serve_it_is_keras(options, dtype):
    ours, theirs = (trained(kind, dtype=dtype, **options) for kind in (FusedAdam, keras.optimizers.Adam))
    for a, b in zip(keras.tree.flatten(ours), keras.tree.flatten(theirs), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_first_step_by_hand():
    weight = keras.Variable([1.0, 2.0])
    # m / sqrt(v) of the first step is g / |g|, whatever g: each weight moves by the learning rate.
    FusedAdam(0.1, epsilon=0.0).apply_gradients([(tf.constant([4.0, -0.01]), weight)])
    np.testing.assert_allclose(weight, [0.9, 2.1], rtol=1e-6)


def test_a_sparse_gradient_moves_the_rows_it_names():
    weight = keras.Variable(np.ones((3, 2), "float32"))
    sparse = tf.IndexedSlices(tf.constant([[5.0, 5.0]]), tf.constant([1]), tf.constant([3, 2]))
    FusedAdam(0.1).apply_gradients([(sparse, weight)])
    np.testing.assert_allclose(weight, [[1, 1], [0.9, 0.9], [1, 1]], rtol=1e-5)


def test_replicas_of_a_strategy_keep_the_same_weights():
    strategy = tf.distribute.MirroredStrategy(["/cpu:0"])
    with strategy.scope():
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, kernel_initializer="ones")])
        model.compile(FusedAdam(0.1), "mse")
    model.fit(np.ones((4, 3), "float32"), np.zeros((4, 1), "float32"), epochs=1, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], np.full((3, 1), 0.9), rtol=1e-4)
