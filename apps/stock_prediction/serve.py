"""A forecaster behind HTTP, with a page to try it."""

from rnnapps.command_line import reading_input
from rnnapps.serving import Service, ServingOptions, read_page, serve_requests

TITLE = "Forecasts"


def serve(run: str, options: ServingOptions) -> None:
    """Answers over HTTP, with a page to drop a table on; tables that come at the same time are forecast together.

    Args:
        run: path or name of a run, or path of a SavedModel.
        options: where, and within which limits.
    """
    with reading_input():
        service = service_of(run)
    serve_requests(service, options)


def service_of(run: str) -> Service:
    """A run's routes and page."""
    from .forecast import run_of
    from .load import load_forecaster
    from .run_folder import RunFolder
    from .served_forecasts import ServedForecasts

    forecaster = load_forecaster(run)
    served = ServedForecasts(forecaster, run_of(RunFolder.locate(run)))
    page = read_page(__package__, TITLE)
    return Service(TITLE, forecaster.path, served.endpoints(), served.works(), served.about(), page, 16.0)
