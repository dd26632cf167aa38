"""What is fitted in closed form, where a series has little to say."""

import numpy as np

from apps.stock_prediction.fit_scales import typical_changes
from rnnapps.series.panel import Panel
from rnnapps.series.windows import windows_between


def test_a_series_that_stood_still_in_training_is_counted_in_the_others_unit():
    # Changes of 2 in every row, and none: with a unit near 0, its first move would widen all intervals.
    levels = np.concatenate([np.arange(0.0, 40.0, 2.0), np.full(20, 5.0), np.arange(0.0, 80.0, 4.0)])
    times = np.tile(np.arange("2010-01-01", "2010-01-21", dtype="datetime64[D]"), 3).astype("datetime64[s]")
    panel = Panel(("moves", "stands", "runs"), ("value",), levels[:, None], times, np.array([0, 20, 40, 60]), "linear")
    # The mean of 2, 0 and 4.
    assert typical_changes(windows_between(panel, 5, 2)).tolist() == [2.0, 2.0, 4.0]
