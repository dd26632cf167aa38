"""The examples that a run keeps for its report."""

import json
import re


def test_examples_are_forecast_from_their_own_price(trained_run):
    examples = json.loads((trained_run / "examples.json").read_text(encoding="utf-8"))
    told = [example["texts"]["after 3 rows"] for group in examples.values() for example in group]
    assert told
    for line in told:
        numbers = [float(word.replace(",", "")) for word in re.findall(r"[\d,]*\.\d+", line)]
        median, start = numbers[0], numbers[-1]
        assert abs(median / start - 1) < 0.03, line  # three steps of about one percent
