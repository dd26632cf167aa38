"""Searches of an application without a network: what is tried, what is kept, and what is said."""

import csv
import json
import shutil

import pytest
import yaml

from rnnapps.command_line import BadInput
from rnnapps.tuning import TuningOptions, search
from tests.tuning.made_application import MadeApplication, MadeConfig, TrainConfig

pytest.importorskip("keras_tuner", reason="needs keras-tuner, which rnnapps[tuning] brings")
pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture
def made(tmp_path):
    return MadeApplication(tmp_path / "log")


def run(application, folder, config=None, **options):
    given = {"tuner": "random", "trials": 6, "search": f"{folder}/search", **options}
    return search(application, config or MadeConfig(), TuningOptions(**given), "made")


def trials_of(folder):
    with (folder / "search" / "trials.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("tuner", "trials"), [("random", 8), ("bayesian", 4), ("hyperband", 8)])
def test_so_many_configurations_are_tried_as_asked_for(made, tmp_path, tuner, trials):
    results = run(made, tmp_path, tuner=tuner, trials=trials)
    rows = trials_of(tmp_path)
    different = {(row["model.units"], row["model.cell"], row["train.learning_rate"]) for row in rows}
    assert results["trials"] == len(rows) == len(different) == trials


@pytest.mark.parametrize("tuner", ["random", "hyperband"])
def test_the_first_trial_is_the_start(made, tmp_path, tuner):
    results = run(made, tmp_path, tuner=tuner)
    assert results["start"]["values"] == {"model.units": 32, "model.cell": "gru", "train.learning_rate": 1e-3}
    assert int(results["start"]["trial"]) == 0


def test_the_best_configuration_is_the_one_with_the_best_objective(made, tmp_path):
    results = run(made, tmp_path, trials=10)
    assert results["best"]["validation"] == min(float(row["distance"]) for row in trials_of(tmp_path))


def test_a_greater_objective_is_better_where_it_says_so(tmp_path):
    results = run(MadeApplication(tmp_path / "log", direction="max"), tmp_path, trials=10)
    assert results["best"]["validation"] == max(float(row["distance"]) for row in trials_of(tmp_path))


def test_the_best_configuration_is_a_file_of_all_options(made, tmp_path):
    results = run(made, tmp_path, trials=10)
    best = MadeConfig.from_dict(yaml.safe_load((tmp_path / "search" / "best.yaml").read_text()))
    assert best.model.units == results["best"]["values"]["model.units"]
    assert best.train.learning_rate == results["best"]["values"]["train.learning_rate"]


def test_an_option_that_is_given_is_not_searched(made, tmp_path):
    run(made, tmp_path, config=MadeConfig(train=TrainConfig(learning_rate=0.05)))
    assert "train.learning_rate" not in trials_of(tmp_path)[0]


def test_a_space_file_says_what_is_searched(made, tmp_path):
    (tmp_path / "space.yaml").write_text("model.units: [32, 64, 80]\n")
    run(made, tmp_path, space=str(tmp_path / "space.yaml"), trials=3)
    assert {row["model.units"] for row in trials_of(tmp_path)} == {"32", "64", "80"}


def test_a_search_ends_when_all_combinations_are_tried(made, tmp_path):
    (tmp_path / "space.yaml").write_text("model.units: [32, 64, 80]\n")
    assert run(made, tmp_path, space=str(tmp_path / "space.yaml"), trials=9)["trials"] == 3


def test_values_that_do_not_fit_each_other_are_not_tried(made, tmp_path):
    (tmp_path / "space.yaml").write_text("model.units: [32, 48]\nmodel.segment: [1, 3, 4]\n")
    run(made, tmp_path, space=str(tmp_path / "space.yaml"), trials=9)
    tried = {(row["model.units"], row["model.segment"]) for row in trials_of(tmp_path)}
    assert tried == {("32", "1"), ("32", "4"), ("48", "1"), ("48", "3"), ("48", "4")}


def test_a_search_that_is_started_again_runs_nothing_again(made, tmp_path):
    first = run(made, tmp_path)
    count = len(made.lines())
    assert run(made, tmp_path) == first
    assert len(made.lines()) == count == 6


def test_a_search_goes_on_with_more_trials(made, tmp_path):
    run(made, tmp_path, trials=4)
    assert run(made, tmp_path, trials=7)["trials"] == 7
    assert [line["trial"] for line in made.lines()] == [f"trial_{number}" for number in range(7)]


@pytest.mark.parametrize("tuner", ["random", "bayesian", "hyperband"])
def test_a_kill_after_any_write_repeats_no_finished_trial(tmp_path, monkeypatch, tuner):
    import rnnapps.tuning.oracles as oracles

    made = MadeApplication(tmp_path / "log")
    write, copies = oracles.write_atomically, []

    def copying(path, content):
        found = write(path, content)
        copies.append(tmp_path / f"copy{len(copies)}")
        shutil.copytree(tmp_path / "search", copies[-1] / "search", ignore=shutil.ignore_patterns(".lock"))
        return found

    monkeypatch.setattr(oracles, "write_atomically", copying)
    whole = run(made, tmp_path, tuner=tuner, trials=4)
    monkeypatch.undo()
    trainings = len(made.lines())
    # Six files are written in the life of a trial: every fifth goes through all of them.
    for number, copy in enumerate(copies[1::5]):
        finished = {path.parent.name for path in copy.glob("search/*/trial.json") if "COMPLETED" in path.read_text()}
        again = MadeApplication(tmp_path / f"log{number}")
        results = run(again, copy, tuner=tuner, trials=4)
        assert results["trials"] == whole["trials"]
        # Those that hyperband gave more epochs count too; one that was being trained at the kill is trained on.
        assert trainings - len(finished) - 1 <= len(again.lines()) <= trainings - len(finished)


def test_hyperband_trains_few_configurations_for_long(made, tmp_path):
    run(made, tmp_path, tuner="hyperband", trials=9)
    epochs = {}
    for line in made.lines():
        epochs[line["trial"]] = line["to"]
    assert sorted(set(epochs.values())) == [1, 3, 9]
    assert sum(line["to"] - line["from"] for line in made.lines()) < 0.75 * 9 * 9


def test_hyperband_goes_on_where_a_training_had_paused(made, tmp_path):
    run(made, tmp_path, tuner="hyperband", trials=9)
    done = {}
    for line in made.lines():
        assert line["from"] == done.get(line["trial"], 0)
        done[line["trial"]] = line["to"]


def test_best_and_start_are_trained_to_their_end(made, tmp_path):
    results = run(made, tmp_path, tuner="hyperband", trials=9)
    assert results["best"]["epochs"] == results["start"]["epochs"] == 9


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_falls_behind_when_it_is_trained_to_its_end_is_not_the_best(tmp_path, seed):
    made = MadeApplication(tmp_path / "log", worse=lambda config, epochs: 3.0 * (epochs == 9))
    results = run(made, tmp_path, tuner="hyperband", trials=9, seed=seed)
    trained = [float(row["distance"]) for row in trials_of(tmp_path) if row["state"] == "trained"]
    assert results["best"]["validation"] == min(trained)


def test_what_cannot_be_trained_to_its_end_is_passed_over(tmp_path):
    worse = lambda config, epochs: 0.0 if epochs < 9 else 3.0 if config.model.units == 32 else float("nan")
    results = run(MadeApplication(tmp_path / "log", worse=worse), tmp_path, tuner="hyperband", trials=9)
    rows = trials_of(tmp_path)
    assert {row["state"] for row in rows} == {"trained", "failed"}
    assert {row["model.units"] for row in rows if row["state"] == "trained"} == {"32"}
    assert results["best"]["values"]["model.units"] == 32


def test_a_start_that_cannot_be_trained_loses_no_other_trial(tmp_path, capsys):
    results = run(MadeApplication(tmp_path / "log", fails=lambda config: config == MadeConfig()), tmp_path)
    assert (results["start"], results["verdict"]) == (None, "no start")
    assert results["best"]["validation"] == min(float(row["distance"]) for row in trials_of(tmp_path)[:-1])
    assert (tmp_path / "search" / "best.yaml").is_file()
    assert "nothing to compare with" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("space", "told"),
    [
        ("data.fraction: [0.1, 0.2]", "data.fraction: the data are read once"),
        ("model.segment: [1, 16]", "model.segment: trials with 16 cannot be compared"),
        ("model: [1, 2]", "model: expected an option with its section"),
    ],
)
def test_a_space_in_which_trials_cannot_be_compared_is_refused(made, tmp_path, space, told):
    (tmp_path / "space.yaml").write_text(space)
    with pytest.raises(BadInput, match=told):
        run(made, tmp_path, space=str(tmp_path / "space.yaml"))


