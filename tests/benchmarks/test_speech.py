import dataclasses

import keras
import pytest

from benchmarks.ctc_sides import DENSE, OURS, CtcSide, dense, sparse
from benchmarks.recognizer_sides import OurSide, PlainSide, check_parity
from benchmarks.speech import check_losses, check_texts
from benchmarks.speech_workload import CtcCase, Workload
from benchmarks.transcriber_sides import OurTranscriber, PlainTranscriber
from rnnapps.audio.frames import output_frames
from rnnapps.losses import frames_needed

TINY = Workload(rate=4000, batches=1, batch_size=3, shortest=0.6, longest=0.9, symbols=8, units=4, filters=4, bands=6)
CASE = {"frames": 20, "symbols": 6, "labels": 5, "batch_size": 2}


@pytest.fixture(scope="module")
def ours():
    keras.utils.set_random_seed(1)
    return OurSide(TINY)


@pytest.mark.parametrize("sparse_loss", [False, True])
def test_the_plain_recognizer_computes_the_same(ours, sparse_loss):
    parity = check_parity(ours, PlainSide(TINY, sparse_loss=sparse_loss))
    assert parity.gradient_difference < 1e-4
    assert parity.posterior_difference < 1e-5


def test_features_computed_beforehand_are_the_same(ours):
    plain = PlainSide(TINY, beforehand=True)
    inputs, _ = TINY.training()[0]
    beforehand = plain.model(plain.features(inputs))["logits"]
    assert keras.ops.max(keras.ops.abs(beforehand - plain.model(inputs)["logits"])) < 1e-5


def test_a_plain_recognizer_of_another_size_is_refused(ours):
    with pytest.raises(RuntimeError, match="not the same network"):
        check_parity(ours, PlainSide(dataclasses.replace(TINY, units=5)))


def test_both_losses_are_the_same():
    check_losses({OURS: CtcSide(sparse).measure(1, **CASE), DENSE: CtcSide(dense).measure(1, **CASE)})


def test_losses_that_differ_are_refused():
    given = {"losses": [1.0, 2.0], "gradient": [1.0, 1.0]}
    with pytest.raises(RuntimeError, match=r"losses: 2\.0 and 3\.0"):
        check_losses({OURS: given, DENSE: {**given, "losses": [1.0, 3.0]}})


@pytest.mark.slow
def test_both_sides_hear_the_same():
    sides = []
    for side in (OurTranscriber, PlainTranscriber):
        keras.utils.set_random_seed(1)
        sides.append(side(TINY))
    recordings = TINY.recordings(3)
    assert check_texts(*(side.transcribe(recordings, "greedy") for side in sides)) == "3 of 3 texts alike"


def test_sides_that_hear_otherwise_are_refused():
    with pytest.raises(RuntimeError, match="50% of the characters differ"):
        check_texts(["a", "b"], ["a", "c"])


def test_every_text_fits_into_its_recording():
    workload = Workload()
    for inputs, labels in workload.training():
        frames = output_frames(inputs["length"], workload.rate // 100, 4)
        assert (frames_needed(labels).numpy() <= frames).all()


def test_a_workload_is_read_from_its_words():
    assert Workload.of(TINY.words) == TINY


def test_a_case_of_the_losses_is_the_same_in_every_process():
    assert (CtcCase(**CASE).arrays()[1] == CtcCase(**CASE).arrays()[1]).all()
