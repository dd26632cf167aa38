"""A web server on this machine that knows byte ranges and misbehaves on request."""

import hashlib
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Site:
    """What the server gives out, and how.

    Args:
        content: body of every file.
        url: address of the file; set when the server runs.
        cuts: for each of the next requests the number of body bytes after which the connection is closed.
        failures: status codes to answer the next requests with.
        validator: which header identifies a version of the file: ETag, Last-Modified or none.
        requests: headers of every request so far.
    """

    content: bytes
    url: str = ""
    cuts: list[int] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    validator: str = "ETag"
    requests: list[dict] = field(default_factory=list)

    @property
    def version(self) -> str:
        return f'"{hashlib.md5(self.content).hexdigest()}"'


@contextmanager
def serving(site: Site):
    """Serves `site` on a free port of the loopback interface while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            site.requests.append(dict(self.headers))
            if site.failures:
                self.send_error(site.failures.pop(0))
                return
            start = self._start()
            body = site.content[start:]
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(site.content) - 1}/{len(site.content)}")
            if site.validator:
                self.send_header(site.validator, site.version)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: site.cuts.pop(0)] if site.cuts else body)

        def _start(self) -> int:
            asked = self.headers.get("Range", "")
            same = self.headers.get("If-Range") in (None, site.version)
            return int(asked.removeprefix("bytes=").removesuffix("-")) if asked and same else 0

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_port}/file.bin"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
