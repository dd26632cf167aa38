"""Anything is sent to a service: the answer is always one that its description knows."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serving.described_requests import ANYTHING, QUIET, Described
from tests.serving.doubling_service import doubling_service, running

MANY = settings(QUIET, max_examples=100)
LIKELY = st.fixed_dictionaries(
    {"numbers": ANYTHING | st.lists(st.integers(), max_size=4)}, optional={"label": ANYTHING}
)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30).map(str.strip)


@pytest.fixture(scope="module")
def described():
    service = doubling_service()
    with running(service, batch_wait=0.0) as client:
        yield Described(client, service)


@MANY
@given(body=LIKELY | ANYTHING)
def test_any_json_gets_an_answer_that_is_described(described, body):
    sent = json.dumps(body).encode("utf-8", "surrogatepass")
    described.ask("POST", "/v1/double", content=sent, headers={"content-type": "application/json"})


@MANY
@given(body=st.binary(max_size=200), kind=st.sampled_from(["application/json", "text/csv", "audio/wav", "x", "a/b;c"]))
def test_any_bytes_get_an_answer_that_is_described(described, body, kind):
    for path in ("/v1/double", "/v1/length"):
        described.ask("POST", path, content=body, headers={"content-type": kind})


@MANY
@given(
    query=st.dictionaries(st.sampled_from(["times", "other"]) | st.text(max_size=5), st.text(max_size=10), max_size=3)
)
def test_any_query_gets_an_answer_that_is_described(described, query):
    params = {name: value.encode("utf-8", "replace") for name, value in query.items()}
    described.ask("GET", "/v1/times", params=params)


@MANY
@given(path=st.text(max_size=40), method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]))
def test_any_path_is_a_route_or_nothing(described, path, method):
    client = described.client
    raw_path = b"/" + "".join(f"%{byte:02x}" for byte in path.encode("utf-8", "replace")).encode()
    answer = client.request(method, client.base_url.copy_with(raw_path=raw_path))
    assert answer.status_code in (200, 404, 405)


@MANY
@given(headers=st.dictionaries(NAMES, VALUES, max_size=5))
def test_any_headers_leave_the_server_serving(described, headers):
    for name in ("content-length", "transfer-encoding", "host", "connection", "expect", "upgrade"):
        headers.pop(name, None)
    assert described.client.get("/health", headers=headers).status_code == 200


def test_what_is_drawn_from_the_description_is_answered_as_it_says(described):
    described.ask_what_is_drawn(20)
