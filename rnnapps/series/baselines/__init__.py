"""What a network has to beat: simple forecasts with quantiles, all used alike.

    baseline = EwmaSimulation(levels).fit(panel, horizon, before)     # rows with time < before, no others
    baseline.changes(windows)                                         # (N, H, Q), rows up to each origin, no others
    baseline.points(windows)                                          # (N, H), the single best guess

All forecast changes on the panel's scale, logarithms or differences. Windows are over the same series, in the same
order, as the panel that a baseline was fitted on, and as long a horizon.
"""

from rnnapps.series.baselines.drift import Drift
from rnnapps.series.baselines.ewma_simulation import EwmaSimulation
from rnnapps.series.baselines.garch import Garch
from rnnapps.series.baselines.linear_lags import LinearLags
from rnnapps.series.baselines.repeat_last import RepeatLast
from rnnapps.series.baselines.seasonal_naive import SeasonalNaive

__all__ = ["Drift", "EwmaSimulation", "Garch", "LinearLags", "RepeatLast", "SeasonalNaive"]
