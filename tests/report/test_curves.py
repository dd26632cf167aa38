"""Curves of a history."""

import pytest

from rnnapps.report import curves


@pytest.mark.parametrize("rates", [(1.1e-13, 1.0e-13), (0.5, 0.5), (0.0, 0.0), (3.0, 1e9)])
def test_numbers_of_every_size_lie_within_the_axis(tmp_path, rates):
    history = tmp_path / "history.csv"
    history.write_text("epoch,learning_rate\n" + "".join(f"{n},{rate!r}\n" for n, rate in enumerate(rates, 1)))
    (panel,) = curves.panels_of(history)
    heights = [y for curve in panel.curves for _, y in curve.points]
    lowest, highest = panel.up[0][0], panel.up[-1][0]
    assert lowest > highest  # downward, as in a picture
    assert all(highest <= height <= lowest for height in heights)
    assert (heights[0] < heights[1]) == (rates[0] > rates[1])
