"""Trades and what they earn, by hand."""

import dataclasses

import numpy as np
import pytest

from apps.stock_prediction.backtest_figures import run_backtest, words
from apps.stock_prediction.equity_curve import Account, Equity, drawdown, equity, growth, moved, performance
from apps.stock_prediction.trading_rule import TradingRule, forecast_volatility, probability_of_a_rise
from rnnapps.series.panel import BARS, Panel
from rnnapps.series.windows import windows_between

LEVELS = np.array([0.1, 0.5, 0.9])
FREE = TradingRule(commission=0, slippage=0)


def days(count: int) -> np.ndarray:
    return np.datetime64("2020-01-01T00:00:00", "s") + np.arange(count) * np.timedelta64(86400, "s")


def bars(opens, name="A", starts=None, names=None) -> Panel:
    opens = np.asarray(opens, "float64")
    values = np.stack([opens, opens * 1.02, opens * 0.98, opens * 1.01, np.full(len(opens), 1000.0)], 1)
    starts = np.array([0, len(opens)]) if starts is None else np.asarray(starts)
    return Panel(names or (name,), BARS, values, np.concatenate([days(n) for n in np.diff(starts)]), starts, target=3)


def medians(values) -> np.ndarray:
    """(N, 1, 3) quantiles about these medians."""
    return np.asarray(values, "float64")[:, None, None] + np.array([-0.02, 0.0, 0.02])


def account(prices) -> Account:
    return Account("A", days(len(prices))[:-1], days(len(prices) + 1)[1:], np.asarray(prices, "float64"))


def test_three_bars_with_costs_earn_what_arithmetic_says():
    # Bought at 100 with a cost of 10 bp, up 10 %, up 10 %, sold before a fall of 5 %: nothing is traded in between.
    grown, traded = growth(np.array([1.0, 1.0, 0.0]), np.array([0.1, 0.1, -0.05]), 0.001)
    np.testing.assert_allclose(grown, [0.999 * 1.1, 1.1, 0.999, 1.0])
    np.testing.assert_allclose(traded, [1, 0, 1, 0])


def test_half_a_position_is_brought_back_to_half_and_pays_for_it():
    # 0.5 in the market doubles: 1.0 of 1.5 is in the market, so 1/6 is sold again; then 1/2 at the end.
    grown, traded = growth(np.array([0.5, 0.5]), np.array([1.0, 0.0]), 0.01)
    np.testing.assert_allclose(traded, [0.5, 1 / 6, 0.5])
    np.testing.assert_allclose(grown, [0.995 * 1.5, 1 - 0.01 / 6, 0.995])


def test_a_short_position_earns_a_fall():
    # -1 with a fall of 20 %: worth 1.2, of which -0.8 / 1.2 is short, bought back at the end.
    grown, traded = growth(np.array([-1.0]), np.array([-0.2]), 0.001)
    np.testing.assert_allclose(grown, [0.999 * 1.2, 1 - 0.001 * 0.8 / 1.2])
    np.testing.assert_allclose(traded, [1, 0.8 / 1.2])


def test_a_short_position_can_lose_everything_and_no_more():
    grown, _ = growth(np.array([-1.0, 1.0]), np.array([1.5, 0.5]), 0.0)
    assert np.prod(grown) == 0


def test_buying_and_holding_without_costs_is_the_ratio_of_prices():
    found = run_backtest(windows_between(bars([10, 11, 9, 12, 15, 14]), 1, 1), medians([0] * 5), LEVELS, FREE, 10)
    # The first forecast is made at row 0, bought at row 1's open, sold at the last one's.
    assert found.holding.values[-1] == pytest.approx(14 / 11)


def test_buying_and_holding_pays_for_one_purchase_and_one_sale():
    rule = TradingRule(commission=20, slippage=30)
    found = run_backtest(windows_between(bars([10, 11, 9, 12, 15, 14]), 1, 1), medians([0] * 5), LEVELS, rule, 10)
    assert found.holding.values[-1] == pytest.approx(14 / 11 * 0.995**2)


def test_two_series_held_are_the_mean_of_their_ratios():
    panel = bars([10, 10, 20, 20, 10, 10, 10, 5], starts=[0, 4, 8], names=("A", "B"))
    found = run_backtest(windows_between(panel, 1, 1), medians([0] * 6), LEVELS, FREE, 10)
    assert found.holding.values[-1] == pytest.approx((2 + 0.5) / 2)


def test_perfect_foresight_earns_every_rise_and_no_fall():
    opens = np.array([10, 11, 9, 12, 15, 14, 16], "float64")
    # The forecast of row t is right about the open of t + 1 to that of t + 2.
    known = np.log(opens[2:] / opens[1:-1])
    panel = bars(opens)
    found = run_backtest(windows_between(panel, 1, 1), medians([*known, 0.0]), LEVELS, FREE, 10)
    assert found.strategy.values[-1] == pytest.approx(12 / 9 * 15 / 12 * 16 / 14)
    assert found.figures["strategy"]["hit_rate"] == 100


