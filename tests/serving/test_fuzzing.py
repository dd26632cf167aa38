"""Requests drawn from the OpenAPI description, and from outside of it: always an answer that the description knows."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.serving.doubling_service import doubling_service, running

QUIET = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
LIKELY = st.fixed_dictionaries(
    {"numbers": ANYTHING | st.lists(st.integers(), max_size=4)}, optional={"label": ANYTHING}
)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=12)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30).map(str.strip)


@pytest.fixture(scope="module")
def client():
    with running(doubling_service(), batch_wait=0.0) as client:
        client.headers.update({"host": "localhost"})
        yield client


@pytest.fixture(scope="module")
def described(client):
    """(method, path) -> statuses that the description knows."""
    paths = client.get("/openapi.json").json()["paths"]
    return {
        (method.upper(), path): set(map(int, route["responses"]))
        for path, routes in paths.items()
        for method, route in routes.items()
    }


def fits(answer, statuses):
    assert answer.status_code in statuses
    if answer.status_code >= 400:
        assert set(answer.json()) == {"detail"}


@QUIET
@given(body=LIKELY | ANYTHING)
def test_any_json_gets_an_answer_that_is_described(client, described, body):
    sent = json.dumps(body).encode("utf-8", "surrogatepass")
    answer = client.post("/v1/double", content=sent, headers={"content-type": "application/json"})
    fits(answer, described["POST", "/v1/double"])


@QUIET
@given(body=st.binary(max_size=200), kind=st.sampled_from(["application/json", "text/csv", "audio/wav", "x", "a/b;c"]))
def test_any_bytes_get_an_answer_that_is_described(client, described, body, kind):
    for path in ("/v1/double", "/v1/length"):
        fits(client.post(path, content=body, headers={"content-type": kind}), described["POST", path])


@QUIET
@given(
    query=st.dictionaries(st.sampled_from(["times", "other"]) | st.text(max_size=5), st.text(max_size=10), max_size=3)
)
def test_any_query_gets_an_answer_that_is_described(client, described, query):
    answer = client.get("/v1/times", params={name: value.encode("utf-8", "replace") for name, value in query.items()})
    fits(answer, described["GET", "/v1/times"])


@QUIET
@given(path=st.text(max_size=40), method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"]))
def test_any_path_is_a_route_or_nothing(client, path, method):
    raw_path = b"/" + "".join(f"%{byte:02x}" for byte in path.encode("utf-8", "replace")).encode()
    answer = client.request(method, client.base_url.copy_with(raw_path=raw_path))
    assert answer.status_code in (200, 404, 405)


@QUIET
@given(headers=st.dictionaries(NAMES, VALUES, max_size=5))
def test_any_headers_leave_the_server_serving(client, headers):
    for name in ("content-length", "transfer-encoding", "host", "connection", "expect", "upgrade"):
        headers.pop(name, None)
    assert client.get("/health", headers=headers).status_code == 200


def test_what_the_generator_of_the_description_draws_is_answered_as_described(client):
    schemathesis = pytest.importorskip("schemathesis", reason="draws requests from the description")
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
    base = str(client.base_url).rstrip("/")
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(QUIET, max_examples=25)
        def holds(case):
            # What a description cannot say, such as that a number is too large, may still be refused.
            case.call_and_validate(
                base_url=base, headers={"host": "localhost"}, excluded_checks=[positive_data_acceptance]
            )

        holds()
