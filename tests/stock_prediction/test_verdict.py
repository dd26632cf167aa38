"""Words for planted differences: the better is called better, noise no better, the biased worse."""

import copy

import numpy as np
import pytest

from apps.stock_prediction.score import score
from apps.stock_prediction.verdict import headline, title, verdicts

from .test_score import normal, truth

COUNT = 400


@pytest.fixture(scope="module")
def market():
    """What could be known of the outcomes, and the outcomes."""
    rng = np.random.default_rng(5)
    known, unknown = rng.normal(size=(2, COUNT, 1))
    return 0.4 * known, truth(0.4 * known + unknown)


def judged(model, baselines, outcomes) -> dict:
    figures = score({"model": model, **baselines}, outcomes, resamples=200)
    return verdicts(figures) | {"headline": headline(figures, verdicts(figures))}


def naive(known) -> np.ndarray:
    return normal(0 * known, 1.08)


def test_a_planted_better_forecast_is_called_better(market):
    known, outcomes = market
    found = judged(normal(known), {"ewma_simulation": naive(known)}, outcomes)
    assert [found[side]["1"]["verdict"] for side in ("distribution", "point", "direction")] == ["better"] * 3
    text = found["distribution"]["1"]["text"]
    assert text.startswith("better than the best baseline (EWMA simulation): pinball 2")
    assert text.endswith(" %, p = .001")


def test_noise_on_the_baseline_is_no_better(market):
    known, outcomes = market
    noise = 0.02 * np.random.default_rng(6).normal(size=known.shape)
    found = judged(normal(noise, 1.08), {"repeat_last": naive(known)}, outcomes)
    assert [found[side]["1"]["verdict"] for side in ("distribution", "point", "direction")] == ["no better"] * 3
    assert found["direction"]["1"]["text"].startswith("no better than chance: right in ")


def test_a_biased_forecast_is_worse(market):
    known, outcomes = market
    found = judged(normal(0 * known - 0.8), {"repeat_last": naive(known)}, outcomes)
    assert [found[side]["all"]["verdict"] for side in ("distribution", "point")] == ["worse"] * 2
    assert found["point"]["all"]["change"] > 5


def test_a_too_narrow_distribution_is_worse_though_its_point_is_no_worse(market):
    known, outcomes = market
    found = judged(normal(0 * known, 0.2), {"repeat_last": naive(known)}, outcomes)
    assert found["distribution"]["1"]["verdict"] == "worse"
    assert found["point"]["1"]["verdict"] == "no better"


def test_the_best_baseline_is_the_one_that_loses_least_here(market):
    known, outcomes = market
    baselines = {"repeat_last": naive(known), "drift": normal(known), "linear": normal(0 * known + 3)}
    found = judged(naive(known), baselines, outcomes)
    assert found["distribution"]["1"]["baseline"] == "drift"
    assert found["distribution"]["1"]["verdict"] == "worse"


def test_the_headline_says_chance_in_words(market):
    known, outcomes = market
    lines = judged(naive(known), {"drift": naive(known)}, outcomes)["headline"]
    assert lines[2].startswith("Direction:    no better than chance: right in 50.0 %")


def test_always_up_in_a_rising_market_is_no_better_than_always_saying_up():
    rising = truth(np.random.default_rng(7).normal(0.5, 1, (COUNT, 1)))
    found = judged(normal(np.ones((COUNT, 1))), {"repeat_last": normal(np.zeros((COUNT, 1)))}, rising)
    assert found["direction"]["1"]["verdict"] == "no better"
    assert found["direction"]["1"]["text"].startswith("no better than always saying up: right in ")
    assert found["direction"]["1"]["accuracy"] > 0.6


def test_too_few_independent_dates_are_never_a_success(market):
    known, _ = market
    outcomes = truth(np.tile(known[:30], (1, 5)))
    found = judged(normal(np.tile(known[:30], (1, 5))), {"drift": normal(np.zeros((30, 5)) + 2)}, outcomes)
    assert found["distribution"]["5"]["verdict"] == "no better"
    assert found["distribution"]["5"]["text"].endswith("too few independent dates for a test")


def test_a_difference_needs_its_p_value(market):
    known, outcomes = market
    figures = copy.deepcopy(score({"model": normal(known), "drift": naive(known)}, outcomes, resamples=200))
    test = figures["tests"]["drift"]["pinball"]["1"]
    found = []
    for test["p_value"] in (0.049, 0.05):
        found.append(verdicts(figures)["distribution"]["1"]["verdict"])
    assert found == ["better", "no better"]


def test_names_are_written_as_people_write_them():
    assert [title(name) for name in ("ewma_simulation", "repeat_last", "garch")] == [
        "EWMA simulation",
        "repeat last",
        "GARCH",
    ]
