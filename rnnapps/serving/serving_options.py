"""Options of a server that all applications have in common."""

from __future__ import annotations

from dataclasses import dataclass

from rnnapps.config_checks import names_listed

LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True)
class ServingOptions:
    """Where a server listens and what it lets itself be asked.

    Args:
        host: address to listen on; 0.0.0.0 is every network of this machine. There is no password: put a server that
            has one before it.
        port: to listen on; 0 takes a free one.
        allowed_hosts: names with commas between by which clients may call this server, * for any. Default: this
            machine's own while `host` is local, else any. It keeps other web pages from reaching a local server.
        batch_size: items answered together, at most; 1 answers them one by one.
        batch_wait: milliseconds that the first of a batch waits for others.
        max_requests: requests at a time; more are told to come later (429).
        max_megabytes: size of a request, at most (413). Default: what fits the application.
        body_timeout: seconds in which a client must have sent its request (408).
        timeout: seconds that a request may take from then on (503).
        log_requests: whether every request is a line on standard error; faults of the server always are.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    allowed_hosts: str | None = None
    batch_size: int = 32
    batch_wait: float = 5.0
    max_requests: int = 128
    max_megabytes: float | None = None
    body_timeout: float = 10.0
    timeout: float = 60.0
    log_requests: bool = False

    def __post_init__(self):
        for name, least in (("batch_size", 1), ("max_requests", 1), ("port", 0), ("batch_wait", 0)):
            _check(name, getattr(self, name), getattr(self, name) >= least, f"at least {least}")
        for name in ("max_megabytes", "body_timeout", "timeout"):
            value = getattr(self, name)
            _check(name, value, value is None or value > 0, "above 0")
        _check("port", self.port, self.port <= 65535, "at most 65535")
        _check("batch_wait", self.batch_wait, self.batch_wait <= 10_000, "at most 10000")
        if not self.host:
            raise ValueError("--host: is empty; give an address, such as 127.0.0.1")
        names_listed("--allowed_hosts", self.allowed_hosts)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names by which clients may call the server; ("*",) for any."""
        if self.allowed_hosts is not None:
            return names_listed("--allowed_hosts", self.allowed_hosts)
        local = self.host in ("localhost", "::1") or self.host.startswith("127.")
        return (*LOCAL_NAMES, self.host) if local else ("*",)


def _check(name: str, value, fits: bool, allowed: str) -> None:
    if not fits or value != value or value == float("inf"):
        raise ValueError(f"--{name} must be {allowed}, is {value}")
