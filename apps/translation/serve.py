"""A translator behind HTTP, with a page to try it."""

from rnnapps.command_line import reading_input
from rnnapps.export import find_saved_model
from rnnapps.serving import Service, ServingOptions, read_page, serve_requests

from .run_folder import locate

TITLE = "Translation"


def serve(run: str, options: ServingOptions) -> None:
    """Answers over HTTP, with a page to type into; sentences that come at the same time are translated together.

    Args:
        run: path or name of a run, or path of a SavedModel.
        options: where, and within which limits.
    """
    with reading_input():
        service = service_of(run)
    serve_requests(service, options)


def service_of(run: str) -> Service:
    """A run's routes and page."""
    path = find_saved_model(locate(run))
    from .load import load_translator
    from .served_translations import ServedTranslations

    served = ServedTranslations(load_translator(path))
    return Service(TITLE, path, served.endpoints(), served.works(), served.about(), read_page(__package__, TITLE))