def test_the_start_is_never_ended_early(tmp_path):
    ended = {}

    class Watched(MadeApplication):
        def validate(self, config, data, trial):
            ended[trial.path.name] = trial.prunes is not None
            return super().validate(config, data, trial)

    run(Watched(tmp_path / "log"), tmp_path, trials=3)
    assert ended == {"trial_0": False, "trial_1": True, "trial_2": True}


def test_epochs_of_several_trainings_are_those_of_the_longest(tmp_path):
    class Folds(MadeApplication):
        def validate(self, config, data, trial):
            (trial.path / "fold").mkdir(parents=True)
            (trial.path / "fold" / "history.csv").write_text("epoch,seconds\n1,0.5\n2,0.5\n")
            return super().validate(config, data, trial)

    run(Folds(tmp_path / "log"), tmp_path, trials=2)
    assert [(row["epochs"], row["seconds"]) for row in trials_of(tmp_path)] == [("9", "10.0")] * 2


def test_a_better_configuration_is_told_with_its_interval(made, tmp_path, capsys):
    results = run(made, tmp_path, trials=10)
    assert results["verdict"] == "better"
    assert results["interval"][0] < results["difference"] < results["interval"][1] < 0
    assert "is better on the test side" in capsys.readouterr().out


def test_it_is_said_that_the_test_side_shows_no_difference(tmp_path, capsys):
    assert run(MadeApplication(tmp_path / "log", gain=0.0), tmp_path, trials=10)["verdict"] == "not shown"
    assert "may be chance" in capsys.readouterr().out