def test_foresight_long_and_short_earns_falls_too():
    opens = np.array([10, 11, 9, 12], "float64")
    rule = dataclasses.replace(FREE, sides="long_short")
    found = run_backtest(windows_between(bars(opens), 1, 1), medians([-0.2, 0.2, 0.0]), LEVELS, rule, 10)
    assert found.strategy.values[-1] == pytest.approx((1 + 2 / 11) * (12 / 9))


def test_the_trade_is_at_the_open_after_the_signal():
    found = run_backtest(windows_between(bars([10, 11, 9, 12]), 1, 1), medians([1, 0, 0]), LEVELS, FREE, 10)
    np.testing.assert_array_equal(found.positions[0], [1, 0])
    np.testing.assert_array_equal(found.accounts[0].prices, [11, 9, 12])
    assert found.strategy.values[-1] == pytest.approx(9 / 11)


def test_bars_after_a_signal_do_not_change_its_position():
    opens = 100 * np.exp(np.cumsum(np.random.default_rng(0).normal(0, 0.02, 60)))
    rule = TradingRule(hold=2, target_volatility=10)

    def positions(panel):
        windows = windows_between(panel, 5, 2)
        window = windows.inputs(windows.rows)["window"][:, :, 3].astype("float64")
        middle = np.log(window[:, -1] / window[:, 0])[:, None, None] * np.array([[1.0], [1.4]])
        quantiles = middle + window.std(1)[:, None, None] / 100 * np.array([-1.0, 0.0, 1.0])
        return run_backtest(windows, quantiles, LEVELS, rule, 5).positions[0]

    panel = bars(opens)
    values = panel.values.copy()
    values[31:] *= 7
    before, after = positions(panel), positions(dataclasses.replace(panel, values=values))
    # Row 30 is the origin of number 26, because the first one has four rows before it.
    np.testing.assert_array_equal(before[:27], after[:27])
    assert not np.array_equal(before[27:], after[27:])


def test_a_rise_smaller_than_two_costs_is_not_traded():
    rule = TradingRule(commission=2, slippage=3)
    np.testing.assert_array_equal(rule.signals(medians([0.0009, 0.0011, -0.01]), LEVELS, 252), [0, 1, 0])


def test_short_needs_a_fall_larger_than_two_costs():
    rule = TradingRule(sides="long_short")
    np.testing.assert_array_equal(rule.signals(medians([-0.0009, -0.0011, 0.0011]), LEVELS, 252), [0, -1, 1])


def test_the_probability_of_a_rise_is_read_between_the_quantiles():
    # 0 lies halfway from the median -0.01 to the 0.9 quantile 0.01: probability 1 - 0.7.
    found = probability_of_a_rise(np.array([[-0.03, -0.01, 0.01], [1.0, 2.0, 3.0], [-3.0, -2.0, -1.0]]), LEVELS)
    np.testing.assert_allclose(found, [0.3, 0.9, 0.1])


def test_the_signal_probability_needs_its_threshold():
    rule = TradingRule(signal="probability", threshold=0.6, sides="long_short")
    np.testing.assert_array_equal(rule.signals(medians([0.003, 0.006, -0.006]), LEVELS, 252), [0, 1, -1])


def test_a_signal_is_held_in_shares():
    found = TradingRule(hold=3).positions(np.array([1.0, 0, 0, 0, 1, 1]))
    np.testing.assert_allclose(found, [1 / 3, 1 / 3, 1 / 3, 0, 1 / 3, 2 / 3])


def test_the_signal_of_a_longer_hold_is_that_lead_time():
    quantiles = np.concatenate([medians([1.0]), medians([-1.0])], 1)
    assert TradingRule(hold=2).signals(quantiles, LEVELS, 252) == [0]


def test_a_normal_forecast_has_its_standard_deviation():
    assert forecast_volatility(np.array([[-1.2815515655, 0, 1.2815515655]]), LEVELS)[0] == pytest.approx(1)


def test_the_volatility_target_scales_the_position():
    # 0.02 between 0.5 and 0.9 is a standard deviation of 0.015606 a bar, 31.21 % a year of 400 bars.
    rule = TradingRule(signal="always", target_volatility=10)
    assert rule.signals(medians([0.0]), LEVELS, 400)[0] == pytest.approx(10 / 31.2121, rel=1e-4)
    assert TradingRule(signal="always", target_volatility=90).signals(medians([0.0]), LEVELS, 400) == [1]


def test_performance_by_hand():
    # Half a year apart: 1 -> 1.2 -> 0.9.
    times = np.array(["2020-01-01T00:00:00", "2020-07-01T15:00:00", "2020-12-31T06:00:00"], "datetime64[s]")
    found = performance(Equity(times, np.array([1, 1.2, 0.9]), np.array(3.0), np.array(0.5)))
    assert found["total"] == pytest.approx(-10)
    assert found["yearly"] == pytest.approx(-10)
    assert found["drawdown"] == pytest.approx(25)
    assert found["turnover"] == pytest.approx(3)
    returns = np.array([0.2, -0.25])
    assert found["volatility"] == pytest.approx(100 * returns.std(ddof=1) * np.sqrt(2))
    assert found["sharpe"] == pytest.approx(returns.mean() / returns.std(ddof=1) * np.sqrt(2))


