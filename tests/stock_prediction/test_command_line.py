"""Bad input to a run's commands gives one clear line and exit code 2."""

import shutil

import pytest

from apps.stock_prediction.__main__ import PRESETS, VERBS, main
from apps.stock_prediction.config import StockConfig
from rnnapps.export import export_saved_model
from tests.stock_prediction.conftest import TINY, options
from tests.stock_prediction.made_prices import HEADER, csv_of


def assert_bad_input(capsys, argv, *words):
    """Exit code 2 and one line on standard error that holds `words`."""
    assert main([str(argument) for argument in argv]) == 2
    error = capsys.readouterr().err
    lines = [line for line in error.splitlines() if line.startswith("stock_prediction")]
    assert len(lines) == 1, error
    assert error.endswith(f"{lines[0]}\n")
    assert "Traceback" not in error
    for word in words:
        assert str(word) in lines[0]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["train", "--model.horizon", "0"], ["model.horizon", "0", "at least 1"]),
        (["train", "--model.window", "1"], ["model.window", "1", "at least 2"]),
        (["train", "--model.unit", "3"], ["--model.unit", "did you mean --model.units"]),
        (["train", "--model.cell", "transformer"], ["model.cell", "lstm", "gru"]),
        (["train", "--train.epochs", "0"], ["train.epochs", "0"]),
        (["train", "--train.steps_per_epoch", "-1"], ["train.steps_per_epoch", "-1"]),
        (["train", "--train.learning_rate", "nan"], ["train.learning_rate"]),
        (["train", "--train.averaging", "swa"], ["train.averaging", "ema"]),
        (["train", "--forecast.quantiles", "0.1,0.9"], ["forecast.quantiles", "symmetric"]),
        (["train", "--forecast.calibration_dates", "5"], ["forecast.calibration_dates", "5", "at least 20"]),
        (["train", "--preset", "huge"], ["--preset", "huge", "tiny"]),
        (["train", "--data", "nowhere.csv"], ["nowhere.csv"]),
        (["forecast"], ["run"]),
        (["update", "run"], ["data"]),
        (["fly"], ["fly", "train, evaluate, forecast"]),
    ],
)
def test_a_bad_option_is_named(argv, words, capsys):
    assert_bad_input(capsys, argv, *words)


def test_a_window_longer_than_the_history_is_named_with_its_ticker(prices_file, tmp_path, capsys):
    argv = ["train", "--data", prices_file, "--run", tmp_path / "run", "--model.window", "256"]
    assert_bad_input(capsys, argv, "ABC", "a window of 256")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_test_period_is_named(prices_file, tmp_path, capsys):
    argv = ["train", "--data", prices_file, "--run", tmp_path / "run", "--data.test_start", "2011-06-01"]
    assert_bad_input(capsys, argv, "data.test_start", "2011-06-01", "leaves nothing to test")
    assert list(tmp_path.iterdir()) == []


def test_an_existing_run_is_not_overwritten(trained_run, capsys):
    assert_bad_input(capsys, ["train", "--run", trained_run], trained_run, "--resume")


def test_a_resumed_run_keeps_its_options(trained_run, capsys):
    argv = ["train", "--run", trained_run, "--resume", "--model.units", "7"]
    assert_bad_input(capsys, argv, "--model.units 7", "started with 6")


def test_resuming_what_is_not_there_is_an_error(tmp_path, capsys):
    assert_bad_input(capsys, ["train", "--run", tmp_path / "none", "--resume"], tmp_path / "none")


