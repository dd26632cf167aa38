"""What a forecaster's run leaves on disk, and where."""

from pathlib import Path

from rnnapps import run_folder

from .config import StockConfig


class RunFolder(run_folder.RunFolder):
    """A run's folder; the rows it saw last lie in state.npz, which also names the weights that go with them."""

    application = "stock_prediction"
    product = "the forecaster"
    configuration = StockConfig

    def __init__(self, path: str | Path):
        super().__init__(path)
        self.state_file = self.path / "state.npz"

    def contents(self):
        """See `rnnapps.report.Contents`."""
        from .run_contents import run_contents

        return run_contents(self)

    def subject(self):
        """The newest window of the first series."""
        from .inspected import inspected

        return inspected(self, None, None)

    def state(self):
        """The `RunState` of a run that has ended.

        Raises:
            FileNotFoundError: it has not.
            ValueError: the file is damaged.
        """
        from .run_state import RunState

        return RunState.read(self.state_file)
