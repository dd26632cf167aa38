"""What whoever runs a server sees of its requests: a line for each, if wanted, and one for each fault of ours."""

from __future__ import annotations

import logging
import time
import traceback
from pathlib import Path

from rnnapps.serving.limit_requests import refuse
from rnnapps.serving.one_line import one_line

LOGGER = logging.getLogger("rnnapps.serving")
FAILED = "the server failed at this request; its log has more"
FRAMES = 4  # of a fault that are told, the innermost last


class LogRequests:
    """ASGI middleware around all others, which logs requests and turns what they raise into 500.

    A request is one line of level INFO: who asked, method, path, status ("gone" where the client did not wait),
    milliseconds, bytes of the answer. A fault is one line of level ERROR with its place, and goes on no further: the
    client learns nothing of it, and the server goes on serving.
    """

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, size, began = "gone", 0, time.monotonic()

        async def tell(message):
            nonlocal status, size
            await send(message)
            status = message.get("status", status)
            size += len(message.get("body", b""))

        try:
            await self.app(scope, receive, tell)
        except Exception as error:
            LOGGER.error("%s failed: %s", _asked(scope), fault(error))
            if status == "gone":
                await refuse(tell, 500, FAILED)
        if LOGGER.isEnabledFor(logging.INFO):
            who = (scope.get("client") or ("-",))[0]
            took = 1000 * (time.monotonic() - began)
            LOGGER.info("%s %s %s %.0f ms %d bytes", who, _asked(scope), status, took, size)


def fault(error: Exception) -> str:
    """An error in one line: what it is, and the places it came through."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    places = " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__}: {one_line(error)} ({places})"


def log_config(requests: bool) -> dict:
    """For `logging.config`: lines with their time on standard error.

    Args:
        requests: whether every request is told, or only faults.
    """
    level = "INFO" if requests else "ERROR"
    line = {"format": "%(asctime)s %(message)s", "datefmt": "%Y-%m-%d %H:%M:%S"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            LOGGER.name: {"level": level, "handlers": ["stderr"]},
            "uvicorn": {"level": "ERROR", "handlers": ["stderr"], "propagate": False},
        },
    }


def _asked(scope) -> str:
    # As it was sent, not decoded: a line break in a path would be a line of its own.
    path = scope.get("raw_path") or scope["path"].encode()
    return f"{scope['method']} {one_line(path.decode('ascii', 'backslashreplace'))}"
