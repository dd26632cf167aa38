"""Maps with labels, as pictures and as arrays."""

import numpy as np
import pytest

from rnnapps.inspection.labelled_map import LabelledMap, save_maps


def a_map(rows=2, columns=3, **options):
    values = np.arange(rows * columns, dtype="float64").reshape(rows, columns)
    labels = [tuple(f"{kind}{number}" for number in range(count)) for kind, count in (("r", rows), ("c", columns))]
    return LabelledMap("a gate", values, *labels, row_name="unit", column_name="step", unit="x", **options)


def size_of(path):
    from matplotlib.image import imread

    return imread(path).shape[:2]


def test_the_arrays_are_the_numbers_and_their_labels(tmp_path):
    _, arrays = save_maps([a_map()], tmp_path / "plots" / "map.png")
    with np.load(arrays) as found:
        assert found["a_gate"].tolist() == [[0, 1, 2], [3, 4, 5]]
        assert (found["a_gate_rows"].tolist(), found["a_gate_columns"].tolist()) == (["r0", "r1"], ["c0", "c1", "c2"])


def test_many_steps_and_rows_still_open(tmp_path):
    picture, _ = save_maps([a_map(300, 400)], tmp_path / "map.png")
    assert max(size_of(picture)) < 6000


def test_several_short_maps_stand_side_by_side(tmp_path):
    alone, _ = save_maps([a_map(3, 5)] * 2, tmp_path / "alone.png")
    beside, _ = save_maps([a_map(3, 5)] * 4, tmp_path / "beside.png")
    assert size_of(beside)[1] > 1.5 * size_of(alone)[1]


def test_labels_that_do_not_fit_are_an_error():
    with pytest.raises(ValueError, match=r"values are \(1, 2\), labels \(1, 3\)"):
        LabelledMap("m", np.zeros((1, 2)), ("r",), ("a", "b", "c"), "", "", "")


def test_nothing_to_draw_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="nothing to draw"):
        save_maps([], tmp_path / "map.png")


def labelled(columns):
    return LabelledMap("m", np.zeros((2, len(columns))), ("a", "b"), columns, "unit", "step", "x")


def test_many_numbers_fit_a_screen_and_words_are_all_told(tmp_path):
    numbers, _ = save_maps([labelled(tuple(f"{0.04 * step:.2f}" for step in range(90)))], tmp_path / "numbers.png")
    words, _ = save_maps([labelled(tuple(f"word{step}" for step in range(70)))], tmp_path / "words.png")
    assert size_of(numbers)[1] <= 11 * 130
    assert size_of(words)[1] > 70 * 0.16 * 130  # inches that a label takes, pixels per inch


def test_labels_that_have_room_beside_each_other_are_not_slanted(tmp_path):
    level, _ = save_maps([labelled(("1234",) * 6)], tmp_path / "level.png")
    slanted, _ = save_maps([labelled(("1234567890",) * 6)], tmp_path / "slanted.png")
    assert size_of(slanted)[0] > size_of(level)[0] + 50
