"""What a server's log tells, and what of its faults reaches a client."""

import logging

import pytest

from tests.serving.doubling_service import doubling_service, raw, running, told

FAULTS = [ValueError("7 is\nunlucky"), RuntimeError("x" * 10_000), StopIteration(), KeyError("secret")]


class Failing:
    """Raises an error until it is told to stop."""

    def __init__(self, error):
        self.error = error

    def __call__(self):
        if self.error is not None:
            raise self.error


def lines(caplog, level):
    return [record.getMessage() for record in caplog.records if record.levelno == level]


@pytest.mark.parametrize("error", FAULTS, ids=lambda error: type(error).__name__)
def test_a_fault_while_answering_is_the_servers_and_not_the_clients(error, caplog):
    failing = Failing(error)
    with running(doubling_service(failing)) as client:
        failed = client.post("/v1/double", json={"numbers": [7]})
        failing.error = None
        after = client.post("/v1/double", json={"numbers": [7]})
    assert (failed.status_code, told(failed)) == (500, "the server failed at this request; its log has more")
    assert after.json()["numbers"] == [14]
    (line,) = lines(caplog, logging.ERROR)
    assert line.startswith("POST /v1/double failed: ")
    assert "\n" not in line
    assert len(line) < 1000


def test_a_fault_is_told_with_its_place(caplog):
    with running(doubling_service(Failing(ValueError("unlucky")))) as client:
        client.post("/v1/double", json={"numbers": [7]})
    (line,) = lines(caplog, logging.ERROR)
    assert "ValueError: unlucky (" in line
    assert "test_log_requests.py:" in line


def test_the_headers_of_a_fault_are_those_of_any_answer():
    with running(doubling_service(Failing(ValueError()))) as client:
        failed = client.post("/v1/double", json={"numbers": [7]})
    assert failed.headers["x-content-type-options"] == "nosniff"


def test_requests_are_not_logged_unless_wanted(caplog):
    with running(doubling_service()) as client:
        client.get("/health")
    assert not caplog.records


def test_a_request_is_a_line(caplog):
    with running(doubling_service(), log_requests=True) as client:
        size = len(client.post("/v1/double", json={"numbers": [7]}).content)
        client.get("/v1/times?times=99")
    good, bad = (line.split() for line in lines(caplog, logging.INFO))
    assert good[:4] == ["127.0.0.1", "POST", "/v1/double", "200"]
    assert good[5:] == ["ms", str(size), "bytes"]
    assert bad[1:4] == ["GET", "/v1/times", "422"]


def test_what_is_refused_before_the_application_is_logged_too(caplog):
    with running(doubling_service(), log_requests=True) as client:
        client.post("/v1/double", content=b"x" * 100_001)
    (line,) = lines(caplog, logging.INFO)
    assert " POST /v1/double 413 " in line


def test_a_path_cannot_write_lines_of_its_own(caplog):
    with running(doubling_service(), log_requests=True) as client:
        raw(client, b"GET /a%0a%1b[31mb HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
    (line,) = lines(caplog, logging.INFO)
    assert " GET /a%0a%1b[31mb 404 " in line
