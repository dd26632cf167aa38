import numpy as np
import pytest

from rnnapps.decoding.ctc.confidence import ConfidenceScale, fit_confidence


def logit(p):
    return np.log(p / (1 - p))


@pytest.mark.parametrize(("slope", "offset"), [(1.0, 0.0), (0.4, -0.5), (1.5, 1.0)])
def test_the_scale_that_made_the_data_is_found_again(slope, offset):
    rng = np.random.default_rng(0)
    p = rng.uniform(0.05, 0.99, 20_000)
    right = rng.uniform(size=len(p)) < 1 / (1 + np.exp(-(slope * logit(p) + offset)))
    found = fit_confidence(np.log(p), right)
    assert (found.slope, found.offset) == pytest.approx((slope, offset), abs=0.07)


def test_the_share_that_is_right_is_what_confidences_say_on_average():
    rng = np.random.default_rng(1)
    p = rng.beta(8, 1, 500)
    right = rng.uniform(size=500) < p**2
    assert float(np.mean(fit_confidence(np.log(p), right)(np.log(p)))) == pytest.approx(right.mean(), abs=0.01)


@pytest.mark.parametrize("right", [True, False])
def test_all_of_few_are_not_certain(right):
    confidences = fit_confidence(np.log([0.9, 0.8, 0.99]), [right] * 3)(np.log([0.9, 0.8, 0.99])).numpy()
    assert np.all(confidences > 0.5) if right else np.all(confidences < 0.5)
    assert np.all((confidences > 0.01) & (confidences < 0.999))


def test_without_cases_probabilities_stay():
    assert fit_confidence(np.zeros(0), np.zeros(0, bool)) == ConfidenceScale(1.0, 0.0)


def test_surer_is_never_less_likely_to_be_right():
    # The less sure ones are right here.
    found = fit_confidence(np.log([0.2, 0.3, 0.8, 0.9] * 20), [True, True, False, False] * 20)
    confidences = found(np.log([0.1, 0.5, 0.9])).numpy()
    assert np.all(np.diff(confidences) >= 0)


def test_impossible_and_certain_symbols_have_finite_confidences():
    assert np.all(np.isfinite(ConfidenceScale(2.0, 1.0)([-1e30, -100.0, 0.0])))
