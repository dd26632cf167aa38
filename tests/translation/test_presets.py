"""A preset is a file of options that any other option overrides."""

import pytest
import yaml

from apps.translation.__main__ import PRESETS, main
from apps.translation.config import TranslationConfig

FILES = sorted(PRESETS["train"].glob("*.yaml"))


def printed_config(capsys, *argv) -> dict:
    with pytest.raises(SystemExit) as exit_:
        main(["train", *argv, "--print_config"])
    assert exit_.value.code == 0
    return yaml.safe_load(capsys.readouterr().out)


def test_there_is_one_for_each_size_of_data():
    assert {file.stem for file in FILES} == {"tiny", "small", "base"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_preset_holds_options_that_exist(file):
    values = yaml.safe_load(file.read_text(encoding="utf-8"))
    options = TranslationConfig.from_dict(values).to_dict()
    assert values == {section: {name: options[section][name] for name in values[section]} for section in values}


def test_tiny_is_what_is_used_without_a_preset():
    values = yaml.safe_load((PRESETS["train"] / "tiny.yaml").read_text(encoding="utf-8"))
    assert TranslationConfig.from_dict(values) == TranslationConfig()


def test_the_printed_configuration_is_the_expanded_one(capsys):
    small = yaml.safe_load((PRESETS["train"] / "small.yaml").read_text(encoding="utf-8"))
    config = printed_config(capsys, "--preset", "small")
    assert "preset" not in config
    assert all(config[section][name] == small[section][name] for section in small for name in small[section])


@pytest.mark.parametrize("argv", [["--model.units=7", "--preset=small"], ["--preset", "small", "--model.units", "7"]])
def test_other_options_override_it_wherever_they_stand(argv, capsys):
    assert printed_config(capsys, *argv)["model"]["units"] == 7


def test_an_unknown_preset_lists_those_there_are(capsys):
    assert main(["train", "--preset", "huge"]) == 2
    assert capsys.readouterr().err == "translation: error: --preset: 'huge' is not one of base, small, tiny\n"


def test_only_training_has_presets(capsys):
    assert main(["evaluate", "run", "--preset", "small"]) == 2
    assert "unknown option" in capsys.readouterr().err