COMMANDS = {
    "evaluate": [],
    "forecast": [],
    "backtest": [],
    "export": [],
    "update": ["--data", "new.csv"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_model_folder_that_does_not_exist_is_named(command, tmp_path, capsys):
    assert_bad_input(capsys, [command, tmp_path / "none", *COMMANDS[command]], tmp_path / "none")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_that_is_not_a_model_is_named(command, tmp_path, capsys):
    assert_bad_input(capsys, [command, tmp_path, *COMMANDS[command]], tmp_path)


def test_a_run_that_has_not_ended_says_how_to_end_it(trained_run, tmp_path, capsys):
    run = tmp_path / "run"
    run.mkdir()
    shutil.copy(trained_run / "config.yaml", run)
    assert_bad_input(capsys, ["export", run], "state.npz", "--resume")


def test_a_damaged_state_is_named(trained_run, tmp_path, capsys):
    run = tmp_path / "run"
    shutil.copytree(trained_run, run)
    (run / "state.npz").write_bytes((run / "state.npz").read_bytes()[:1000])
    assert_bad_input(capsys, ["export", run], "state.npz", "damaged")


def test_a_saved_model_of_something_else_is_named(tmp_path, capsys):
    import tensorflow as tf

    module = tf.Module()
    module.double = tf.function(lambda x: x * 2, input_signature=[tf.TensorSpec([None])])
    export_saved_model(module, tmp_path / "1", {"serving_default": module.double}, "")
    argv = ["forecast", tmp_path, "--data", "x.csv", "--output", "-"]
    assert_bad_input(capsys, argv, tmp_path, "not a forecaster")


def with_nan(line):
    """The good file with nan for the close of one line."""
    lines = csv_of().splitlines()
    cells = lines[line - 1].split(",")
    lines[line - 1] = ",".join([*cells[:5], "nan", cells[6]])
    return "\n".join(lines)


FILES = {
    "an unknown ticker": (csv_of(names=("ABC", "XYZ")), ["'XYZ' is unknown to the model, which knows ABC, DEF, GHI"]),
    "other columns": (csv_of().replace(HEADER, "ticker,date,open,high,low,bid,volume"), ["no column for close"]),
    "a wide table": ("date,x,y\n2010-01-04,1,2\n2010-01-05,2,3\n", ["no column for", "trained on open, high"]),
    "a short history": (csv_of(stop=15), ["ABC", "15 rows", "a window of 16"]),
    "a NaN": (with_nan(9), ["line 9", "close is"]),
    "an infinite volume": (csv_of(names=("ABC",)) + "ABC,2011-01-03,50,50,50,50,inf\n", ["line 262", "volume is inf"]),
    "no row": (HEADER + "\n", ["has column names but no rows"]),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_forecast_is_named_with_the_reason(case, trained_run, tmp_path, capsys):
    content, words = FILES[case]
    file = tmp_path / "prices.csv"
    file.write_text(content)
    argv = ["forecast", trained_run, "--data", file, "--output", "-"]
    assert_bad_input(capsys, argv, *words)


@pytest.mark.parametrize("case", ["an unknown ticker", "other columns", "a wide table"])
def test_a_file_that_cannot_be_learnt_is_named_with_the_reason(case, trained_run, tmp_path, capsys):
    content, words = FILES[case]
    file = tmp_path / "prices.csv"
    file.write_text(content)
    assert_bad_input(capsys, ["update", trained_run, "--data", file], *words)


@pytest.mark.parametrize(
    ("options_given", "words"),
    [
        (["--tickers", "ABC,XYZ"], ["--tickers", "'XYZ' is unknown to the model, which knows ABC, DEF, GHI"]),
        (["--tickers", "ABC,,"], ["tickers", "ABC,,"]),
        (["--batch_size", "0"], ["--batch_size", "0"]),
        (["--data", "nowhere.csv"], ["nowhere.csv"]),
        (["--output", "/dev/null/forecast.csv"], ["/dev/null"]),
    ],
)
def test_a_bad_option_of_forecast_is_named(options_given, words, trained_run, capsys):
    assert_bad_input(capsys, ["forecast", trained_run, "--charts", "none", *options_given], *words)


@pytest.mark.parametrize(
    ("options_given", "words"),
    [(["--epochs", "0"], ["--epochs", "0"]), (["--learning_rate", "-1"], ["--learning_rate", "-1"])],
)
def test_a_bad_option_of_update_is_named(options_given, words, trained_run, prices_file, capsys):
    assert_bad_input(capsys, ["update", trained_run, "--data", prices_file, *options_given], *words)


def test_the_printed_configuration_names_every_section(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["train", "--print_config"])
    assert exit_.value.code == 0
    sections = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert sections[:4] == ["data:", "model:", "train:", "forecast:"]


@pytest.mark.parametrize("preset", sorted(path.stem for path in PRESETS["train"].glob("*.yaml")))
def test_every_preset_is_a_configuration(preset, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["train", "--preset", preset, "--print_config"])
    assert exit_.value.code == 0


def test_the_fewest_dates_of_calibration_are_those_it_learns_from():
    from apps.stock_prediction.config.forecast import FEWEST_DATES
    from rnnapps.series import calibration

    assert FEWEST_DATES == calibration.FEWEST_DATES


def test_a_configuration_comes_back_from_plain_values():
    values = StockConfig().to_dict()
    values["model"]["units"] = 7
    assert StockConfig.from_dict(values).model.units == 7
    assert StockConfig.from_dict(StockConfig().to_dict()) == StockConfig()


def test_an_option_that_a_configuration_does_not_have_is_named():
    with pytest.raises(ValueError, match="train: unknown option 'epoch'; allowed: epochs"):
        StockConfig.from_dict({"train": {"epoch": 3}})


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_says_what_its_options_are(verb, capsys):
    with pytest.raises(SystemExit) as exit_:
        main([verb, "--help"])
    assert exit_.value.code == 0
    assert "usage:" in capsys.readouterr().out


def test_a_run_that_was_updated_is_not_trained_anew(trained_run, tmp_path, capsys):
    import dataclasses

    from apps.stock_prediction.run_folder import RunFolder

    run = tmp_path / "run"
    shutil.copytree(trained_run, run)
    folder = RunFolder.open(run)
    dataclasses.replace(folder.state(), updates=1).write(folder.state_file)
    assert_bad_input(capsys, ["train", "--run", run, "--resume"], "updated with new rows", "command update")


def test_options_of_the_tiny_run_are_those_in_its_config_file(trained_run):
    import yaml

    stored = yaml.safe_load((trained_run / "config.yaml").read_text())
    for option in options(TINY):
        (section, name), value = option[2:].partition("=")[0].split("."), option.partition("=")[2]
        assert str(stored[section][name]) == value
