"""What a run leaves on disk, and where."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rnnapps.command_line import BadInput, reading_input
from rnnapps.config_sections import ConfigSections
from rnnapps.file_lock import file_lock

if TYPE_CHECKING:
    from rnnapps.inspection.look import Subject
    from rnnapps.report import Contents

ROOT = Path("saved_models")


class RunFolder:
    """A run's folder: config.yaml, checkpoints, weights, history, metrics, plots, SavedModels.

    An application extends it by saying what its runs are, and what there is to tell and to see of one.

    Args:
        path: the folder.

    Class attributes:
        application: str, the folder of its runs under saved_models/.
        product: str, what a run makes, for messages: "the translator".
        configuration: the class of its options, a `ConfigSections`.
    """

    application: str
    product: str
    configuration: type[ConfigSections]

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.config_file = self.path / "config.yaml"
        self.weights = self.path / "model.weights.h5"
        self.history = self.path / "history.csv"
        self.metrics = self.path / "metrics.json"
        self.plots = self.path / "plots"

    @classmethod
    def home(cls) -> Path:
        """Where runs are that were given a name only."""
        return ROOT / cls.application

    @classmethod
    def new_path(cls, run: str | None, data: str) -> Path:
        """Where a new run is to be: the path or name `run`, by default the name of its data, date and time.

        Raises:
            ValueError: `run` is empty.
        """
        if run is None:
            name = Path(data.replace(":", "-")).name.split(".")[0] or "run"
            return cls.home() / f"{name}-{datetime.datetime.now():%Y%m%d-%H%M%S}"
        _refuse_empty(run)
        return Path(run) if os.sep in run else cls.home() / run

    @classmethod
    def create(cls, path: str | Path, config: ConfigSections) -> RunFolder:
        """Makes the folder, its configuration already in it.

        Raises:
            ValueError: it exists.
        """
        path = Path(path)
        cls.refuse_existing(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        # A run without its configuration could not be resumed, so neither appears before the other.
        staging = Path(tempfile.mkdtemp(prefix=".new.", dir=path.parent))
        complete = staging / path.name
        complete.mkdir()
        cls(complete)._write_config(config)
        complete.rename(path)
        shutil.rmtree(staging)
        return cls(path)

    @staticmethod
    def refuse_existing(path: Path) -> None:
        """Raises a ValueError if there is something at `path`."""
        if path.exists():
            raise ValueError(f"{path}: the run exists; choose another --run, or continue it with --resume")

    @classmethod
    def open(cls, name: str | Path) -> RunFolder:
        """An existing run, by its path or by its name under `home`.

        Raises:
            FileNotFoundError: there is no such folder.
            ValueError: the folder is not a run.
        """
        path = cls.locate(name)
        if not (path / "config.yaml").is_file():
            raise ValueError(f"{path}: not a run of {cls.product}: it has no config.yaml")
        return cls(path)

    @classmethod
    def locate(cls, name: str | Path) -> Path:
        """The folder that a user means by `name`: that path, or that run under `home`.

        Raises:
            FileNotFoundError: neither exists.
            ValueError: `name` is empty.
        """
        _refuse_empty(name)
        for path in (Path(name), cls.home() / name):
            if path.is_dir():
                return path
        raise FileNotFoundError(f"{name}: no such model folder, neither here nor in {cls.home()}")

    def contents(self) -> Contents:
        """What there is to tell of a run that has ended, for report and compare.

        What metrics.json lacks may raise what it raises: the caller makes one line of it.
        """
        raise NotImplementedError

    def subject(self) -> Subject:
        """What `report --looks` draws: the network with an example that shows something.

        Raises:
            OSError, ValueError: it cannot be shown; why, in one line.
        """
        raise NotImplementedError

    @property
    def name(self) -> str:
        """What the run is called, also where its path is "."."""
        return self.path.resolve().name

    @property
    def has_checkpoints(self) -> bool:
        """Whether there is a checkpoint to resume from."""
        return any((self.path / "checkpoints").glob("checkpoint-*.npz"))

    def config(self) -> ConfigSections:
        """The options that the run was started with.

        Raises:
            ValueError: the file cannot be read as options, or has those of another application.
        """
        import yaml

        try:
            values = yaml.safe_load(self.config_file.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ValueError(f"{self.config_file}: not a configuration: {error}") from None
        if not isinstance(values, dict) or not all(isinstance(options, dict) for options in values.values()):
            raise ValueError(f"{self.config_file}: not a configuration: expected sections of options")
        own = [section.name for section in dataclasses.fields(self.configuration)]
        if foreign := [name for name in values if name not in own]:
            raise ValueError(
                f"{self.path}: not a run of {self.product} but of another application: its {self.config_file.name} has "
                f"a section {foreign[0]}"
            )
        try:
            return self.configuration.from_dict(values)
        except ValueError as error:
            raise ValueError(f"{self.config_file}: {error}") from None

    def resumed_config(self, config: ConfigSections) -> ConfigSections:
        """The run's own options; those given now may be none or the same, because no other would be true.

        Over which devices it goes on, `train.strategy`, is what is given now: the result does not depend on it.

        Raises:
            ValueError: an option that was given is another than the run's; one is named.
        """
        stored, default = (_over_same_devices(config, one) for one in (self.config(), self.configuration()))
        if config in (stored, default):
            return stored
        different = [
            (f"{section.name}.{option.name}", *values)
            for section in dataclasses.fields(config)
            for option in dataclasses.fields(section.default_factory)
            for values in [[getattr(getattr(one, section.name), option.name) for one in (config, stored, default)]]
            if values[0] != values[1]
        ]
        # One that is not the default was surely given.
        name, now, then, _ = next((found for found in different if found[1] != found[3]), different[0])
        raise ValueError(
            f"--{name} {now}: the run was started with {then}; a resumed run keeps its options, so leave them out, or "
            "start another --run"
        )

    def write_metrics(self, metrics: Mapping) -> None:
        """Writes metrics.json; floats keep their full precision."""
        from rnnapps.training import write_atomically

        text = json.dumps(metrics, indent=2, ensure_ascii=False) + "\n"
        write_atomically(self.metrics, lambda file: file.write(text.encode("utf-8")))

    def read_metrics(self) -> dict:
        """What `write_metrics` wrote, or nothing if training has not ended.

        Raises:
            ValueError: the file is damaged.
        """
        try:
            found = json.loads(self.metrics.read_text(encoding="utf-8")) if self.metrics.is_file() else {}
        except ValueError as error:
            raise ValueError(f"{self.metrics}: damaged ({error})") from None
        if not isinstance(found, dict):
            raise ValueError(f"{self.metrics}: damaged (expected names and values, found {type(found).__name__})")
        return found

    def _write_config(self, config: ConfigSections) -> None:
        import yaml

        text = yaml.safe_dump(config.to_dict(), sort_keys=False, allow_unicode=True)
        self.config_file.write_text(text, encoding="utf-8")


def _refuse_empty(run: str | Path) -> None:
    # As a path it would be the folder that the command was started in, as a name that of all runs.
    if not str(run).strip():
        raise ValueError(f"run: {str(run)!r} is empty; give the name or path of a run")


def _over_same_devices(config: ConfigSections, other: ConfigSections) -> ConfigSections:
    """`other` with the strategy of `config`, where there is one."""
    if not hasattr(getattr(config, "train", None), "strategy"):
        return other
    return dataclasses.replace(other, train=dataclasses.replace(other.train, strategy=config.train.strategy))


@contextmanager
def resumable(path: Path) -> Iterator[None]:
    """What the disk or damaged files prevent in the training of a run becomes one line that says how to go on.

    Args:
        path: the run's folder, where only one process at a time can be in the block.
    """
    from rnnapps.training import CheckpointError, OtherDataError

    with ExitStack() as stack:
        with reading_input():
            told = f"{path}: another process is training there; wait for it, or choose another --run"
            stack.enter_context(file_lock(Path(path) / "config.yaml", told))
        try:
            yield
        except (CheckpointError, OtherDataError) as error:
            raise BadInput(str(error)) from error
        except OSError as error:
            raise BadInput(f"{error}; what was trained is kept, go on with: train --run {path} --resume") from error
