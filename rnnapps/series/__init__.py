"""Time series: reading bars, windows over one array, features in the graph, baselines, calibration."""
