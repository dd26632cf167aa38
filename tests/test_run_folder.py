"""A run's folder, its options, and what they are allowed to be, for any application."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import pytest

from rnnapps.command_line import BadInput
from rnnapps.config_checks import one_of, within
from rnnapps.config_sections import ConfigSections
from rnnapps.run_folder import RunFolder, resumable
from rnnapps.training import CheckpointError, OtherDataError
from rnnapps.training_options import TrainingOptions


@dataclass(frozen=True)
class Model:
    units: int = 8
    rate: float = 0.5
    cell: str = "gru"

    def __post_init__(self):
        within(self, "model", "units", least=1)
        within(self, "model", "rate", above=0, below=1)
        one_of(self, "model", "cell", ("gru", "lstm"))


@dataclass(frozen=True)
class Data:
    path: str | None = None


@dataclass(frozen=True)
class Config(ConfigSections):
    data: Data = field(default_factory=Data)
    model: Model = field(default_factory=Model)


class Runs(RunFolder):
    application = "juggling"
    product = "the juggler"
    configuration = Config


def config(path=None, **model):
    return Config(Data(path), Model(**model))


def test_a_new_run_has_its_configuration_from_the_beginning(tmp_path):
    folder = Runs.create(tmp_path / "run", config("x.csv", units=3))
    assert Runs.open(tmp_path / "run").config() == config("x.csv", units=3)
    assert [path.name for path in folder.path.iterdir()] == ["config.yaml"]
    assert list(tmp_path.iterdir()) == [tmp_path / "run"]


def test_a_run_is_found_by_name_under_its_application(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Runs.create(Runs.new_path("tiny", "data"), config())
    assert str(Runs.open("tiny").path) == "saved_models/juggling/tiny"


def test_a_run_without_a_name_is_called_after_its_data(tmp_path):
    assert Runs.new_path(None, "some/prices.csv.gz").name.startswith("prices-2")
    assert Runs.new_path(None, "tatoeba:deu-eng").name.startswith("tatoeba-deu-eng-2")


@pytest.mark.parametrize("name", ["", " "])
@pytest.mark.parametrize("find", [Runs.open, Runs.locate, lambda name: Runs.new_path(name, "data")])
def test_an_empty_name_is_no_run(find, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=f"run: '{name}' is empty; give the name or path of a run"):
        find(name)


def test_a_path_stays_a_path(tmp_path):
    assert Runs.new_path(str(tmp_path / "run"), "data") == tmp_path / "run"


def test_an_existing_run_is_not_made_again(tmp_path):
    with pytest.raises(ValueError, match="the run exists; choose another --run, or continue it with --resume"):
        Runs.create(tmp_path, config())


def test_what_is_no_run_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"not a run of the juggler: it has no config\.yaml"):
        Runs.open(tmp_path)
    with pytest.raises(FileNotFoundError, match="neither here nor in saved_models/juggling"):
        Runs.open("nowhere")


@pytest.mark.parametrize("given", [config(), config("x.csv", units=3)], ids=["none", "the same"])
def test_a_resumed_run_has_the_options_it_was_started_with(given, tmp_path):
    folder = Runs.create(tmp_path / "run", config("x.csv", units=3))
    assert folder.resumed_config(given) == config("x.csv", units=3)


def test_a_run_may_go_on_over_other_devices(tmp_path):
    @dataclass(frozen=True)
    class Spread(ConfigSections):
        train: TrainingOptions = field(default_factory=TrainingOptions)

    class SpreadRuns(Runs):
        configuration = Spread

    folder = SpreadRuns.create(tmp_path / "run", Spread(TrainingOptions(epochs=3, strategy="multiworker")))
    assert folder.resumed_config(Spread()).train == TrainingOptions(epochs=3)
    mirrored = Spread(TrainingOptions(epochs=3, strategy="mirrored"))
    assert folder.resumed_config(mirrored) == mirrored
    with pytest.raises(ValueError, match=r"--train\.epochs 4: the run was started with 3"):
        folder.resumed_config(Spread(TrainingOptions(epochs=4, strategy="mirrored")))


def test_the_option_that_was_given_is_the_one_that_is_named(tmp_path):
    folder = Runs.create(tmp_path / "run", config("x.csv", units=3))
    with pytest.raises(ValueError, match=r"--model.rate 0.25: the run was started with 0.5"):
        folder.resumed_config(config(rate=0.25))


@pytest.mark.parametrize("content", ["just text", "model: 3", "", "a: [", "- x"])
def test_a_file_that_holds_no_options_is_named(content, tmp_path):
    folder = Runs.create(tmp_path / "run", config())
    folder.config_file.write_text(content)
    with pytest.raises(ValueError, match=r"config\.yaml: not a configuration"):
        folder.config()


def test_a_file_with_another_version_s_options_is_named(tmp_path):
    folder = Runs.create(tmp_path / "run", config())
    folder.config_file.write_text("model: {width: 3}")
    with pytest.raises(ValueError, match=r"config\.yaml: model: unknown option 'width'; allowed: units"):
        folder.config()


def test_an_option_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(ValueError, match="model: unknown option 'unit'; allowed: units, rate, cell"):
        Config.from_dict({"model": {"unit": 3}})
    with pytest.raises(ValueError, match="configuration: unknown option 'modell'; allowed: data, model"):
        Config.from_dict({"modell": {}})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"units": 0}, "model.units: 0 must be a whole number at least 1"),
        ({"units": 1.5}, "model.units: 1.5 must be a whole number"),
        ({"units": True}, "model.units: True must be"),
        ({"rate": 1}, "model.rate: 1 must be a number above 0 and below 1"),
        ({"rate": float("nan")}, "model.rate: nan must be"),
        ({"cell": "rnn"}, "model.cell: 'rnn' is not one of gru, lstm"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_with_what_is(options, message):
    with pytest.raises(ValueError, match=message):
        Model(**options)


def test_metrics_come_back_as_they_were_written(tmp_path):
    folder = Runs(tmp_path)
    assert folder.read_metrics() == {}
    folder.write_metrics({"loss": 0.1 + 0.2})
    assert folder.read_metrics() == {"loss": 0.1 + 0.2}


@pytest.mark.parametrize(
    ("error", "words"),
    [(OSError("disk full"), "disk full; what was trained is kept, go on with: train --run here --resume"),
     (CheckpointError("another model"), "another model"), (OtherDataError("other data"), "other data")],
)  # fmt: skip
def test_what_stops_a_training_becomes_one_line(error, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Runs.create("here", config())
    with pytest.raises(BadInput, match=words), resumable("here"):
        raise error


def test_a_run_that_another_process_trains_is_left_alone(tmp_path):
    path = Runs.create(tmp_path / "run", config()).path
    told = "run: another process is training there; wait for it, or choose another --run"
    with resumable(path), pytest.raises(BadInput, match=told), resumable(path):
        pass


def test_a_run_that_nobody_trains_any_more_can_go_on(tmp_path):
    path = Runs.create(tmp_path / "run", config()).path
    with pytest.raises(KeyboardInterrupt), resumable(path):
        raise KeyboardInterrupt
    with resumable(path):
        assert Runs.open(path).config() == config()


def test_sections_are_what_the_fields_say():
    assert [section.name for section in dataclasses.fields(Config)] == list(Config().to_dict())
