"""A recogniser behind HTTP, with a page to try it."""

from rnnapps.command_line import reading_input
from rnnapps.serving import Service, ServingOptions, read_page, serve_requests

TITLE = "Speech to text"


def serve(run: str, options: ServingOptions, max_seconds: float = 600.0) -> None:
    """Answers over HTTP, with a page to record or drop sound; what comes at the same time is recognised together.

    Args:
        run: path or name of a run, or path of a SavedModel.
        options: where, and within which limits.
        max_seconds: length of a recording, at most.
    """
    with reading_input():
        service = service_of(run, max_seconds)
    serve_requests(service, options)


def service_of(run: str, max_seconds: float = 600.0) -> Service:
    """A run's routes and page."""
    if not max_seconds > 0:
        raise ValueError(f"--max_seconds must be above 0, is {max_seconds}")
    from .load import load_recognizer
    from .served_transcripts import ServedTranscripts

    loaded = load_recognizer(run)
    served = ServedTranscripts(loaded, max_seconds)
    page = read_page(__package__, TITLE, examples=loaded.path.parent / "examples")
    about = served.about() | {"examples": [name for name in page if name.startswith("examples/")]}
    return Service(TITLE, loaded.path, served.endpoints(), served.works(), about, page, 32.0)
