"""The plot of a search's trials."""

from rnnapps.tuning import Objective
from rnnapps.tuning.plot_trials import plot_trials
from rnnapps.tuning.space import Space
from rnnapps.tuning.trial_rows import TrialRow
from tests.tuning.made_application import MadeConfig


def test_trials_of_every_kind_are_drawn(tmp_path):
    space = Space.declared(MadeConfig())
    rows = [
        TrialRow("0", space.start, 2.0, 9, 1.0, "trained"),
        TrialRow("1", space.start | {"model.units": 80}, 1.0, 9, 1.0, "trained"),
        TrialRow("2", space.start | {"model.cell": "lstm"}, 3.0, 3, 1.0, "paused"),
        TrialRow("3", space.start | {"train.learning_rate": 0.1}, None, 0, 0.0, "failed", "too high"),
    ]
    path = plot_trials(rows, space, Objective("distance", "min", "distance"), tmp_path / "trials.png", "1", "0")
    assert path.read_bytes().startswith(b"\x89PNG")


def test_one_trial_alone_is_drawn(tmp_path):
    space = Space.declared(MadeConfig())
    rows = [TrialRow("0", space.start, 2.0, 9, 1.0, "trained")]
    assert plot_trials(rows, space, Objective("bleu", "max", "BLEU"), tmp_path / "trials.png", "0", "0").is_file()
