"""Pictures of attention and of training."""

import numpy as np
import pytest

from rnnapps.inspection import plot_alignment, plot_history


def picture(path):
    from matplotlib.image import imread

    return imread(path)


def test_a_heat_map_has_a_readable_cell_for_every_token(tmp_path):
    tokens = [f"token{i}" for i in range(20)]
    path = plot_alignment(np.eye(20), tokens, tokens, tmp_path / "plots" / "map.png")
    height, width, _ = picture(path).shape
    assert min(height, width) > 20 * 40  # 40 pixels a token


def test_a_heat_map_is_dark_where_the_weight_is(tmp_path):
    light = picture(plot_alignment(np.zeros((2, 2)), "ab", "cd", tmp_path / "light.png"))
    dark = picture(plot_alignment(np.ones((2, 2)), "ab", "cd", tmp_path / "dark.png"))
    assert dark.mean() < light.mean()


def test_accents_are_drawn_without_a_missing_glyph(tmp_path, recwarn):
    plot_alignment(np.eye(3), ["▁où", "▁Noël", "ç"], ["▁cœur", "é", "</s>"], tmp_path / "map.png")
    assert not [warning for warning in recwarn if "Glyph" in str(warning.message)]


def test_dollar_signs_are_labels_and_not_mathematics(tmp_path):
    assert plot_alignment(np.eye(1), ["$\\frac$"], ["$5$"], tmp_path / "map.png").exists()


def test_a_heat_map_of_many_tokens_still_opens(tmp_path):
    path = plot_alignment(np.zeros((3, 300)), ["a"] * 300, ["b"] * 3, tmp_path / "map.png")
    assert max(picture(path).shape) < 8000


def test_labels_that_do_not_fit_the_alignment_are_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"alignment is \(2, 3\).*\(3, 2\)"):
        plot_alignment(np.zeros((2, 3)), ["a", "b"], ["c", "d", "e"], tmp_path / "map.png")


def test_curves_are_drawn_from_a_history_with_gaps(tmp_path):
    history = tmp_path / "history.csv"
    history.write_text("epoch,loss,val_loss,val_bleu,lr\n1,3.0,3.5,,0.1\n2,2.0,2.5,50.0,0.1\n")
    assert picture(plot_history(history, tmp_path / "curves.png")).std() > 0


def test_an_empty_history_is_an_error(tmp_path):
    history = tmp_path / "history.csv"
    history.write_text("epoch,loss\n")
    with pytest.raises(ValueError, match="holds no epoch"):
        plot_history(history, tmp_path / "curves.png")


def test_validation_has_its_own_colour_also_where_it_is_alone(tmp_path):
    history = tmp_path / "history.csv"
    history.write_text("epoch,val_bleu\n1,10\n2,50\n")
    pixels = np.round(255 * picture(plot_history(history, tmp_path / "curves.png"))[..., :3]).astype(int)
    training, validation = ([31, 119, 180], [255, 127, 14])  # of matplotlib's cycle
    assert not (pixels == training).all(axis=-1).any() and (pixels == validation).all(axis=-1).any()
