"""What a forecaster's run leaves on disk, and where."""

from rnnapps import run_folder

from .config import StockConfig


class RunFolder(run_folder.RunFolder):
    """A run's folder; what calibration and later rows add to the weights lies in state.json and state.npz."""

    application = "stock_prediction"
    product = "the forecaster"
    configuration = StockConfig
