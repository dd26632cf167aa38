"""Options from type hints, exit codes and one line for bad input."""

import dataclasses
import re
import sys
import types

import pytest

from rnnapps.command_line import BadInput, call_with_options, reading_input, run_command_line


@dataclasses.dataclass(frozen=True)
class Model:
    units: int = 8

    def __post_init__(self):
        if self.units < 1:
            raise ValueError(f"model.units must be > 0, is {self.units}")


@dataclasses.dataclass(frozen=True)
class Config:
    """Every option.

    Args:
        model: what is trained
    """

    model: Model = dataclasses.field(default_factory=Model)


def fit(config: Config, resume: bool = False):
    """Trains."""
    return config.model.units, resume


def score(run: str, beam: int = 1):
    """Scores."""
    return run, beam


def say(run: str, text: str | None = None, /, *, loud: bool = False):
    """Says."""
    return run, text, loud


def test_fields_of_a_dataclass_are_options():
    assert call_with_options(fit, "fit", ["--model.units", "3"]) == (3, False)


def test_annotations_may_be_text():
    # As `from __future__ import annotations` makes them.
    def later(config: "Config", resume: "bool" = False):
        """Trains."""
        return config.model, resume

    assert call_with_options(later, "later", ["--model.units", "7", "--resume"]) == (Model(units=7), True)


def test_a_switch_needs_no_value():
    assert call_with_options(fit, "fit", ["--resume"]) == (8, True)


def test_parameters_without_default_are_positional():
    assert call_with_options(score, "score", ["a", "--beam=4"]) == ("a", 4)


def test_positional_only_parameters_are_positional_and_may_be_left_out():
    assert call_with_options(say, "say", ["a", "b c", "--loud"]) == ("a", "b c", True)
    assert call_with_options(say, "say", ["--loud", "a"]) == ("a", None, True)


def test_a_keyword_without_default_is_an_option_that_must_be_given():
    def look(run: str, /, *, text: str):
        """Looks."""
        return run, text

    assert call_with_options(look, "look", ["a", "--text", "b"]) == ("a", "b")
    with pytest.raises(BadInput, match="text"):
        call_with_options(look, "look", ["a"])


def test_options_come_from_a_file_and_later_ones_override(tmp_path):
    file = tmp_path / "run.yaml"
    file.write_text("model:\n  units: 5\n")
    assert call_with_options(fit, "fit", ["--config", str(file)]) == (5, False)
    assert call_with_options(fit, "fit", ["--config", str(file), "--model.units=6"]) == (6, False)


def test_a_shorthand_stands_for_its_option():
    assert call_with_options(fit, "fit", ["--units", "3"], {"--units": "--model.units"}) == (3, False)


def test_the_printed_configuration_reads_back(capsys, tmp_path):
    with pytest.raises(SystemExit):
        call_with_options(fit, "fit", ["--model.units", "3", "--print_config"])
    file = tmp_path / "run.yaml"
    file.write_text(capsys.readouterr().out)
    assert call_with_options(fit, "fit", ["--config", str(file)]) == (3, False)


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--model.unit", "3"], "did you mean --model.units"),
        (["--model.units", "many"], "model.units"),
        (["--model.units", "0"], "model.units must be > 0, is 0"),
        (["--config", "missing.yaml"], "missing.yaml"),
    ],
)
def test_a_bad_option_is_named(argv, message):
    with pytest.raises(BadInput, match=message):
        call_with_options(fit, "fit", argv)


@pytest.mark.parametrize(("value", "told"), [("5", "5"), ("null", "nothing"), ("[1, 2]", "[1, 2]")])
def test_a_file_with_something_else_than_options_in_a_section_is_refused(tmp_path, value, told):
    file = tmp_path / "run.yaml"
    file.write_text(f"model: {value}\n")
    with pytest.raises(BadInput, match=re.escape(f"model: found {told} instead of options such as model.units")):
        call_with_options(fit, "fit", ["--config", str(file)])


def test_a_key_that_a_file_should_not_have_is_named(tmp_path):
    file = tmp_path / "run.yaml"
    file.write_text("model:\n  unitz: 5\n")
    with pytest.raises(BadInput, match="unitz"):
        call_with_options(fit, "fit", ["--config", str(file)])


@pytest.fixture
def package(monkeypatch):
    """An application in memory; `program.does` decides what its only verb does."""
    module = types.ModuleType("memory.act")
    monkeypatch.setitem(sys.modules, "memory", types.ModuleType("memory"))
    monkeypatch.setitem(sys.modules, "memory.act", module)

    def act(name: str = "x"):
        """Acts."""
        module.does()

    module.act, module.does = act, lambda: None
    return module


def run(argv):
    return run_command_line("program", {"act": "acts"}, "memory", argv)


def test_success_is_zero(package):
    assert run(["act"]) == 0


def test_bad_input_is_one_line_and_code_two(package, capsys):
    def does():
        with reading_input():
            raise FileNotFoundError("no pairs.tsv;\n  give --data")

    package.does = does
    assert run(["act"]) == 2
    assert capsys.readouterr().err == "program: error: no pairs.tsv; give --data\n"


def test_a_package_that_is_not_installed_is_named_with_what_brings_it(package, capsys):
    def does():
        import a_package_that_nobody_has  # noqa: F401

    package.does = does
    assert run(["act"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("program: error: a_package_that_nobody_has is not installed; ")
    assert "pip install 'rnnapps[apps]'" in error
    assert error.count("\n") == 1


def test_a_missing_module_of_our_own_is_a_bug_and_keeps_its_traceback(package):
    def does():
        import rnnapps.no_such_room  # noqa: F401

    package.does = does
    with pytest.raises(ModuleNotFoundError):
        run(["act"])


def test_an_unknown_command_lists_the_known(package, capsys):
    assert run(["fly"]) == 2
    assert "choose from act" in capsys.readouterr().err


def test_control_c_is_130(package):
    def does():
        raise KeyboardInterrupt

    package.does = does
    assert run(["act"]) == 130


def test_a_bug_keeps_its_traceback(package):
    def does():
        raise ValueError("a bug")

    package.does = does
    with pytest.raises(ValueError, match="a bug"):
        run(["act"])


def hear(run: str, *files: str, output: str | None = None, loud: bool = False):
    """Hears."""
    return run, files, output, loud


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["r"], ("r", (), None, False)),
        (["r", "a", "b"], ("r", ("a", "b"), None, False)),
        (["r", "--output", "o", "a", "b"], ("r", ("a", "b"), "o", False)),
        (["r", "a", "--loud", "b"], ("r", ("a", "b"), None, True)),
        (["--output=o", "r", "a", "-"], ("r", ("a", "-"), "o", False)),
        (["r", "--loud", "--", "--a"], ("r", ("--a",), None, True)),
    ],
)
def test_any_number_of_names_may_stand_among_options(argv, expected):
    assert call_with_options(hear, "hear", argv) == expected


def test_a_name_that_must_be_there_is_asked_for_among_any_number():
    with pytest.raises(BadInput, match=r"required: run$"):
        call_with_options(hear, "hear", ["--loud"])
