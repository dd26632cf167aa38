"""A served service: its routes, its limits, and clients that do not keep to them."""

import json
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from rnnapps.command_line import BadInput
from rnnapps.serving import ServingOptions, patient_protocol, serve_requests
from rnnapps.serving.serve_requests import listen
from tests.serving.doubling_service import Held, doubling_service, raw, running, told

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def client():
    with running(doubling_service(), body_timeout=1.0) as client:
        yield client


def test_a_request_is_answered(client):
    answer = client.post("/v1/double", json={"numbers": [1, 2, 3], "label": "é"})
    assert answer.json() == {"numbers": [2, 4, 6], "label": "é"}


def test_bytes_and_queries_are_read(client):
    answer = client.post("/v1/length?times=3", content=b"abcd", headers={"content-type": "text/csv; charset=utf-8"})
    assert answer.json()["numbers"] == [8, 8, 8]


def test_a_family_of_media_types_is_taken(client):
    assert client.post("/v1/length", content=b"ab", headers={"content-type": "audio/x-wav"}).json()["numbers"] == [4, 4]


def test_a_get_asks_the_model_too(client):
    assert client.get("/v1/times?times=4").json()["numbers"] == [8]


def test_clients_of_the_same_time_are_answered_in_one_batch():
    batches = []
    with (
        running(doubling_service(batches=batches), batch_size=8, batch_wait=9000.0) as client,
        ThreadPoolExecutor(8) as threads,
    ):
        posts = [threads.submit(client.post, "/v1/double", json={"numbers": [n]}) for n in range(8)]
        answers = [post.result().json()["numbers"] for post in posts]
    assert answers == [[2 * n] for n in range(8)]
    assert [len(batch) for batch in batches] == [8]


def test_health_answers(client):
    assert client.get("/health").json() == {"status": "ok"}


def test_the_model_tells_of_itself_but_not_where_it_lies(client):
    about = client.get("/v1/model").json()
    assert (about["run"], about["version"], about["colour"], about["max_bytes"]) == ("tiny", "3", "red", 100_000)


def test_the_page_is_served_and_may_load_nothing_from_elsewhere(client):
    page = client.get("/")
    assert page.content == b"<p>page</p>"
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_every_route_and_refusal_is_described(client):
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {"/v1/double", "/v1/length", "/v1/times", "/health", "/v1/model"}
    assert {"400", "408", "413", "415", "422", "429", "503"} <= set(paths["/v1/length"]["post"]["responses"])
    assert set(paths["/v1/length"]["post"]["requestBody"]["content"]) == {"text/csv", "audio/*"}


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        ({"content": b"{", "headers": JSON}, 422, "JSON decode error"),
        ({"content": b"\xff\xff", "headers": JSON}, 400, "parsing the body"),
        ({"content": b"[" * 90_000, "headers": JSON}, 400, "parsing the body"),
        ({"content": b'{"numbers": [' + b"9" * 5000 + b"]}", "headers": JSON}, 400, "parsing the body"),
        ({"content": b'{"numbers": [1e999]}', "headers": JSON}, 422, "body.numbers.0"),
        ({"json": {"numbers": "many"}}, 422, "body.numbers: Input should be a valid list"),
        ({"json": {"numbers": [1], "more": 1}}, 422, "body.more: Extra inputs"),
        ({"json": {"numbers": [1], "label": "\ud800"}}, 422, "body: a text holds half a character"),
        ({"json": {"numbers": list(range(101))}}, 422, "at most 100"),
        ({"json": {"numbers": [2**60]}}, 422, "numbers: larger than 2**53"),
        ({"json": {"numbers": [1], "x" * 90_000: 1}}, 422, "Extra inputs"),
        ({"json": None}, 422, "body"),
        ({"content": b""}, 422, "body: Field required"),
        ({"content": b"{}", "headers": {"content-type": "text/plain"}}, 422, "body"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(client, sent, status, words):
    if "json" in sent:  # httpx would not send a lone surrogate
        sent = {"content": json.dumps(sent["json"]).encode(), "headers": JSON}
    answer = client.post("/v1/double", **sent)
    assert answer.status_code == status
    assert words in told(answer)
    assert "\n" not in told(answer)
    assert len(answer.content) < 500


@pytest.mark.parametrize("kind", ["", "application/json", "text", "video/webm"])
def test_another_media_type_is_refused(client, kind):
    answer = client.post("/v1/length", content=b"a", headers={"content-type": kind})
    assert answer.status_code == 415


@pytest.mark.parametrize("query", ["times=-1", "times=x", "times=99999999999999999999", "other=1", "times="])
def test_a_wrong_query_is_refused(client, query):
    assert client.get(f"/v1/times?{query}").status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/../setup.py",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/etc/passwd",
        "/page/index.html%00.js",
        "/a.js/../../setup.py",
        "/..\\..\\setup.py",
        "/config.yaml",
        "/%ff%fe",
    ],
)
def test_no_file_is_reached_by_its_path(client, path):
    head = f"GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n".encode()
    assert raw(client, head).startswith(b"HTTP/1.1 404 ")


