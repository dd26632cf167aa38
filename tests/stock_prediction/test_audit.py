"""The audit of the application: every configuration passes, and a leak planted in any step is found in that step."""

import dataclasses
import typing

import numpy as np
import pytest
import tensorflow as tf

from apps.stock_prediction.anomalies import Watch
from apps.stock_prediction.audit import audit_application, components, excerpt, usual_cutoffs
from apps.stock_prediction.audit_steps import Steps
from apps.stock_prediction.config.forecast import ForecastConfig
from apps.stock_prediction.config.model import FEATURES, ModelConfig
from apps.stock_prediction.evaluation import METHODS
from rnnapps.series.anomaly_scores import past_threshold
from rnnapps.series.calibration import conformal_offsets, rolling_calibration
from rnnapps.series.leak_audit import audit
from rnnapps.series.panel import Panel
from rnnapps.series.windows import windows_between

from .audited import (
    DAYS,
    OneRowAhead,
    Planted,
    WithoutBaselines,
    a_day_too_long,
    a_row_ahead,
    bars,
    fitted_on_all_rows,
    options,
    wide,
)

DATES = {"validation_start": "2020-02-20", "test_start": "2020-03-25"}
DATE_AND_SHARE = {"validation_fraction": 0.3, "test_start": "2020-03-20"}
ROLLING, UNCALIBRATED = {"calibration": "rolling"}, {"calibration": "none"}
DRAWN = {"steps_per_epoch": 3, "batch_size": 16}
EVERY = ",".join(FEATURES)
# Together they have every value of every switch; see the test of that.
CONFIGURATIONS = [
    {"features": EVERY, "head": "student_t", "cell": "lstm", "scaling": "window", "data": DATES},
    {"head": "point", "point_loss": "mae", "cell": "simple_rnn", "attention": "none", "forecast": ROLLING},
    {"head": "point", "point_loss": "mse", "layers": 2, "linear_lags": 6, "scaling": "training", "train": DRAWN},
    {
        "head": "point",
        "linear_lags": 8,
        "linear_trainable": False,
        "segment": 2,
        "horizon": 3,
        "forecast": UNCALIBRATED,
    },
    {"head": "quantiles", "ticker_embedding": 0, "scaling": "ewma", "data": DATE_AND_SHARE, "attention": "bahdanau"},
]
WIDE = [
    {"features": "returns,volatility,averages,rsi,level,calendar", "scaling": "training", "linear_lags": 4},
    {"head": "student_t", "scaling": "window", "forecast": ROLLING},
    {"head": "point", "scaling": "ewma", "cell": "lstm"},
]


@pytest.fixture(autouse=True, scope="module")
def without_tracing():
    # Tracing each network would take many times as long as what it computes here.
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def leaking(config, panel, steps=None, about=""):
    """Names of what leaks; random values at three cut-offs, which is quick and finds what is planted below.

    Args:
        config, panel, steps: what is audited.
        about: only components whose names begin so.
    """
    steps = steps or WithoutBaselines(config, panel)
    sides = steps.sides(panel)
    cutoffs = [sides.validation_start, sides.test_start, usual_cutoffs(sides)[-1]]
    chosen = {name: part for name, part in components(steps, panel).items() if name.startswith(about)}
    findings = audit(panel, chosen, cutoffs, ["random"])
    return [finding.item for finding in findings if not finding.passed]


def found_out(config, panel, leak, faulty, about=""):
    """Names of what leaks once a faulty step is planted."""
    return leaking(config, panel, Planted(config, panel, leak, faulty), about)


def test_the_application_passes_at_every_cutoff_with_every_corruption():
    panel, config = bars(covariates=True), options()
    steps = WithoutBaselines(config, panel)
    findings = audit_application(config, panel, steps, usual_cutoffs(steps.sides(panel)))
    assert [str(finding) for finding in findings if not finding.passed] == []
    assert len(findings) == 17


@pytest.mark.parametrize("number", range(len(CONFIGURATIONS)))
def test_no_configuration_leaks(number):
    assert leaking(options(**CONFIGURATIONS[number]), bars(covariates=True)) == []


@pytest.mark.parametrize("number", range(len(WIDE)))
def test_no_configuration_of_a_wide_table_leaks(number):
    assert leaking(options(**WIDE[number]), wide()) == []


def test_every_value_of_every_switch_is_audited():
    audited = [options(), *(options(**changes) for changes in CONFIGURATIONS)]
    for name, section in (("model", ModelConfig), ("forecast", ForecastConfig)):
        for option, hint in typing.get_type_hints(section).items():
            if typing.get_origin(hint) is typing.Literal:
                seen = {getattr(getattr(config, name), option) for config in audited}
                assert seen == set(typing.get_args(hint)), option
    assert set(audited[1].model.feature_names) == set(FEATURES)


def test_no_baseline_leaks():
    config, panel = options(), bars()

    class Baselines(WithoutBaselines):
        baselines = METHODS

    assert leaking(config, panel, Baselines(config, panel), "baseline") == []


def test_garch_does_not_leak():
    pytest.importorskip("arch")
    hours = np.datetime64("2020-01-01", "s") + np.arange(900) * np.timedelta64(1, "h")
    prices = np.exp(np.cumsum(np.random.default_rng(1).normal(0, 0.01, 900)))
    panel = Panel(("a",), ("close",), prices[:, None], hours, np.array([0, 900]))

    class Garch(WithoutBaselines):
        baselines = ("garch",)

        @property
        def widths(self):
            return {}

    config = options(features="returns")
    assert leaking(config, panel, Garch(config, panel), "baseline") == []


