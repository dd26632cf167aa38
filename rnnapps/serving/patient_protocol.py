"""HTTP for clients that may be slow, but not endlessly."""

from __future__ import annotations

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 10.0
TOO_SLOW = b"the head of the request was not there in time"
ANSWER = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%s" % (len(TOO_SLOW), TOO_SLOW)
)


class PatientProtocol(H11Protocol):
    """uvicorn's protocol that closes a connection on which no request begins in time.

    uvicorn itself waits for a request's head as long as the client likes, so that a few hundred connections which say
    a byte a minute would keep all others out.
    """

    def connection_made(self, transport) -> None:
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEADER_SECONDS, self._too_slow)

    def connection_lost(self, exc) -> None:
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._reading_head() and self._deadline is None and not self.transport.is_closing():
            self._deadline = self.loop.call_later(HEADER_SECONDS, self._too_slow)
        elif not self._reading_head():
            self._forget()

    def _reading_head(self) -> bool:
        return self.conn.their_state is h11.IDLE

    def _too_slow(self) -> None:
        self._deadline = None
        if self._reading_head() and not self.transport.is_closing():
            self.transport.write(ANSWER)
            self.transport.close()

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
