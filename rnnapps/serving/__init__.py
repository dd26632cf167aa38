"""A run behind HTTP: requests that come at the same time are answered together, within limits, with a page to try it.

An application declares a `Service`: what it answers (`Endpoint`), what does the work in batches (`Work`), its page.
`serve_requests` does the rest. FastAPI and uvicorn are imported only there.
"""

from rnnapps.serving.page_files import PageFile, read_page
from rnnapps.serving.serve_requests import serve_requests
from rnnapps.serving.service import Endpoint, Job, Service, Work
from rnnapps.serving.serving_options import ServingOptions

__all__ = ["Endpoint", "Job", "PageFile", "Service", "ServingOptions", "Work", "read_page", "serve_requests"]
