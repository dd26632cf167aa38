"""What calibration of a run looks back on."""

import numpy as np
import pytest

from apps.stock_prediction.calibrate import continued_history, dates_kept
from apps.stock_prediction.config import ForecastConfig
from rnnapps.series.calibration import History


@pytest.mark.parametrize(
    ("horizon", "series", "dates"),
    [
        (5, 4, 500),  # twice 250
        (5, 1000, 285),  # 10,000,000 / (1000 series * 5 rows * 7 levels)
        (5, 5000, 250),  # never fewer than the window of calibration
        (720, 1, 2880),  # four horizons, beside which twice as many would be too much
    ],
)
def test_twice_the_dates_of_calibration_are_kept_where_they_can_be_afforded(horizon, series, dates):
    assert dates_kept(ForecastConfig(), horizon, series) == dates


def history(first, count):
    """One series, one row ahead: the outcome of origin day n is known on day n + 1."""
    days = np.datetime64("2020-01-01", "s") + np.arange(first, first + count) * np.timedelta64(86400, "s")
    numbers = np.arange(first, first + count, dtype="float32")
    quantiles = np.repeat(numbers[:, None, None], 7, axis=2)
    return History(quantiles, numbers[:, None], days, days[:, None] + np.timedelta64(86400, "s"))


def test_the_latest_forecasts_are_kept_in_their_order():
    found = continued_history(history(0, 30), history(30, 25), ForecastConfig(calibration_dates=20))
    assert found.outcomes[:, 0].tolist() == list(range(15, 55))
    assert found.quantiles.shape == (40, 1, 7)
