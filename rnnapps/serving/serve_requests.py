"""A service on a socket, until it is told to stop."""

from __future__ import annotations

import socket

from rnnapps.command_line import reading_input
from rnnapps.serving.service import Service
from rnnapps.serving.serving_options import ServingOptions

SPARE_CONNECTIONS = 256  # beyond those whose requests are answered: browsers keep some open


def serve_requests(service: Service, options: ServingOptions) -> None:
    """Answers until Ctrl-C or SIGTERM; what is being answered then is finished.

    Prints the address once the first request can come.

    Args:
        service: what is served.
        options: where, and within which limits.
    Raises:
        BadInput: the address cannot be listened on.
        KeyboardInterrupt: Ctrl-C, after everything was answered.
    """
    with reading_input():
        listening = listen(options.host, options.port)
    with listening:
        server = server_of(service, options)
        for work in service.works.values():
            if work.example is not None:
                work.answer([work.example])
        print(f"{service.title}: {address(listening)}  (Ctrl-C ends it)", flush=True)
        server.run(sockets=[listening])
        if not server.started:  # uvicorn ends as if nothing was wrong
            raise KeyboardInterrupt


def server_of(service: Service, options: ServingOptions):
    """A `uvicorn.Server` of a service, which runs once it is given a socket."""
    import uvicorn

    from rnnapps.serving.log_requests import log_config
    from rnnapps.serving.patient_protocol import PatientProtocol
    from rnnapps.serving.web_app import build_app

    config = uvicorn.Config(
        build_app(service, options),
        http=PatientProtocol,
        ws="none",
        loop="asyncio",
        log_config=log_config(options.log_requests),
        access_log=False,
        server_header=False,
        # Behind a proxy its headers would be believed by default; nothing here depends on who asks.
        proxy_headers=False,
        limit_concurrency=options.max_requests + SPARE_CONNECTIONS,
        timeout_graceful_shutdown=max(1, round(options.timeout)),
    )
    return uvicorn.Server(config)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on an address.

    Raises:
        ValueError: it cannot be had; the message says why.
    """
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ValueError(f"--host {host}: {error.strerror or error}; give an address of this machine") from None
    try:
        # A server that was just stopped may be started again at once.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise ValueError(
            f"--host {host} --port {port}: {error.strerror or error}; choose another --port, or 0 for a free one"
        ) from None
    return listening


def address(listening: socket.socket) -> str:
    """What to type into a browser on this machine."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, host)
    return f"http://{host}:{port}/"
