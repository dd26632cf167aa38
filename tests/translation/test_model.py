"""The network from token ids to logits."""

import numpy as np
import pytest
import tensorflow as tf

from apps.translation.config import ModelConfig
from apps.translation.model import build_translator, repeated_attention

V = 11
SOURCE = np.array([[5, 6, 7, 3], [8, 3, 0, 0]], np.int32)
TARGET = np.array([[2, 5, 6], [2, 9, 0]], np.int32)
SMALL = {"units": 6, "embedding_dim": 4, "attention_units": 5, "readout_units": 4}
VARIANTS = {
    "default": {},
    "lstm": {"cell": "lstm"},
    "simple_rnn": {"cell": "simple_rnn"},
    "deep": {"cell": "lstm", "encoder_layers": 2, "decoder_layers": 3, "residual": True},
    "deep_encoder": {"encoder_layers": 3},
    "coverage": {"coverage": True, "coverage_loss": 0.5, "recurrent_dropout": 0.2},
    "luong": {"attention": "luong-general", "timing": "luong", "input_feeding": True},
    "luong_dot": {"attention": "luong-dot", "timing": "luong"},
    "luong_concat": {"attention": "luong-concat"},
    "untied": {"tie_embeddings": "none"},
    "all_tied": {"tie_embeddings": "all"},
}


@pytest.fixture(params=VARIANTS, scope="module")
def translator(request):
    return build_translator(ModelConfig(**{**SMALL, **VARIANTS[request.param]}), V, V)


def test_every_variant_gives_logits_for_every_target_position(translator):
    assert translator((SOURCE, TARGET)).shape == (2, 3, V)


def test_padding_changes_no_logit(translator):
    padded = np.pad(SOURCE, ((0, 0), (0, 3)))
    np.testing.assert_allclose(translator((padded, TARGET)), translator((SOURCE, TARGET)), atol=1e-5)


def test_a_row_does_not_depend_on_the_rest_of_the_batch(translator):
    alone = translator((SOURCE[1:, :2], TARGET[1:, :2]))
    np.testing.assert_allclose(translator((SOURCE, TARGET))[1:, :2], alone, atol=1e-5)


def test_every_weight_gets_a_gradient(translator):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(translator((SOURCE, TARGET), training=True) ** 2)
    gradients = tape.gradient(loss, translator.trainable_variables)
    assert all(gradient is not None for gradient in gradients)


def test_decoding_step_by_step_gives_the_teacher_forced_logits(translator):
    values, mask, initial = translator.encode(SOURCE)
    memory = translator.decoder.prepare(values, mask)
    states = translator.decoder.initial_states(memory, initial)
    steps = []
    for position in range(TARGET.shape[1]):
        logits, states, _ = translator.decoder.step(TARGET[:, position], states, memory)
        steps.append(logits)
    np.testing.assert_allclose(tf.stack(steps, 1), translator((SOURCE, TARGET)), atol=1e-5)


def test_alignments_are_zero_on_padding_and_sum_to_one():
    translator = build_translator(ModelConfig(**SMALL), V, V)
    _, alignments = translator((SOURCE, TARGET), return_alignments=True)
    np.testing.assert_allclose(tf.reduce_sum(alignments, -1), np.ones((2, 3)), atol=1e-6)
    np.testing.assert_array_equal(alignments[1, :, 2:], np.zeros((3, 2)))


def test_the_decoder_starts_from_both_directions_of_the_encoder():
    translator = build_translator(ModelConfig(**SMALL), V, V)
    embedded = translator.source_embedding(SOURCE)
    _, forward, backward = translator.encoder(embedded, mask=SOURCE != 0)
    bridge = translator.bridges[0]
    expected = np.tanh(np.concatenate([forward, backward], -1) @ bridge.kernel + bridge.bias)
    np.testing.assert_allclose(translator.encode(SOURCE)[2][0], expected, atol=1e-6)


def test_tied_embeddings_share_one_matrix():
    count = lambda tie: build_translator(ModelConfig(**SMALL, tie_embeddings=tie), V, V).count_params()
    # The output layer's matrix (4 x 11) goes with "target", the source embedding (11 x 4) with "all" too.
    assert count("none") - count("target") == V * 4 + V
    assert count("target") - count("all") == V * 4


def test_dropout_acts_in_training_only():
    translator = build_translator(ModelConfig(**SMALL, dropout=0.5), V, V)
    np.testing.assert_array_equal(translator((SOURCE, TARGET)), translator((SOURCE, TARGET)))
    first, second = (translator((SOURCE, TARGET), training=True) for _ in range(2))
    assert np.abs(first - second).max() > 0


def test_one_embedding_for_two_vocabularies_is_an_error():
    with pytest.raises(ValueError, match="11 source and 12 target"):
        build_translator(ModelConfig(**SMALL, tie_embeddings="all"), V, V + 1)


def test_repeated_attention_by_hand():
    alignments = tf.constant([[[1.0, 0.0], [0.5, 0.5], [0.25, 0.75]]])
    # Before: (0, 0), (1, 0), (1.5, 0.5). min: 0; 0.5 + 0; 0.25 + 0.5. The third token is padding: (0 + 0.5) / 2.
    assert float(repeated_attention(alignments, tf.constant([[True, True, False]]))) == pytest.approx(0.25)
    assert float(repeated_attention(alignments, tf.constant([[True, True, True]]))) == pytest.approx(1.25 / 3)


def test_scheduled_sampling_asks_the_optimizers_step_and_only_in_training():
    translator = build_translator(ModelConfig(units=4, embedding_dim=4, attention_units=4, dropout=0.0), 9, 9)
    translator.compile(optimizer="sgd", loss="mse")
    translator.optimizer.iterations.assign(3)
    asked = []
    translator.sampling_rate = lambda step: asked.append(int(step)) or 1.0
    ids = tf.constant([[4, 5, 6, 3]])
    translator((ids, ids), training=False)
    assert asked == []
    translator((ids, ids), training=True)
    assert asked == [3]
