"""What a run leaves on disk, and where."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from .config import TranslationConfig

SAVED_MODELS = Path("saved_models/translation")


class RunFolder:
    """A run's folder: config.yaml, tokenisers, checkpoints, weights, history, metrics, plots, SavedModels.

    Args:
        path: the folder.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self.config_file = self.path / "config.yaml"
        self.weights = self.path / "model.weights.h5"
        self.history = self.path / "history.csv"
        self.metrics = self.path / "metrics.json"
        self.plots = self.path / "plots"

    @classmethod
    def create(cls, path: str | Path, config: TranslationConfig) -> "RunFolder":
        """Makes the folder, its configuration already in it.

        Raises:
            ValueError: it exists.
        """
        path = Path(path)
        if path.exists():
            raise ValueError(f"{path}: the run exists; choose another --run, or continue it with --resume")
        path.parent.mkdir(parents=True, exist_ok=True)
        # A run without its configuration could not be resumed, so neither appears before the other.
        staging = Path(tempfile.mkdtemp(prefix=".new.", dir=path.parent))
        complete = staging / path.name
        complete.mkdir()
        cls(complete)._write_config(config)
        complete.rename(path)
        shutil.rmtree(staging)
        return cls(path)

    @classmethod
    def open(cls, name: str | Path) -> "RunFolder":
        """An existing run, by its path or by its name under saved_models/translation.

        Raises:
            FileNotFoundError: there is no such folder.
            ValueError: the folder is not a run.
        """
        path = locate(name)
        if not (path / "config.yaml").is_file():
            raise ValueError(f"{path}: not a run of the translator: it has no config.yaml")
        return cls(path)

    @property
    def has_checkpoints(self) -> bool:
        """Whether there is a checkpoint to resume from."""
        return any((self.path / "checkpoints").glob("checkpoint-*.npz"))

    def config(self) -> TranslationConfig:
        """The options that the run was started with.

        Raises:
            ValueError: the file cannot be read as options.
        """
        import yaml

        try:
            return TranslationConfig.from_dict(yaml.safe_load(self.config_file.read_text(encoding="utf-8")))
        except (yaml.YAMLError, UnicodeDecodeError, AttributeError, TypeError) as error:
            raise ValueError(f"{self.config_file}: not a configuration: {error}") from None

    def _write_config(self, config: TranslationConfig) -> None:
        import yaml

        text = yaml.safe_dump(config.to_dict(), sort_keys=False, allow_unicode=True)
        self.config_file.write_text(text, encoding="utf-8")

    def write_metrics(self, metrics: Mapping) -> None:
        """Writes metrics.json; floats keep their full precision."""
        text = json.dumps(metrics, indent=2, ensure_ascii=False)
        self.metrics.write_text(text + "\n", encoding="utf-8")

    def read_metrics(self) -> dict:
        """What `write_metrics` wrote, or nothing if training has not ended."""
        return json.loads(self.metrics.read_text(encoding="utf-8")) if self.metrics.is_file() else {}


def locate(name: str | Path) -> Path:
    """The folder that a user means by `name`: that path, or that run under saved_models/translation.

    Raises:
        FileNotFoundError: neither exists.
    """
    for path in (Path(name), SAVED_MODELS / name):
        if path.is_dir():
            return path
    raise FileNotFoundError(f"{name}: no such model folder, neither here nor in {SAVED_MODELS}")
