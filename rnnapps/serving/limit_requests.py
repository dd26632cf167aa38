"""What stands before an application: how many requests, how large, how slow, and from where."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from collections.abc import Sequence

from rnnapps.serving.one_line import one_line

# Only what comes with the page: nothing of other servers, no frames, no code in the HTML itself.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
HELD_BODIES = 8  # requests of the largest size that are held in memory at a time


class LimitRequests:
    """ASGI middleware that reads a request whole, within limits, before the application sees any of it.

    A request that is not answered: 400 for a host that is not allowed, 408 for a body that comes too slowly, 413 for
    one that is too large, 429 where too many requests, or too many bytes of them, are there already, 503 for one that
    takes too long. Each is a JSON object with `detail`. What a client asked for that has gone is given up.

    Args:
        app: the application.
        hosts: names by which clients may call; ("*",) for any.
        max_requests: requests at a time, beside those whether the server is there.
        max_bytes: of a body.
        body_timeout: seconds until it must be there.
        timeout: seconds that the answer may take from then on.
    """

    def __init__(
        self,
        app,
        hosts: Sequence[str],
        max_requests: int,
        max_bytes: int,
        body_timeout: float,
        timeout: float,
    ):
        self.app, self.hosts = app, frozenset(host.lower() for host in hosts)
        self.max_requests, self.max_bytes = max_requests, max_bytes
        self.body_timeout, self.timeout = body_timeout, timeout
        self._requests = self._held = 0

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if "*" not in self.hosts and _host(headers) not in self.hosts:
            await refuse(send, 400, f"the host {_host(headers)!r} is not allowed here; see --allowed_hosts")
        elif scope["path"] == "/health":  # it is asked for most when there is most to do
            await self._answer(scope, b"", receive, send)
        elif self._requests >= self.max_requests:
            await refuse(send, 429, f"{self.max_requests} requests are being answered; come again later", retry=1)
        else:
            self._requests += 1
            try:
                if scope["method"] in ("GET", "HEAD", "OPTIONS"):
                    await self._answer(scope, b"", receive, send)
                else:
                    await self._with_body(scope, headers, receive, send)
            finally:
                self._requests -= 1

    async def _with_body(self, scope, headers, receive, send) -> None:
        too_large = f"the request is larger than {self.max_bytes:,} bytes; send less, or see --max_megabytes"
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > self.max_bytes:
            await refuse(send, 413, too_large)
            return
        parts, size = [], 0
        try:
            end = asyncio.get_running_loop().time() + self.body_timeout
            more = True
            while more:
                message = await asyncio.wait_for(receive(), max(0.0, end - asyncio.get_running_loop().time()))
                if message["type"] == "http.disconnect":
                    return
                part = message.get("body", b"")
                size, more = size + len(part), message.get("more_body", False)
                self._held += len(part)
                parts.append(part)
                if size > self.max_bytes:
                    await refuse(send, 413, too_large)
                    return
                if self._held > HELD_BODIES * self.max_bytes:
                    await refuse(send, 429, "too many bytes are being answered; come again later", retry=1)
                    return
            body = b"".join(parts)
            parts.clear()
            await self._answer(scope, body, receive, send)
        except asyncio.TimeoutError:
            await refuse(send, 408, f"the request was not there after {self.body_timeout:g} seconds")
        finally:
            self._held -= size

    async def _answer(self, scope, body: bytes, receive, send) -> None:
        """The application's answer, unless it takes too long or nobody waits for it any more."""
        given, started = False, False

        async def give():
            nonlocal given
            if not given:
                given = True
                return {"type": "http.request", "body": body, "more_body": False}
            return await asyncio.Future()  # that the client has gone is seen below

        async def tell(message):
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = {**message, "headers": [*message.get("headers", ()), *HEADERS]}
            await send(message)

        async def gone():
            while (await receive())["type"] != "http.disconnect":
                pass

        answer, leaving = asyncio.ensure_future(self.app(scope, give, tell)), asyncio.ensure_future(gone())
        try:
            await asyncio.wait({answer, leaving}, timeout=self.timeout, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                answer.result()
            elif not leaving.done() and not started:
                await refuse(send, 503, f"no answer after {self.timeout:g} seconds; ask for less", retry=5)
        finally:
            for task in (answer, leaving):
                if not task.done():
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError, Exception):
                        await task


def _host(headers: dict[bytes, bytes]) -> str:
    """The name in the header Host, without its port."""
    host = headers.get(b"host", b"").decode("latin-1").strip().lower()
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


async def refuse(send, status: int, detail: str, retry: float | None = None) -> None:
    """Answers with a JSON object of one line, and closes the connection.

    Args:
        send: of ASGI.
        status: of HTTP.
        detail: for people.
        retry: seconds after which to come again.
    """
    body = json.dumps({"detail": one_line(detail)}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *HEADERS]
    # The rest of a body that was not read would be taken for the next request.
    headers += [(b"connection", b"close")]
    if retry is not None:
        headers += [(b"retry-after", str(math.ceil(retry)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