def test_it_is_said_that_the_test_side_shows_the_opposite(tmp_path, capsys):
    assert run(MadeApplication(tmp_path / "log", gain=-1.0), tmp_path, trials=10)["verdict"] == "worse"
    assert "is worse" in capsys.readouterr().out


def test_it_is_said_that_nothing_was_better_than_the_start(made, tmp_path, capsys):
    (tmp_path / "space.yaml").write_text("model.units: [80, 16]\n")
    from tests.tuning.made_application import ModelConfig

    config = MadeConfig(ModelConfig(units=80), TrainConfig(learning_rate=0.01))
    results = run(made, tmp_path, config=config, space=str(tmp_path / "space.yaml"))
    assert results["verdict"] == "start"
    assert "No configuration was better" in capsys.readouterr().out


def test_a_configuration_that_cannot_be_trained_is_told_and_passed_over(tmp_path, capsys):
    made = MadeApplication(tmp_path / "log", fails=lambda config: config.model.units > 100)
    run(made, tmp_path, trials=10)
    failed = [row for row in trials_of(tmp_path) if row["state"] == "failed"]
    assert failed and all(int(row["model.units"]) > 100 and "too many" in row["message"] for row in failed)


def test_a_search_ends_after_three_failures_in_a_row(tmp_path, capsys):
    made = MadeApplication(tmp_path / "log", fails=lambda config: config.model.units != 32)
    (tmp_path / "space.yaml").write_text("model.units: [32, 64, 80, 96, 112, 128]\n")
    assert run(made, tmp_path, space=str(tmp_path / "space.yaml"))["trials"] == 4
    assert "ended early" in capsys.readouterr().out


def test_nothing_that_can_be_trained_is_an_error_with_its_reason(tmp_path):
    with pytest.raises(BadInput, match=r"no trial could be trained: model.units: .* too many"):
        run(MadeApplication(tmp_path / "log", fails=lambda config: True), tmp_path)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"config": MadeConfig(train=TrainConfig(epochs=5))}, "options of training .train.epochs: there 9, here 5."),
        ({"seed": 2}, "way of searching .seed: there 1, here 2."),
        ({"tuner": "bayesian"}, "way of searching"),
        ({"config": MadeConfig(train=TrainConfig(learning_rate=0.05))}, "search space .train.learning_rate"),
    ],
)
def test_a_folder_of_another_search_is_refused(made, tmp_path, other, told):
    run(made, tmp_path)
    with pytest.raises(BadInput, match=told):
        run(made, tmp_path, **other)


def test_a_folder_of_other_data_is_refused(made, tmp_path):
    run(made, tmp_path)
    with pytest.raises(BadInput, match="another data"):
        run(MadeApplication(tmp_path / "log", data=(1.0, 2.5)), tmp_path)


def test_a_folder_of_another_objective_is_refused(made, tmp_path):
    run(made, tmp_path)
    with pytest.raises(BadInput, match=r"another objective .direction: there min, here max."):
        run(MadeApplication(tmp_path / "log", direction="max"), tmp_path)


def test_a_folder_of_something_else_is_refused(made, tmp_path):
    (tmp_path / "search").mkdir()
    (tmp_path / "search" / "thesis.txt").write_text("")
    with pytest.raises(BadInput, match="not a search"):
        run(made, tmp_path)


def test_a_second_search_in_the_same_folder_is_refused(made, tmp_path):
    from rnnapps.tuning.search_folder import SearchFolder

    (tmp_path / "search").mkdir()
    with SearchFolder(tmp_path / "search").alone(), pytest.raises(BadInput, match="another process"):
        run(made, tmp_path)


def test_results_are_written_as_they_are_returned(made, tmp_path):
    results = run(made, tmp_path)
    assert json.loads((tmp_path / "search" / "results.json").read_text()) == results


def test_the_space_is_printed_as_a_file_that_is_read_back(made, tmp_path, capsys):
    search(made, MadeConfig(), TuningOptions(), "made", show_space=True)
    (tmp_path / "space.yaml").write_text(capsys.readouterr().out)
    run(made, tmp_path, space=str(tmp_path / "space.yaml"))
    run(made, tmp_path)  # the same space, so it goes on


def test_the_graphs_of_a_finished_trial_are_freed(tmp_path):
    import gc
    import weakref

    import keras
    import tensorflow as tf

    models, graphs = [], []

    class Networks(MadeApplication):
        def validate(self, config, data, trial):
            model = keras.Sequential([keras.layers.Dense(1)])
            graph = tf.function(lambda x: model(x)).get_concrete_function(tf.TensorSpec((None, 2)))
            models.append(weakref.ref(model))
            graphs.append(weakref.ref(graph.graph))
            # Those of the trials before, not its own.
            assert not any(reference() for reference in (*models[:-1], *graphs[:-1]))
            return super().validate(config, data, trial)

    run(Networks(tmp_path / "log"), tmp_path, trials=3)
    gc.collect()
    assert len(models) == 3
    assert not any(reference() for reference in (*models, *graphs))
