"""The best and the worst examples of a run, as they are kept in its folder for the report."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rnnapps.report.contents import DamagedRun

if TYPE_CHECKING:
    from rnnapps.run_folder import RunFolder

FILE = "examples.json"


@dataclass(frozen=True)
class Example:
    """What was read, what was said, and what would have been right.

    Fields:
        score: how good it is, as it is to be read.
        texts: label -> text, in order.
        sound: WAV file to listen to, within the run's folder.
        picture: image of it, within the run's folder.

    Raises:
        TypeError: a value of another type.
    """

    score: str
    texts: Mapping[str, str]
    sound: str | None = None
    picture: str | None = None

    def __post_init__(self):
        if not isinstance(self.texts, Mapping):
            raise TypeError(f"texts: expected labels and their texts, found {self.texts!r}")
        for text in (self.score, *self.texts.values(), self.sound or "", self.picture or ""):
            if not isinstance(text, str):
                raise TypeError(f"expected a text, found {text!r}")


def save_examples(folder: RunFolder, **groups: Sequence[Example]) -> Path:
    """Writes examples.json: group, such as best and worst -> its examples."""
    from rnnapps.training import write_atomically

    values = {name: [dataclasses.asdict(example) for example in group] for name, group in groups.items()}
    text = json.dumps(values, ensure_ascii=False, indent=1) + "\n"
    return write_atomically(folder.path / FILE, lambda file: file.write(text.encode("utf-8")))


def load_examples(folder: RunFolder) -> dict[str, list[Example]]:
    """What `save_examples` wrote; nothing of a run that has not ended.

    Raises:
        ValueError: the file is damaged.
    """
    file = folder.path / FILE
    if not file.is_file():
        return {}
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        return {name: [Example(**example) for example in group] for name, group in values.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise DamagedRun(f"{file}: damaged ({error})") from None
