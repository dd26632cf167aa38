"""The command line that applications share: options from type hints, exit codes, one line for bad input."""

import dataclasses
import difflib
import importlib
import inspect
import os
import sys
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rnnapps.freed_memory import keep_freed_memory

BAD_INPUT, INTERRUPTED = 2, 130
NONE: Mapping[str, Any] = MappingProxyType({})


class BadInput(Exception):
    """What the user gave cannot be used; its text is one line that says what to do next."""


@contextmanager
def reading_input() -> Iterator[None]:
    """Turns the errors of reading what the user gave into `BadInput`.

    Only what is raised inside the block counts as the user's mistake: a ValueError from anywhere else is a
    bug of ours, and keeps its traceback.
    """
    try:
        yield
    except (ValueError, OSError) as error:
        raise BadInput(str(error)) from error


def run_command_line(
    program: str,
    verbs: Mapping[str, str],
    package: str,
    argv: Sequence[str] | None = None,
    shorthands: Mapping[str, Mapping[str, str]] = NONE,
    presets: Mapping[str, Path] = NONE,
) -> int:
    """Runs `program verb options...` and returns its exit code.

    Args:
        program: what the user typed before the verb, for messages.
        verbs: verb -> one line of help. The function `verb` of the module `package.verb` does the work; the
            module is imported only once its verb is asked for, so that help needs no TensorFlow.
        package: name of the application's package.
        argv: arguments, the process's own by default.
        shorthands: verb -> option -> the full option it stands for, such as {"train": {"--data": "--data.path"}}.
        presets: verb -> folder of YAML files of options; `--preset NAME` reads NAME.yaml before any other option.

    Returns:
        0, 2 for bad input or a package that is not installed (after one line on standard error), 130 for Ctrl-C.
        An error that is not the user's is raised as it is.
    """
    argv = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    keep_freed_memory()
    try:
        if not argv or argv[0] in ("-h", "--help"):
            print(_overview(program, verbs))
            return 0 if argv else BAD_INPUT
        verb, *rest = argv
        if verb not in verbs:
            raise BadInput(f"unknown command {verb!r}; choose from {', '.join(verbs)}")
        function = getattr(importlib.import_module(f"{package}.{verb}"), verb)
        call_with_options(function, f"{program} {verb}", rest, shorthands.get(verb, NONE), presets.get(verb))
        sys.stdout.flush()
    except BadInput as error:
        print(f"{program}: error: {' '.join(str(error).split())}", file=sys.stderr)
        return BAD_INPUT
    except ModuleNotFoundError as error:
        missing = str(error.name).partition(".")[0]
        if missing in ("rnnapps", package.partition(".")[0]):
            raise  # a bug of ours, not an extra that was not installed
        advice = "the base install is the layer library; pip install 'rnnapps[apps]' brings the applications' packages"
        print(f"{program}: error: {missing} is not installed; {advice}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output (`| head`) has gone; Python would complain again while closing it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 0


def call_with_options(
    function: Callable,
    program: str,
    argv: Sequence[str],
    shorthands: Mapping[str, str] = NONE,
    presets: Path | None = None,
) -> Any:
    """Calls `function` with arguments read from `argv`.

    Parameters without a default and positional-only ones are positional, the others options; `*names` are any number
    of positional ones; a keyword-only one without a default is an option that must be given. A parameter that is a
    dataclass gives its fields as options (`--model.units 512`), and `--config file.yaml` and `--print_config` come with
    it; `--preset` too where there are `presets`.

    Raises:
        BadInput: an option that does not exist or a value that is not allowed.
    """
    parser, structured = _parser(function, program)
    if presets is not None:
        names = ", ".join(_presets(presets))
        parser.add_argument("--preset", default=SUPPRESS, help=f"options for a size of data, others override: {names}")
        argv = _with_preset(argv, presets)
    for action in parser._actions:
        for option in set(action.option_strings) & set(shorthands):
            action.help, action.metavar = f"Short for {shorthands[option]}.", action.dest.upper()
    argv = [_expand(argument, shorthands) for argument in argv]
    if any(p.kind is p.VAR_POSITIONAL for p in inspect.signature(function).parameters.values()):
        argv = _options_first(argv, parser)
    try:
        namespace = parser.parse_args(argv)
    except UnicodeDecodeError as error:
        raise BadInput(f"--config: the file is not UTF-8: {error}") from error
    except Exception as error:
        raise BadInput(_explain(str(error), parser)) from error
    for kind in structured.values():
        _check_sections(kind, namespace)
    with reading_input():  # the dataclasses check their own values
        values = vars(parser.instantiate(namespace))
    values = {name: value for name, value in values.items() if not name.startswith(("config", "print_"))}
    for name, kind in structured.items():
        fields = {field.name: values.pop(field.name) for field in dataclasses.fields(kind)}
        with reading_input():
            values[name] = kind(**fields)
    call = inspect.signature(function).bind_partial()
    call.arguments.update(values)
    return function(*call.args, **call.kwargs)


def _parser(function: Callable, program: str):
    import jsonargparse

    about = inspect.getdoc(function).partition("\n")[0]
    parser = jsonargparse.ArgumentParser(prog=program, description=about, exit_on_error=False, allow_abbrev=False)
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    structured = {p.name: p.annotation for p in parameters if dataclasses.is_dataclass(p.annotation)}
    switches = {p.name for p in parameters if p.annotation is bool and p.default is False}
    if structured:
        parser.add_argument("--config", action="config", help="YAML file of options; later options override it")
    for kind in structured.values():
        parser.add_class_arguments(kind)
    for name in switches:  # "--resume" alone is enough
        parser.add_argument(
            f"--{name}", action=jsonargparse.ActionYesNo, default=False, help=_argument_help(function, name)
        )
    optional = {p.name: p for p in parameters if p.kind is p.POSITIONAL_ONLY and p.default is not p.empty}
    named = {p.name: p for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty}
    skip = {*switches, *structured, *optional, *named}
    # No group of its own: it would be named after the function, as a section of the options may be.
    parser.add_function_arguments(function, as_group=False, as_positional=True, skip=skip)
    for name, parameter in optional.items():
        about = _argument_help(function, name)
        parser.add_argument(name, nargs="?", type=parameter.annotation, default=parameter.default, help=about)
    for parameter in (p for p in parameters if p.kind is p.VAR_POSITIONAL):
        about = _argument_help(function, parameter.name)
        parser.add_argument(parameter.name, nargs="*", type=parameter.annotation, help=about).required = False
    for name, parameter in named.items():
        about = _argument_help(function, name)
        parser.add_argument(f"--{name}", type=parameter.annotation, required=True, help=about)
    return parser, structured


def _check_sections(kind: type, namespace: Namespace) -> None:
    """A configuration file may hold anything where a section of options is due, and the parser lets it pass."""
    for field in dataclasses.fields(kind):
        value = getattr(namespace, field.name)
        if dataclasses.is_dataclass(field.default_factory) and not isinstance(value, Namespace):
            told = "nothing" if value is None else repr(value)
            first = dataclasses.fields(field.default_factory)[0].name
            raise BadInput(f"{field.name}: found {told} instead of options such as {field.name}.{first}; see --config")


def _presets(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def _with_preset(argv: Sequence[str], folder: Path) -> list[str]:
    """`--preset NAME` as the `--config` before all other options, so that any of them overrides it."""
    finder = ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    finder.add_argument("--preset", nargs="?", const="")
    found, rest = finder.parse_known_args(list(argv))
    if found.preset is None:
        return rest
    known = _presets(folder)
    if found.preset not in known:
        raise BadInput(f"--preset: {found.preset!r} is not one of {', '.join(known)}")
    return ["--config", str(known[found.preset]), *rest]


def _options_first(argv: Sequence[str], parser) -> list[str]:
    """The same arguments with the positional ones last: argparse gives up `*names` at the first option among them."""
    from jsonargparse import ActionYesNo

    alone = {"-h", "--help"} | {
        option for action in parser._actions if isinstance(action, ActionYesNo) for option in action.option_strings
    }
    options, names, rest = [], [], list(argv)
    while rest:
        argument = rest.pop(0)
        if argument == "--":
            names, rest = names + rest, []
        elif not argument.startswith("-") or argument == "-":
            names.append(argument)
        else:
            valued = "=" not in argument and argument not in alone
            options += [argument, *rest[:valued]]
            rest = rest[valued:]
    return [*options, "--", *names] if names else options


def _argument_help(function: Callable, name: str) -> str:
    lines = inspect.getdoc(function).splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.strip().startswith(f"{name}:")), "")


def _expand(argument: str, shorthands: Mapping[str, str]) -> str:
    option, equals, value = argument.partition("=")
    return shorthands.get(option, option) + equals + value


def _explain(message: str, parser) -> str:
    """Adds the nearest options that exist to a message about one that does not."""
    if "unrecognized arguments" not in message:
        return message
    words = [word.partition("=")[0] for word in message.split() if word.startswith("--")]
    known = [option for action in parser._actions for option in action.option_strings if option.startswith("--")]
    near = [option for word in words for option in difflib.get_close_matches(word, known, n=2, cutoff=0.6)]
    advice = f"did you mean {' or '.join(near)}?" if near else "--help lists what is allowed"
    return message.replace("unrecognized arguments", "unknown option") + "; " + advice


def _overview(program: str, verbs: Mapping[str, str]) -> str:
    width = max(map(len, verbs))
    lines = [f"usage: {program} COMMAND [OPTIONS]    ({program} COMMAND --help lists the options)", ""]
    return "\n".join(lines + [f"  {verb:<{width}}  {about}" for verb, about in verbs.items()])
