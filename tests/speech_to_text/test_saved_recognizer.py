"""The served functions of networks that stream and of other heads: the network's own numbers."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from apps.speech_to_text.config import DecodeConfig, FeaturesConfig, ModelConfig, SpeechConfig
from apps.speech_to_text.model import build_recognizer
from apps.speech_to_text.recognition import Recognition
from apps.speech_to_text.saved_recognizer import SavedRecognizer
from apps.speech_to_text.units import Units
from rnnapps.audio.resample import resample

SYMBOLS = ("", " ", "a", "b", "c")
SMALL = {"filters": 4, "units": 6, "layers": 1, "dropout": 0.0, "attention_units": 4, "decoder_units": 6}
SMALL |= {"embedding": 3, "subsampling": 2}


def served(head="ctc", causal=False, symbols=SYMBOLS, **more):
    keras.utils.set_random_seed(3)
    config = SpeechConfig(
        features=FeaturesConfig(rate=2000, bands=6, normalization="running" if causal else "utterance"),
        model=ModelConfig(head=head, causal=causal, bidirectional=not causal, **SMALL, **more),
        decode=DecodeConfig(beam_size=2, n_best=2),
    )
    kind = "labels" if head == "keyword" else "characters"
    model = build_recognizer(config, len(symbols))
    return SavedRecognizer(Recognition(model, Units(kind, symbols), config))


@pytest.fixture(scope="module")
def streaming():
    saved = served(causal=True)
    # Random weights prefer one symbol for ever; what changes with the sound must show.
    kernel = saved.model.dense.kernel
    kernel.assign(8 * kernel)
    return saved, saved.signatures()


@pytest.fixture(scope="module")
def sound():
    time = np.arange(3001) / 2000
    return (np.sin(2 * np.pi * 200 * time**2) * (np.sin(9 * time) > 0)).astype("float32")


def streamed(signatures, sound, cuts):
    """Log probabilities and the texts so far, chunk by chunk."""
    states, parts, texts = signatures["initial_states"](), [], []
    chunks = np.split(sound, cuts)
    for number, chunk in enumerate(chunks):
        last = tf.constant(number == len(chunks) - 1)
        answer = signatures["stream"](chunk=tf.constant(chunk[None]), last=last, **states)
        parts.append(answer["log_probs"].numpy()[0])
        texts.append(answer["text"].numpy()[0].decode())
        states = {name: answer[name] for name in states}
    return np.concatenate(parts), texts


@pytest.mark.parametrize("cuts", [[], [1500], [1, 2, 40, 41, 1000, 1007, 2999], list(range(0, 3000, 130))])
def test_chunks_give_the_posteriors_of_the_whole(streaming, sound, cuts):
    _, signatures = streaming
    whole = signatures["posteriors"](waveform=tf.constant(sound[None]), length=tf.constant([3001]))
    found, _ = streamed(signatures, sound, cuts)
    np.testing.assert_allclose(found, whole["log_probs"].numpy()[0], rtol=1e-5, atol=1e-5)


def test_convolutions_over_bands_stream_too(sound):
    signatures = served(causal=True, convolutions="bands").signatures()
    whole = signatures["posteriors"](waveform=tf.constant(sound[None]), length=tf.constant([3001]))
    found, _ = streamed(signatures, sound, [1, 1000, 1007])
    np.testing.assert_allclose(found, whole["log_probs"].numpy()[0], rtol=1e-5, atol=1e-5)


def test_the_text_so_far_grows_to_the_greedy_text_of_the_whole(streaming, sound):
    saved, signatures = streaming
    whole = signatures["posteriors"](waveform=tf.constant(sound[None]), length=tf.constant([3001]))
    path = whole["log_probs"].numpy()[0].argmax(-1)
    labels = [after for before, after in zip([0, *path], path, strict=False) if after and after != before]
    _, texts = streamed(signatures, sound, [400, 800, 1200, 2000])
    assert texts[-1] == saved.units.decode(labels) != ""
    assert all(longer.startswith(shorter) for shorter, longer in itertools.pairwise(texts))


def test_a_waveform_without_samples_is_silence(streaming):
    answer = streaming[1]["waveform"](waveform=tf.zeros([0]), rate=tf.constant(2000))
    assert answer["text"].numpy().decode() in ("", *SYMBOLS)


def test_a_keyword_network_serves_its_labels_best_first():
    labels = ("down", "stop", "up")
    signatures = served("keyword", symbols=labels).signatures()
    assert set(signatures) == {"serving_default", "waveform", "describe", "posteriors", "decode"}
    answer = signatures["waveform"](waveform=tf.zeros([800]), rate=tf.constant(2000))
    names = [name.decode() for name in answer["n_best"].numpy()]
    assert names[0] == answer["text"].numpy().decode()
    assert len(names) == 2 and set(names) < set(labels)


@pytest.mark.parametrize("head", [pytest.param("attention", marks=pytest.mark.slow), "joint"])
def test_networks_that_spell_are_served(head, sound):
    saved = served(head)
    signatures = saved.signatures()
    answer = signatures["waveform"](waveform=tf.constant(sound), rate=tf.constant(2000))
    (transcript,) = saved.recognition.transcriber().transcribe([sound])
    assert answer["text"].numpy().decode() == transcript.text
    assert ("posteriors" in signatures) == (head == "joint")


def test_another_rate_is_brought_to_the_networks_own(streaming, sound):
    _, signatures = streaming
    fast = signatures["waveform"](waveform=tf.constant(sound), rate=tf.constant(3000))
    own = signatures["waveform"](waveform=resample(sound, 3000, 2000), rate=tf.constant(2000))
    assert fast["text"] == own["text"] != b""
    np.testing.assert_allclose(fast["scores"], own["scores"], rtol=1e-5)
