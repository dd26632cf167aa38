"""The space of a search: what is declared, what a file may say, and which configurations it gives."""

import pytest

from rnnapps.search_space import Choice, Range
from rnnapps.tuning.space import Space
from tests.tuning.made_application import MadeConfig, ModelConfig, TrainConfig


def read(tmp_path, text, base=None):
    path = tmp_path / "space.yaml"
    path.write_text(text)
    return Space.read(path, base or MadeConfig())


def test_the_declared_space_holds_every_option_with_values_beside_it():
    assert list(Space.declared(MadeConfig()).values) == ["model.units", "model.cell", "train.learning_rate"]


def test_an_option_that_is_not_the_default_is_not_searched():
    assert "model.units" not in Space.declared(MadeConfig(ModelConfig(units=48))).values


def test_nothing_left_to_search_is_an_error():
    base = MadeConfig(ModelConfig(units=48, cell="lstm"), TrainConfig(learning_rate=0.5))
    with pytest.raises(ValueError, match="nothing to search"):
        Space.declared(base)


def test_the_values_of_the_start_give_the_options_it_started_from():
    base = MadeConfig(train=TrainConfig(learning_rate=0.00123456789))
    space = Space(base, {"train.learning_rate": Range(1e-4, 1e-1, log=True)})
    assert space.config(space.start) is base


def test_a_number_that_lost_digits_on_its_way_is_the_one_that_was_drawn():
    import numpy as np

    space = Space.declared(MadeConfig())
    values = space.start | {"train.learning_rate": float(np.float32(0.0025))}
    assert space.config(values).train.learning_rate == 0.0025


def test_options_may_stand_under_their_section(tmp_path):
    flat = read(tmp_path, "model.units: {low: 16, high: 64}\ntrain.learning_rate: [0.001, 0.01]\n")
    nested = read(tmp_path, "model:\n  units: {low: 16, high: 64}\ntrain:\n  learning_rate: [0.001, 0.01]\n")
    assert flat.values == nested.values


def test_numbers_that_yaml_takes_for_words_are_numbers(tmp_path):
    space = read(tmp_path, "train.learning_rate: {low: 1e-4, high: 1e-2, log: true}\n")
    assert space.values["train.learning_rate"] == Range(1e-4, 1e-2, log=True)


def test_whole_numbers_may_stand_for_an_option_with_a_point(tmp_path):
    space = read(tmp_path, "model.dropout: {low: 0, high: 0.5}\n")
    assert not space.values["model.dropout"].whole and space.values["model.dropout"].holds(0.25)


def test_a_list_is_a_choice(tmp_path):
    assert read(tmp_path, "model.cell: [gru, lstm]\n").values["model.cell"] == Choice(("gru", "lstm"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("model.unit: [16, 32]", "model.unit: unknown option 'unit'; allowed: units"),
        ("net.units: [16, 32]", "unknown section 'net'; allowed: model, train"),
        ("model.units: 32", "neither a list of values nor a range"),
        ("model.units: {low: 16, most: 64}", "neither a list of values nor a range"),
        ("model.units: {low: 64, high: 16}", "low: 64 must be below high, 16"),
        ("model.units: {low: sixteen, high: 64}", "low: 'sixteen' is not a number"),
        ("train.learning_rate: {low: 0, high: 0.1, log: true}", "must be above 0 where log is true"),
        ("model.units: {low: 64, high: 128}", "model.units: 32, where the search starts, is not among 64 to 128"),
        ("model.cell: [gru, rnn]", "no trial can have rnn: model.cell: 'rnn' is not one of gru, lstm"),
        ("model.dropout: {low: 0, high: 1.5}", "no trial can have 1.5: model.dropout"),
        ("model.units: [32, 32]", "two or more different values"),
        ("[model.units]", "expected options with their values"),
        ("model: {units: [16", "not YAML"),
    ],
)
def test_a_file_that_is_no_space_is_told_with_its_name(tmp_path, text, told):
    with pytest.raises(ValueError, match=r"space\.yaml: ") as caught:
        read(tmp_path, text)
    assert told in str(caught.value)


def test_a_value_that_fits_only_with_others_is_allowed(tmp_path):
    space = read(tmp_path, "model.units: [32, 48]\nmodel.segment: [1, 3]\n")
    assert space.reason_against({"model.units": 48, "model.segment": 3}) is None
    assert "not a multiple" in space.reason_against({"model.units": 32, "model.segment": 3})


def test_a_missing_file_is_told():
    with pytest.raises(FileNotFoundError, match=r"--space nowhere\.yaml: no such file"):
        Space.read("nowhere.yaml", MadeConfig())
