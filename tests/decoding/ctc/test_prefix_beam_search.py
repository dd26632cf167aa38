import numpy as np
import pytest
import tensorflow as tf

from rnnapps.decoding.ctc import PrefixBeamSearch
from rnnapps.losses import ctc_loss
from tests.decoding.ctc.all_paths import posteriors, text_log_probs


def texts(found, row=0):
    """(labels, score) of the hypotheses of a row."""
    labels, scores = found.labels[row].numpy(), found.scores[row].numpy()
    return [(tuple(x for x in y if x), float(score)) for y, score in zip(labels, scores, strict=True)]


@pytest.mark.parametrize("sharpness", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_beam_wide_enough_gives_every_text_the_sum_over_all_its_paths(seed, sharpness):
    log_probs = posteriors(seed, 5, 3, sharpness)
    truth = sorted(text_log_probs(log_probs).items(), key=lambda item: -item[1])
    found = texts(PrefixBeamSearch(3, beam_size=len(truth), n_best=len(truth))(log_probs[None], [5]))
    assert [labels for labels, _ in found] == [labels for labels, _ in truth]
    np.testing.assert_allclose([score for _, score in found], [score for _, score in truth], rtol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_a_narrow_beam_finds_the_best_text(seed):
    log_probs = posteriors(seed, 7, 4, 2.0)
    truth = max(text_log_probs(log_probs).items(), key=lambda item: item[1])
    labels, score = texts(PrefixBeamSearch(4, beam_size=8)(log_probs[None], [7]))[0]
    assert labels == truth[0]
    assert score == pytest.approx(truth[1], rel=0.05)


def test_no_text_is_found_twice():
    # Prefixes fall out of the beam and come back.
    log_probs = np.concatenate([posteriors(seed, 10, 5, 0.5) for seed in range(10)])
    found = texts(tf.function(PrefixBeamSearch(5, beam_size=12, n_best=12), autograph=False)(log_probs[None], [100]))
    assert len({labels for labels, _ in found}) == 12


def test_fewer_texts_than_asked_for_are_padded():
    found = PrefixBeamSearch(2, beam_size=5, n_best=5)(posteriors(0, 2, 2)[None], [2])
    assert found.labels.shape == (1, 5, 1)
    assert [labels for labels, _ in texts(found)][2:] == [(), (), ()]
    assert np.all(found.scores.numpy()[0, 2:] < -1e29)


def test_top_symbols_leaves_the_others_out():
    log_probs = np.log([[[0.1, 0.5, 0.15, 0.25], [0.1, 0.15, 0.25, 0.5]]])
    # 1 is no candidate of the second frame, but may go on there, or join what is in the beam: .05 + .075 + .015
    truth = {(): 0.01, (1,): 0.14, (3,): 0.05, (1, 3): 0.25}
    found = dict(texts(PrefixBeamSearch(4, beam_size=20, n_best=4, top_symbols=1)(log_probs, [2])))
    assert found == pytest.approx({labels: np.log(p) for labels, p in truth.items()}, rel=1e-5)


def test_padding_and_other_rows_change_nothing():
    rows = [posteriors(seed, frames, 6, 2.0) for seed, frames in ((0, 3), (1, 30), (2, 12))]
    batch = np.full((3, 33, 6), 7.0, "float32")
    for row, log_probs in zip(batch, rows, strict=True):
        row[: len(log_probs)] = log_probs
    search = tf.function(PrefixBeamSearch(6, beam_size=6, n_best=3), reduce_retracing=True, autograph=False)
    together = search(batch, [3, 30, 12])
    for i, log_probs in enumerate(rows):
        alone = search(log_probs[None], [len(log_probs)])
        assert [labels for labels, _ in texts(together, i)] == [labels for labels, _ in texts(alone)]
        # Vectorised exponentials differ in the last bit by where a number stands in memory.
        np.testing.assert_allclose(together.scores[i], alone.scores[0], rtol=1e-6)


@pytest.mark.parametrize("size", [1, 3, 7])
def test_chunks_give_what_the_whole_gives(size):
    batch = np.stack([posteriors(seed, 12, 5, 2.0) for seed in range(3)])
    frames = np.array([12, 7, 0])
    search = PrefixBeamSearch(5, beam_size=6, n_best=2)
    state = search.start(3)
    for start in range(0, 12, size):
        chunk = batch[:, start : start + size]
        state = search.advance(state, chunk, np.clip(frames - start, 0, chunk.shape[1]))
    whole, chunked = search(batch, frames), search.finish(state)
    assert [texts(chunked, i) for i in range(3)] == [texts(whole, i) for i in range(3)]


def test_a_chunk_without_frames_changes_nothing():
    search = PrefixBeamSearch(3, beam_size=4)
    state = search.advance(search.start(1), posteriors(0, 6, 3)[None], [6])
    again = search.advance(state, np.zeros((1, 0, 3)), [0])
    assert texts(search.finish(again)) == texts(search.finish(state))


def test_a_long_recording_keeps_its_precision():
    # A symbol every fourth frame, else a blank.
    log_probs = np.log(np.tile([[1e-4, 0.9999], *[[0.9999, 1e-4]] * 3], (500, 1)))
    found = tf.function(PrefixBeamSearch(2, beam_size=8), autograph=False)(log_probs[None], [2000])
    assert found.labels[0].numpy().tolist() == [[1] * 500]
    truth = -ctc_loss(found.labels[0], log_probs[None], [2000])[0]
    assert float(found.scores[0, 0]) == pytest.approx(float(truth), rel=0.01)


def test_probabilities_of_zero_are_never_on_a_path():
    with np.errstate(divide="ignore"):
        log_probs = np.log([[[0.0, 1.0, 0.0], [0.5, 0.0, 0.5]]])
    found = texts(PrefixBeamSearch(3, beam_size=4, n_best=3)(log_probs, [2]))
    assert dict(found[:2]) == pytest.approx({(1,): np.log(0.5), (1, 2): np.log(0.5)})
    assert found[2][1] < -1e29


def test_it_lives_in_a_saved_model_of_unknown_shapes(tmp_path):
    module = PrefixBeamSearch(4, beam_size=5, n_best=2)
    specs = [tf.TensorSpec((None, None, None)), tf.TensorSpec((None,), tf.int32)]
    graph = tf.function(
        lambda log_probs, frames: module(log_probs, frames)._asdict(), input_signature=specs, autograph=False
    )
    tf.saved_model.save(module, str(tmp_path), signatures=graph)
    loaded = tf.saved_model.load(str(tmp_path)).signatures["serving_default"]
    log_probs = np.stack([posteriors(seed, 9, 4) for seed in range(2)])
    answer = loaded(log_probs=tf.constant(log_probs), frames=tf.constant([9, 5]))
    np.testing.assert_array_equal(answer["labels"], module(log_probs, [9, 5]).labels)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"symbols": 1}, "symbols"),
        ({"symbols": 3, "beam_size": 0}, "beam_size"),
        ({"symbols": 3, "beam_size": 2, "n_best": 3}, "n_best"),
        ({"symbols": 3, "top_symbols": -1}, "top_symbols"),
    ],
)
def test_sizes_out_of_range_are_refused(options, named):
    with pytest.raises(ValueError, match=named):
        PrefixBeamSearch(**options)
