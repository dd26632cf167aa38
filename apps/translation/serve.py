"""A translator behind HTTP, with a page to try it."""

from rnnapps.command_line import reading_input
from rnnapps.serving import Service, ServingOptions, read_page, serve_requests


def serve(run: str, options: ServingOptions) -> None:
    """Answers over HTTP, with a page to type into; sentences that come at the same time are translated together.

    Args:
        run: path or name of a run, or path of a SavedModel.
        options: where, and within which limits.
    """
    with reading_input():
        from .load import load_translator
        from .served_translations import ServedTranslations

        served = ServedTranslations(load_translator(run))
    about = {"application": "translation", "run": run, "beam_size": served.beam_size, "max_texts": served.max_texts}
    page = read_page(__package__)
    serve_requests(Service("Translation", served.endpoints(), served.works(), about, page), options)
