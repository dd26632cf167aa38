"""A small run folder made by hand: what a report reads, without a training."""

from dataclasses import dataclass, field

import numpy as np

from rnnapps.config_sections import ConfigSections
from rnnapps.digest import digest
from rnnapps.report import Contents, Example, Result, Table, save_examples
from rnnapps.run_folder import RunFolder


@dataclass(frozen=True)
class ModelOptions:
    units: int = 8
    cell: str = "lstm"
    dropout: float = 0.1
    causal: bool = False
    file: str | None = None


@dataclass(frozen=True)
class Options(ConfigSections):
    model: ModelOptions = field(default_factory=ModelOptions)


class MadeRun(RunFolder):
    application = "made"
    product = "the made model"
    configuration = Options

    def contents(self) -> Contents:
        """As an application would give them; the score is in metrics.json."""
        metrics = self.read_metrics()
        score = metrics["test"]
        return Contents(
            kind="Maker",
            verdict=[f"Score {score:.1f}, <b>better</b> than guessing."],
            scores=[Table("Scores", ("", "score"), [["model", f"{score:.1f}"], ["guessing", "1.0"]], strong="model")],
            data=[Table("Rows", ("", "training"), [["rows", "10"]])],
            sources=["drawn by hand.", "Licence: none"],
            results={"score": Result(score, "higher", 1), "parameters": Result(7, "neither", 0)},
            scored_on=metrics["data"],
            scored_data=metrics.get("scored_data"),
            later={3: "learnt more"},
            curves={"accuracy": "share right"},
            captions={"map*": "A map of it."},
        )


def make_run(path, score=2.0, data="ten rows", scored=("a", "b"), **options) -> MadeRun:
    """A run that has ended, with a history, a picture, a sound and two examples.

    Args:
        path: of its folder.
        score: the figure that it has.
        data: what it says that it was scored on.
        scored: what it was scored on.
        options: of the model.
    """
    folder = MadeRun.create(path, Options(ModelOptions(**options)))
    folder.write_metrics(
        {
            "test": score,
            "data": data,
            "scored_data": digest(scored),
            "parameters": 1234,
            "training": {"epochs": 3, "best_epoch": 2, "seconds": 75.0},
        }
    )
    folder.history.write_text("epoch,seconds,learning_rate,loss,val_loss\n1,1,0.1,4,5\n2,1,0.1,2,3\n3,1,0.1,1,3.5\n")
    folder.plots.mkdir()
    for name in ("map_1.png", "attention-a.png", "history.png", "other.png"):
        (folder.plots / name).write_bytes(tiny_png())
    (folder.path / "a.wav").write_bytes(b"RIFF")
    best = Example("100", {"said": "<script>alert(1)</script>", "heard": ""}, sound="a.wav")
    save_examples(folder, worst=[Example("0", {"said": "a", "heard": "b"}, picture="plots/gone.png")], best=[best])
    return folder


def tiny_png() -> bytes:
    """One pixel."""
    import io

    from matplotlib.image import imsave

    file = io.BytesIO()
    imsave(file, np.zeros((1, 1, 3)), format="png")
    return file.getvalue()
