import numpy as np
import pytest

from apps.speech_to_text.stitch import seam, stitched, windows


def spikes(count, **symbols):
    """(count, 3) log probabilities: blank, but symbol 1 or 2 in the frames named f0=1."""
    probabilities = np.full((count, 3), 0.01)
    probabilities[:, 0] = 0.98
    for frame, symbol in symbols.items():
        probabilities[int(frame[1:])] = 0.01
        probabilities[int(frame[1:]), symbol] = 0.98
    return np.log(probabilities)


def starts_and_lengths(total, block, size, step):
    samples = np.arange(total, dtype=np.float32)
    found = list(windows((samples[at : at + block] for at in range(0, total, block)), size, step))
    for start, window in found:
        np.testing.assert_array_equal(window, samples[start : start + len(window)])
    return [(start, len(window)) for start, window in found]


@pytest.mark.parametrize("block", [1, 3, 7, 100])
def test_windows_overlap_and_the_last_holds_the_rest(block):
    assert starts_and_lengths(25, block, size=10, step=8) == [(0, 10), (8, 10), (16, 9)]


@pytest.mark.parametrize("total", [1, 9, 10])
def test_a_recording_that_fits_is_one_window(total):
    assert starts_and_lengths(total, 4, size=10, step=8) == [(0, total)]


def test_a_sample_more_is_a_window_more():
    assert starts_and_lengths(11, 4, size=10, step=8) == [(0, 10), (8, 3)]


def test_no_samples_are_one_empty_window():
    assert [(start, len(window)) for start, window in windows([], 10, 8)] == [(0, 0)]


def test_windows_hold_no_more_than_one_of_them_and_a_block():
    held = []

    def blocks():
        for _ in range(1000):
            yield np.zeros(7, np.float32)

    for _, window in windows(blocks(), 20, 15):
        held.append(len(window) if window.base is None else len(window.base))
    assert max(held) <= 20 + 7


def test_the_seam_of_equals_is_in_the_middle():
    assert seam(spikes(20), spikes(20)) == 10


def test_the_seam_keeps_away_from_a_symbol():
    # Frames 8 to 12 would be the nearest to the middle, but none with symbol 1 within NEAR = 3 frames is sure:
    # frames f-3 .. f+2 hold no frame 10 for f <= 7 and f >= 14.
    both = spikes(20, f10=1)
    assert seam(both, both) == 7


def test_the_seam_keeps_away_from_where_the_windows_differ():
    # The left window says symbol 1 in frame 9, the right one in 11: a seam between them would say it twice.
    place = seam(spikes(40, f19=1), spikes(40, f21=1))
    assert place <= 16 or place >= 25


def test_the_seam_is_not_at_the_edges_of_a_window():
    noisy = spikes(20, **{f"f{frame}": 1 for frame in range(5, 15)})
    assert 5 <= seam(noisy, noisy) <= 15


def test_no_overlap_has_its_seam_at_the_start():
    assert seam(spikes(0), spikes(0)) == 0


def test_stitched_windows_of_one_whole_are_the_whole():
    whole = np.log(np.random.default_rng(0).dirichlet(np.ones(5), size=97))
    pieces = [(start, whole[start : start + 30]) for start in (0, 22, 44, 66, 88)]
    np.testing.assert_array_equal(np.concatenate(list(stitched(pieces))), whole)


def test_a_symbol_said_a_frame_apart_is_stitched_once():
    # The right window begins in frame 16 and says in its frame 5 what the left one says in 20: one frame later.
    left, right = spikes(30, f5=1, f20=2), spikes(30, f5=2, f25=1)
    path = np.concatenate(list(stitched([(0, left), (16, right)]))).argmax(axis=1)
    assert path[path > 0].tolist() == [1, 2, 1]


def test_stitched_frames_are_those_of_the_window_away_from_its_edges():
    left, right = spikes(20, f19=1), spikes(20, f0=2)  # both wrong at their very edge
    whole = np.concatenate(list(stitched([(0, left), (8, right)])))
    assert len(whole) == 28
    assert (whole.argmax(axis=1) == 0).all()


def test_nothing_is_stitched_out_of_nothing():
    assert list(stitched([])) == []


def test_a_hole_between_windows_is_refused():
    with pytest.raises(ValueError, match="begins in frame 9"):
        list(stitched([(0, spikes(5)), (9, spikes(5))]))
