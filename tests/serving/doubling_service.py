"""A service that needs no model, and a server of it on loopback."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from pydantic import BaseModel, Field

from rnnapps.serving import Endpoint, Job, PageFile, Service, ServingOptions, Work
from rnnapps.serving.serve_requests import address, listen, server_of

PAGE = {"": PageFile(b"<p>page</p>", "text/html; charset=utf-8"), "a.js": PageFile(b"1;", "text/javascript")}


class Numbers(BaseModel, extra="forbid"):
    numbers: list[int] = Field(max_length=100)
    label: str = ""


class Held:
    """A batch that is being answered until it is released."""

    def __init__(self):
        self.begun, self.released = threading.Event(), threading.Event()

    def __call__(self):
        self.begun.set()
        self.released.wait(30)


class Which(BaseModel, extra="forbid"):
    times: int = Field(2, ge=0, le=10)


class Doubled(BaseModel):
    numbers: list[int]
    label: str


def refuse_odd(numbers):
    if any(abs(number) > 2**53 for number in numbers):
        raise ValueError("numbers: larger than 2**53")


def doubling_service(before: Callable[[], None] = lambda: None, batches: list | None = None) -> Service:
    """POST /v1/double of JSON, POST /v1/length of bytes, GET /v1/times of a query; `before` is called before each."""

    def double(items):
        before()
        if batches is not None:
            batches.append(list(items))
        return [2 * item for item in items]

    def read(body, query):
        refuse_odd(body.numbers)
        return [Job("double", number) for number in body.numbers]

    write = lambda body, query, answers: Doubled(numbers=answers, label=body.label)
    length = lambda body, query, answers: Doubled(numbers=answers, label="")
    endpoints = (
        Endpoint("POST", "/v1/double", "Double", Doubled, read, write, body=Numbers),
        Endpoint(
            "POST",
            "/v1/length",
            "Twice the length",
            Doubled,
            lambda body, query: [Job("double", len(body))] * query.times,
            length,
            query=Which,
            media=("text/csv", "audio/*"),
        ),
        Endpoint(
            "GET",
            "/v1/times",
            "Doubles",
            Doubled,
            lambda body, query: [Job("double", query.times)],
            length,
            query=Which,
        ),
    )
    saved_model = Path("runs/tiny/3")
    return Service("Doubling", saved_model, endpoints, {"double": Work(double)}, {"colour": "red"}, PAGE, 0.1)


@contextlib.contextmanager
def running(service: Service, **options):
    """A client of a server that runs in a thread; its base URL is the server's."""
    listening = listen("127.0.0.1", 0)
    server = server_of(service, ServingOptions(**options))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        with httpx.Client(base_url=address(listening), timeout=30, trust_env=False) as client:
            while not server.started:
                time.sleep(0.01)
            yield client
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


def raw(client: httpx.Client, *parts: bytes, pause: float = 0.0) -> bytes:
    """What a server answers to bytes that are sent one after the other, until it closes the connection."""
    with socket.create_connection((client.base_url.host, client.base_url.port), timeout=20) as connection:
        for part in parts:
            with contextlib.suppress(OSError):  # it may have closed already
                connection.sendall(part)
            time.sleep(pause)
        found = b""
        with contextlib.suppress(ConnectionResetError):
            while data := connection.recv(65536):
                found += data
    return found


def told(response: httpx.Response) -> str:
    """The one line that a refusal tells."""
    return json.loads(response.content)["detail"]
