"""Time series: reading bars, windows over one array, features in the graph, baselines, calibration.

Everything goes with any model. Importing this package loads nothing; take what is needed from its module:

    panel, windows, window_batches            many series in one array; forecast origins, never stored; batches of them
    read_bars, read_wide, check_panel         CSV and Parquet files into a panel, and what is wrong with their rows
    calendar, season                          the times of rows to come; rows of a season
    window_features, change_unit, heads       Keras layers and graph functions: features, scaling, what a network says
    baselines                                 repeat-last, drift, seasonal naive, linear, EWMA and GARCH simulation
    calibration                               conformal quantiles, learnt from the past alone
    forecast_metrics, diebold_mariano,        pinball, CRPS, coverage, MASE, directions; tests and intervals over dates
      block_bootstrap
    anomaly_scores                            how surprising each outcome was
    leak_audit                                corrupts the future and compares what must not have known it

A forecast is an array (N, H, Q): N origins, H rows ahead, Q quantile levels of the change since the origin, in
logarithms or differences as the panel's scale says.

>>> import numpy as np
>>> from rnnapps.series.baselines import RepeatLast
>>> from rnnapps.series.calibration import rolling_calibration
>>> from rnnapps.series.forecast_metrics import coverage
>>> from rnnapps.series.panel import Panel
>>> from rnnapps.series.windows import windows_between
>>> days = np.datetime64("2020-01-01", "s") + np.arange(900) * np.timedelta64(1, "D")
>>> prices = 100 * np.exp(np.cumsum(np.random.default_rng(0).normal(0, np.where(days < days[450], 0.01, 0.02))))
>>> panel = Panel(("A",), ("close",), prices[:, None], days, starts=np.array([0, 900]))
>>> test = windows_between(panel, window=32, horizon=2, start=days[450])
>>> inputs, coming = test.take(np.arange(64))  # for a network of your own; `test.batches(64)` gives all
>>> inputs["window"].shape, coming.shape
((64, 32, 1), (64, 2))

The baseline has learnt from calm years; calibration notices that they are over:

>>> levels = (0.05, 0.5, 0.95)
>>> raw = RepeatLast(levels).fit(panel, 2, before=days[450]).changes(test)
>>> print(coverage(raw, test.outcomes, levels).round(2))
[0.61 0.6 ]
>>> calibrated = rolling_calibration(raw, test.outcomes, test.origin_times, test.outcome_times, levels, window=100)
>>> print(coverage(calibrated, test.outcomes, levels).round(2))
[0.88 0.89]
"""
