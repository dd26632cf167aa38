"""EWMA and GARCH volatility: the recursion of pandas and arch, and the distributions that follow."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from rnnapps.series.baselines import EwmaSimulation, Garch
from rnnapps.series.windows import windows_between

from .made_walks import day, panel_of, walks

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def clustered(rows=3000, seed=0, omega=0.02, alpha=0.08, beta=0.9):
    """Levels whose changes are GARCH(1,1) with normal shocks and variance 1."""
    rng = np.random.default_rng(seed)
    steps, variance = np.zeros(rows), 1.0
    for t in range(rows):
        steps[t] = np.sqrt(variance) * rng.normal()
        variance = omega + alpha * steps[t] ** 2 + beta * variance
    return steps.cumsum()


def test_the_variance_is_the_exponential_mean_of_pandas():
    panel = walks("linear", rows=(100,))
    windows = windows_between(panel, 30, 1)
    found = EwmaSimulation(LEVELS).fit(panel, 1, day(90)).volatility(windows)
    squares = np.diff(panel.levels) ** 2
    started = pd.Series(np.concatenate([[squares[:20].mean()], squares[20:]]))
    expected = np.sqrt(started.ewm(alpha=0.06, adjust=False).mean().to_numpy())
    # The started series' element i is known at row 20 + i.
    np.testing.assert_allclose(found, expected[windows.rows - 20])


def test_the_variance_starts_as_the_mean_square_so_far():
    panel = panel_of([0.0, 1.0, 3.0, 3.0, *np.zeros(60)])
    windows = windows_between(panel, 1, 1, end=day(5))
    found = EwmaSimulation(LEVELS).fit(panel, 1, day(60)).volatility(windows)
    np.testing.assert_allclose(found, np.sqrt([0.0, 1.0, 2.5, 5 / 3]))


def test_one_row_ahead_the_quantiles_are_those_of_the_shocks():
    panel = walks("linear", rows=(800,))
    windows = windows_between(panel, 30, 1, start=day(700))
    baseline = EwmaSimulation(LEVELS, paths=100_000).fit(panel, 1, day(700))
    everywhere = windows_between(panel, 21, 1, end=day(700))
    shocks = everywhere.outcomes[:, 0] / baseline.volatility(everywhere)
    expected = baseline.volatility(windows)[:, None] * np.quantile(shocks, LEVELS)
    np.testing.assert_allclose(baseline.changes(windows)[:, 0], expected, atol=0.0004)


def test_quantiles_scale_with_the_volatility_at_the_origin():
    panel = panel_of(clustered())
    windows = windows_between(panel, 30, 5, start=day(2500))
    baseline = EwmaSimulation(LEVELS).fit(panel, 5, day(2500))
    quantiles, volatility = baseline.changes(windows), baseline.volatility(windows)
    scaled = quantiles / volatility[:, None, None]
    np.testing.assert_allclose(scaled, scaled[:1] + 0 * scaled, rtol=1e-9)
    assert volatility.max() > 1.5 * volatility.min()


def test_paths_of_a_walk_spread_with_the_root_of_time():
    panel = walks("linear", rows=(4000,))
    windows = windows_between(panel, 30, 9, start=day(3900))
    widths = np.ptp(EwmaSimulation(LEVELS, decay=0.999).fit(panel, 9, day(3900)).changes(windows), axis=-1)
    assert (widths[:, 8] / widths[:, 0]).mean() == pytest.approx(3.0, rel=0.05)


def test_the_seed_decides_the_paths():
    panel = walks()
    windows = windows_between(panel, 30, 3, start=day(270))
    first, again, other = (EwmaSimulation(LEVELS, seed=s).fit(panel, 3, day(270)).changes(windows) for s in (0, 0, 1))
    assert first.tobytes() == again.tobytes() != other.tobytes()


def test_a_decay_of_one_is_an_error():
    with pytest.raises(ValueError, match="decay must be between 0 and 1, is 1"):
        EwmaSimulation(LEVELS, decay=1.0)


def test_garch_filters_as_arch_does():
    arch = pytest.importorskip("arch")
    panel = panel_of(clustered(1200))
    baseline = Garch(LEVELS).fit(panel, 1, day(1200))
    steps = np.diff(panel.levels)
    theirs = arch.arch_model(steps / steps.std(), mean="Constant", vol="GARCH", dist="t", rescale=False)
    fitted = theirs.fit(disp="off")
    windows = windows_between(panel, 1, 1, start=day(101))
    found = baseline.changes(windows)
    # Widths are the deviation times the width of the shocks; arch's start differs, and is forgotten by row 100.
    widths = np.ptp(found[:, 0], axis=-1) / steps.std()
    expected = fitted.conditional_volatility[100:] * np.ptp(np.quantile(fitted.std_resid, [0.05, 0.95]))
    np.testing.assert_allclose(widths, expected, rtol=0.05)


def test_garch_returns_to_its_mean():
    pytest.importorskip("arch")
    panel = panel_of(clustered(4000))
    baseline = Garch(LEVELS).fit(panel, 60, day(3500))
    windows = windows_between(panel, 30, 60, start=day(3500))
    one, sixty = (np.ptp(baseline.changes(windows)[:, h], axis=-1) for h in (0, 59))
    assert one.max() / one.min() > 1.5
    assert sixty.max() / sixty.min() < 0.8 * one.max() / one.min()
    # 60 rows of variance 1, near enough normal.
    assert sixty.mean() == pytest.approx(2 * norm.ppf(0.95) * np.sqrt(60), rel=0.25)


def test_garch_without_arch_says_so(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not Garch.is_available()
    with pytest.raises(ValueError, match="GARCH needs the package arch, which is not installed; pip install arch"):
        Garch(LEVELS).fit(walks(), 1, day(270))