@pytest.mark.parametrize("name", [name for name in FEATURES if name != "calendar"])
def test_a_feature_that_looks_one_row_ahead_is_caught(name):
    def faulty(steps, honest, windows):
        return honest(windows) | {name: honest(OneRowAhead(windows))[name]}

    assert found_out(options(features=EVERY), bars(), "features", faulty, "feature") == [f"feature {name}"]


def test_a_past_covariate_that_is_one_row_ahead_is_caught():
    config, panel = options(features="returns"), bars(covariates=True)
    found = found_out(config, panel, "features", a_row_ahead, "feature")
    assert found == ["feature returns", "feature past covariates"]  # what is known beforehand may be ahead


@pytest.mark.parametrize("scaling", ["ewma", "window"])
def test_a_unit_of_changes_from_one_row_ahead_is_caught(scaling):
    config, panel = options(scaling=scaling), bars()
    assert found_out(config, panel, "units", a_row_ahead, "scaling") == ["scaling: units of changes"]


@pytest.mark.parametrize("scaling", ["ewma", "window", "training"])
def test_a_scaler_fitted_on_all_rows_is_caught(scaling):
    config, panel = options(scaling=scaling), bars()
    found = found_out(config, panel, "fit", fitted_on_all_rows)
    assert found[:2] == ["scaling: constants fitted on the training side", "forecasts of the network"]


@pytest.mark.parametrize("head", ["quantiles", "student_t", "point"])
def test_a_network_that_sees_what_its_head_is_to_say_is_caught(head):
    config, panel = options(head=head), bars()
    found = found_out(config, panel, "forecasts", a_row_ahead)
    assert "forecasts of the network" in found
    assert not [item for item in found if item.startswith(("split", "scaling", "feature"))]


@pytest.mark.parametrize("data", [None, DATES])
@pytest.mark.parametrize(
    ("side", "item"), [("training", "what training learns from"), ("validation", "what validation sees")]
)
def test_a_side_whose_outcomes_reach_over_its_end_is_caught(data, side, item):
    config, panel = options(data), bars()
    assert f"split: {item}" in found_out(config, panel, "sides", a_day_too_long(side), "split")


@pytest.mark.parametrize("method", ["rolling", "adaptive"])
def test_a_calibration_that_knows_outcomes_at_once_is_caught(method):
    def faulty(steps, honest, weights, panel, since):
        windows, _ = honest(weights, panel, since)
        found = steps.forecasts(weights, windows)
        scaled, scale = found.scaled[:, :1], found.scale[:, :1]
        dates = windows.origin_times
        parts = scaled, windows.outcomes / scale, dates, dates[:, None]
        return windows, rolling_calibration(*parts, steps.levels, window=20, method=method) * scale[..., None]

    assert found_out(options(), bars(), "bars", faulty)[0] == "forecasts, calibrated"


def test_a_calibration_on_the_outcomes_to_be_judged_is_caught():
    def faulty(steps, honest, weights, windows, *earlier):
        found = steps.forecasts(weights, windows)
        return found.changes(conformal_offsets(found.scaled, found.scaled_outcomes(windows), steps.levels))

    assert found_out(options(), bars(), "calibrated", faulty)[0] == "forecasts, calibrated"


@pytest.mark.parametrize("name", METHODS)
def test_a_baseline_that_peeks_is_caught(name):
    class Peeking(WithoutBaselines):
        baselines = (name,)

        def baseline(self, name, panel, windows, before):
            return super().baseline(name, panel, windows, DAYS[-1])

    config, panel = options(), bars()
    found = leaking(config, panel, Peeking(config, panel), "baseline")
    assert found == [f"baseline {name}, fitted before validation", f"baseline {name}, fitted before the test"]


def test_a_rule_that_trades_on_the_bar_it_decides_by_is_caught():
    def faulty(steps, honest, windows, changes):
        found = honest(windows, changes)
        early = lambda account: np.append(account.signal_times, account.times[-2])
        return dataclasses.replace(
            found, accounts=[dataclasses.replace(account, times=early(account)) for account in found.accounts]
        )

    config, panel = options(), bars()
    assert found_out(config, panel, "backtest", faulty, "backtest") == ["backtest: positions"]


def test_a_rule_that_knows_the_next_bar_is_caught():
    def faulty(steps, honest, windows, changes):
        return honest(windows, changes + windows.outcomes[..., None])

    config, panel = options(), bars()
    found = found_out(config, panel, "backtest", faulty, "backtest")
    assert found == ["backtest: positions"]


def test_a_threshold_from_scores_to_come_is_caught():
    def faulty(steps, honest, windows, changes):
        found = honest(windows, changes)
        turned = lambda score: past_threshold(score[::-1], 0.05, 100, 1.0)[::-1]
        return [
            dataclasses.replace(series, thresholds={kind: turned(score) for kind, score in series.scores.items()})
            for series in found
        ]

    assert Watch().lead_time == 1
    config, panel = options(), bars()
    found = found_out(config, panel, "anomalies", faulty, "anomalies")
    assert found == ["anomalies: scores and thresholds"]


def test_an_excerpt_keeps_the_sides_and_some_rows_of_each():
    panel, config = bars(), options()
    fixed, few = excerpt(config, panel)
    before, after = Steps(config, panel).sides(panel), Steps(fixed, few).sides(few)
    assert (before.validation_start, before.test_start) == (after.validation_start, after.test_start)
    assert len(few.times) == len(panel.times)  # there are no more than it keeps


def test_windows_ahead_are_known_to_be_a_plant():
    # The plant itself: the last row of a window is the one after its origin.
    panel = bars()
    windows = windows_between(panel, 8, 2)
    (inputs, _), *_ = a_row_ahead(None, lambda x: list(x.batches(10_000)), windows)
    np.testing.assert_allclose(inputs["window"][0, -1, 3], windows.levels[0, 0], rtol=1e-6)
