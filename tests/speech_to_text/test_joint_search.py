"""How heads that spell search, and recordings that are too long for them."""

import itertools

import keras
import numpy as np
import pytest

from apps.speech_to_text import recognition as recognitions
from apps.speech_to_text.attention_head import AttentionHead
from apps.speech_to_text.config import DecodeConfig, FeaturesConfig, ModelConfig, SpeechConfig
from apps.speech_to_text.joint_search import JointSearch
from apps.speech_to_text.model import build_recognizer
from apps.speech_to_text.recognition import Recognition
from apps.speech_to_text.units import Units
from tests.decoding.ctc.all_paths import posteriors

RATE = 2000
UNITS = Units("characters", ("", " ", "a", "b"))
MEMORY = np.random.default_rng(0).normal(size=(1, 4, 5)).astype("float32")
FRAMES, LOG_PROBS = np.array([4]), posteriors(0, 4, 3)[None]


@pytest.fixture(scope="module")
def head():
    keras.utils.set_random_seed(1)
    head = AttentionHead(ModelConfig(attention_units=4, decoder_units=4, embedding=3), 3)
    head.build(MEMORY.shape)
    return head


def test_language_model_and_hot_words_give_what_attention_puts_in_order(head):
    labels, heard = np.array([[[1, 2], [2, 0], [1, 0]]], "int32"), np.array([[-1.0, -1.1, -1.2]], "float32")
    search = JointSearch(head, DecodeConfig(beam_size=3, n_best=2, joint_weight=0.25), lambda *_: (labels, heard))
    found = search(MEMORY, FRAMES, LOG_PROBS)
    mixed = 0.25 * heard[0] + 0.75 * np.array(head.score(MEMORY, FRAMES, labels)[0])
    best = np.argsort(-mixed)[:2]
    np.testing.assert_array_equal(found.labels[0], labels[0, best])
    np.testing.assert_allclose(found.scores[0], mixed[best], rtol=1e-5)


def test_without_posteriors_attention_searches_alone(head):
    found = JointSearch(head, DecodeConfig(beam_size=3, n_best=2), lambda *_: 1 / 0)(MEMORY, FRAMES, None)
    expected = head.decode(MEMORY, FRAMES, beam_size=3, n_best=2)
    np.testing.assert_array_equal(found.labels, expected.labels)
    np.testing.assert_allclose(found.scores, expected.scores)


def recognition(kind):
    keras.utils.set_random_seed(1)
    config = SpeechConfig(
        features=FeaturesConfig(rate=RATE, bands=8),
        model=ModelConfig(
            head=kind,
            filters=8,
            units=6,
            layers=1,
            cell="gru",
            bidirectional=False,
            subsampling=12,
            attention_units=4,
            decoder_units=4,
            embedding=3,
        ),
        decode=DecodeConfig(beam_size=2, n_best=2),
    )
    return Recognition(build_recognizer(config, len(UNITS)), UNITS, config)


@pytest.mark.parametrize("kind", ["joint", "attention"])
def test_a_recording_too_long_to_spell_at_once_is_cut(kind, monkeypatch):
    monkeypatch.setattr(recognitions, "SPELLED_SECONDS", 3.0)
    transcriber = recognition(kind).transcriber()
    waveform = np.random.default_rng(0).normal(scale=0.1, size=7 * RATE).astype("float32")
    said = list(transcriber.stretches(np.array_split(waveform, 5)))
    assert len(said) >= 3
    assert said[0].start == 0.0
    assert said[-1].end == pytest.approx(7.0, abs=0.13)  # a frame
    for part, after in itertools.pairwise(said):
        assert part.end == pytest.approx(after.start, abs=0.13)
        assert part.end - part.start <= 3.0 + 1e-6


def test_attention_alone_is_given_no_more_than_it_was_trained_on():
    found = recognition("attention")
    memory, frames = np.zeros((2, 20, 6), "float32"), np.array([15, 9])
    found.model.attention.loss(memory, frames, np.array([[2], [3]]), training=True)
    # 15 frames of 12 steps of 10 ms
    assert found.transcriber().whole_seconds == pytest.approx(1.8)


@pytest.mark.parametrize("kind", ["joint", "attention"])
def test_batch_and_padding_change_no_spelling(kind):
    found = recognition(kind)
    rng = np.random.default_rng(0)
    waveforms = np.zeros((2, RATE), "float32")
    waveforms[0], waveforms[1, : RATE // 2] = rng.normal(size=RATE), rng.normal(size=RATE // 2)
    both = found.recognize(waveforms, np.array([RATE, RATE // 2]))
    alone = found.recognize(waveforms[1:, : RATE // 2], np.array([RATE // 2]))
    assert both["text"][1] == alone["text"][0]
    np.testing.assert_allclose(both["scores"][1], alone["scores"][0], rtol=1e-4)