def test_a_body_that_says_that_it_is_too_large_is_refused_before_it_comes(client):
    head = b"POST /v1/double HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100001\r\n\r\n"
    assert raw(client, head).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_turns_out_to_be_too_large_is_refused(client):
    chunks = (b"x" * 50_000 for _ in range(5))
    answer = client.post("/v1/double", content=chunks, headers=JSON)
    assert answer.status_code == 413
    assert "100,000 bytes" in told(answer)


def test_a_body_that_comes_too_slowly_is_refused(client):
    head = b"POST /v1/double HTTP/1.1\r\nhost: localhost\r\ncontent-length: 50\r\n\r\n{"
    assert raw(client, head, b'"', b"n", pause=0.4).startswith(b"HTTP/1.1 408 ")


def test_a_connection_that_asks_nothing_is_closed(monkeypatch):
    monkeypatch.setattr(patient_protocol, "HEADER_SECONDS", 0.3)
    with running(doubling_service()) as client:
        assert raw(client, b"GET / HT").startswith(b"HTTP/1.1 408 ")


def test_a_kept_connection_that_begins_a_request_and_stops_is_closed(monkeypatch):
    monkeypatch.setattr(patient_protocol, "HEADER_SECONDS", 0.3)
    with running(doubling_service()) as client:
        found = raw(client, b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n", b"GET /he", pause=0.1)
    assert found.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in found


@pytest.mark.parametrize("sent", [b"nonsense\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/1.1\r\nx" * 9000])
def test_what_is_no_http_is_refused(client, sent):
    assert raw(client, sent + b"\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_a_client_that_goes_away_leaves_the_server_serving(client):
    import socket

    for _ in range(20):
        with socket.create_connection((client.base_url.host, client.base_url.port)) as connection:
            connection.sendall(b"POST /v1/double HTTP/1.1\r\nhost: localhost\r\ncontent-length: 50\r\n\r\n{")
    assert client.get("/health").status_code == 200


def test_a_host_of_another_name_is_refused(client):
    assert client.get("/", headers={"host": "elsewhere.example"}).status_code == 400


def test_more_requests_at_a_time_than_allowed_are_told_to_come_later():
    held = Held()
    with running(doubling_service(held), max_requests=1) as client, ThreadPoolExecutor(1) as threads:
        first = threads.submit(client.post, "/v1/double", json={"numbers": [1]})
        assert held.begun.wait(30)
        second = client.get("/v1/model")
        healthy = client.get("/health").status_code
        held.released.set()
        assert (second.status_code, second.headers["retry-after"]) == (429, "1")
        assert healthy == 200
        assert first.result().status_code == 200


def test_an_answer_that_takes_too_long_is_given_up():
    held = Held()
    with running(doubling_service(held), timeout=0.2) as client:
        answer = client.post("/v1/double", json={"numbers": [1]})
        held.released.set()
        assert answer.status_code == 503
        assert "0.2 seconds" in told(answer)


def test_what_was_being_answered_when_the_server_is_stopped_is_finished():
    held = Held()
    release = threading.Timer(0.3, held.released.set)
    with ThreadPoolExecutor(1) as threads:
        with running(doubling_service(held)) as client:
            url = client.base_url.join("/v1/double")
            post = threads.submit(httpx.post, url, json={"numbers": [1]}, timeout=30, trust_env=False)
            assert held.begun.wait(30)
            release.start()  # the server is told to stop before or after: it finishes what it began
        assert post.result().json()["numbers"] == [2]


def test_a_port_that_is_taken_is_told_in_a_line():
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInput, match=f"--port {port}: .*choose another --port"):
            serve_requests(doubling_service(), ServingOptions(port=port))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"port": 70000}, "--port must be at most 65535"),
        ({"batch_size": 0}, "--batch_size must be at least 1"),
        ({"timeout": 0.0}, "--timeout must be above 0"),
        ({"batch_wait": float("nan")}, "--batch_wait must be at least 0"),
        ({"host": ""}, "--host: is empty"),
        ({"allowed_hosts": "a,,b"}, "--allowed_hosts"),
    ],
)
def test_wrong_options_are_told(options, words):
    with pytest.raises(ValueError, match=words):
        ServingOptions(**options)


def test_only_a_local_server_checks_by_which_name_it_is_called():
    assert "localhost" in ServingOptions().hosts
    assert ServingOptions(host="0.0.0.0").hosts == ("*",)
    assert ServingOptions(host="0.0.0.0", allowed_hosts="a.example").hosts == ("a.example",)


def test_ctrl_c_ends_a_server_with_exit_code_130():
    code = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background jobs ignore
from rnnapps.command_line import run_command_line
from tests.serving.doubling_service import doubling_service
from rnnapps.serving import ServingOptions, serve_requests
sys.modules["made.serve"] = sys.modules["made"] = type(sys)("made")
def serve():
    "Serves."
    serve_requests(doubling_service(), ServingOptions(port=0))
sys.modules["made"].serve = serve
sys.exit(run_command_line("made", {"serve": "serve"}, "made", ["serve"]))
"""
    pipe = subprocess.PIPE
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", code], cwd=root, stdout=pipe, stderr=pipe, text=True) as server:
        # It may come before the server has begun to listen for it, or after.
        assert server.stdout.readline().startswith("Doubling: http://127.0.0.1:")
        server.send_signal(signal.SIGINT)
        _, errors = server.communicate(timeout=60)
    assert (server.returncode, errors.strip().splitlines()[-1:]) == (130, ["made: interrupted"])