def test_drawdown_is_below_the_highest_value_so_far():
    np.testing.assert_allclose(drawdown(np.array([1.0, 2.0, 1.0, 4.0, 3.0])), [0, 0, 0.5, 0, 0.25])


def test_accounts_of_other_calendars_keep_their_last_worth():
    first = Account("A", days(3)[:2], days(4)[1:], np.array([1.0, 2.0, 2.0]))
    second = Account("B", days(4)[2:3], days(5)[3:], np.array([1.0, 3.0]))
    found = equity([first, second], [np.ones(2), np.ones(1)], 0.0)
    np.testing.assert_allclose(found.values, [1, 1.5, 1.5, 2.5])


def test_moved_positions_are_the_same_in_the_same_order():
    (found,) = moved([account(np.ones(51))], [np.arange(50.0)], 20, seed=1)
    assert found.shape == (20, 50)
    for row in found:
        np.testing.assert_array_equal(np.roll(row, -np.argmin(row)), np.arange(50))
    assert len({row[0] for row in found}) == 20
    assert found[:, 0].min() > 0


def test_there_are_no_more_moves_than_other_dates():
    (found,) = moved([account(np.ones(5))], [np.array([1.0, 2, 3, 4])], 100, seed=1)
    assert sorted(map(tuple, found)) == [(2, 3, 4, 1), (3, 4, 1, 2), (4, 1, 2, 3)]


def test_series_are_moved_together_on_their_own_calendars():
    first = Account("A", days(4), days(5)[1:], np.ones(5))
    second = Account("B", days(4)[[0, 1, 3]], days(5)[[1, 2, 3, 4]], np.ones(4))
    a, b = moved([first, second], [np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 4])], 3, seed=1)
    assert {(tuple(x), tuple(y)) for x, y in zip(a, b, strict=True)} == {
        ((4, 1, 2, 3), (4, 1, 2)),
        ((3, 4, 1, 2), (4, 1, 2)),
        ((2, 3, 4, 1), (2, 4, 1)),
    }


def test_moves_repeat_with_their_seed():
    drawn = [moved([account(np.ones(51))], [np.arange(50.0)], 3, seed)[0] for seed in (1, 1, 2)]
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


def random_walk(count: int, seed: int = 0) -> np.ndarray:
    return 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.01, count)))


def test_foresight_is_better_than_random_dates():
    opens = random_walk(402)
    known = np.append(np.log(opens[2:] / opens[1:-1]), 0.0)
    found = run_backtest(windows_between(bars(opens), 1, 1), medians(known), LEVELS, TradingRule(), 200).figures
    assert found["null"]["total"]["p_value"] == pytest.approx(1 / 201)
    assert "is better than the same trades at random dates" in words(found)[0]


def test_noise_is_no_better_than_random_dates():
    noise = np.random.default_rng(3).normal(0, 0.01, 401)
    found = run_backtest(windows_between(bars(random_walk(402)), 1, 1), medians(noise), LEVELS, FREE, 200).figures
    assert found["null"]["total"]["p_value"] > 0.05
    assert words(found)[0].startswith("The signal is no better than the same trades at random dates (p = .")


def test_a_rule_that_never_trades_says_so():
    windows = windows_between(bars(random_walk(30)), 1, 1)
    found = run_backtest(windows, medians([0.0] * 29), LEVELS, TradingRule(), 10).figures
    assert words(found) == ["The rule never trades: no forecast asked for a position that its costs allow."]
    assert found["strategy"]["total"] == 0
    assert found["strategy"]["hit_rate"] is None


def test_a_position_that_never_changes_is_not_called_timing():
    windows = windows_between(bars(random_walk(30)), 1, 1)
    found = run_backtest(windows, medians([1.0] * 29), LEVELS, TradingRule(), 10).figures
    assert "no timing to judge" in words(found)[0]
    assert found["strategy"] == found["buy_and_hold"]


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("hold", 0, "--hold must be at least 1 bar, is 0"),
        ("threshold", 0.4, "--threshold must lie in"),
        ("slippage", -1.0, "--slippage must be at least 0, is -1.0"),
        ("target_volatility", float("nan"), "--target_volatility must be at least 0, is nan"),
    ],
)
def test_a_bad_rule_names_its_option(option, value, message):
    with pytest.raises(ValueError, match=message.replace("[", r"\[")):
        TradingRule(**{option: value})


def test_a_hold_beyond_the_horizon_is_refused():
    with pytest.raises(ValueError, match="--hold 3: the forecasts reach 1 bars ahead"):
        TradingRule(hold=3).signals(medians([0.0]), LEVELS, 252)


def test_values_that_are_not_prices_are_not_traded():
    panel = Panel(("A",), ("A",), np.zeros((9, 1)), days(9), np.array([0, 9]), scale="linear")
    with pytest.raises(ValueError, match="a backtest needs prices"):
        run_backtest(windows_between(panel, 1, 1), medians([0] * 8), LEVELS, FREE)
