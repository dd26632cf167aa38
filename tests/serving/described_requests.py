"""Requests drawn from a service's OpenAPI description, and from outside of it: always an answer that it describes."""

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnapps.serving import Service
from rnnapps.serving.one_line import LONGEST

QUIET = settings(deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


class Described:
    """A client of a running service that holds every answer to the description.

    Args:
        client: of the server.
        service: what it serves.
    """

    def __init__(self, client: httpx.Client, service: Service):
        self.client = client
        self.description = client.get("/openapi.json").json()
        self.statuses = {
            (method.upper(), path): set(map(int, route["responses"]))
            for path, routes in self.description["paths"].items()
            for method, route in routes.items()
        }
        self.responses = {(endpoint.method, endpoint.path): endpoint.response for endpoint in service.endpoints}

    def ask(self, method: str, path: str, **sent) -> httpx.Response:
        """The answer to a request, which fits what is described."""
        answer = self.client.request(method, path, **sent)
        assert answer.status_code in self.statuses[method, path] - {503}, answer.text
        if answer.status_code == 200:
            self.responses[method, path].model_validate_json(answer.content)
        else:
            refusal = answer.json()
            assert set(refusal) == {"detail"}
            assert len(refusal["detail"].splitlines()) == 1
            assert len(refusal["detail"]) <= LONGEST + 5
        return answer

    def ask_what_is_drawn(self, examples: int) -> None:
        """So many requests to each route, drawn from the description by schemathesis, which checks the answers."""
        schemathesis = pytest.importorskip("schemathesis", reason="draws requests from the description")
        from schemathesis.specs.openapi.checks import positive_data_acceptance

        base = str(self.client.base_url).rstrip("/")
        for found in schemathesis.openapi.from_dict(self.description).get_all_operations():

            @given(case=found.ok().as_strategy())
            @settings(QUIET, max_examples=examples)
            def holds(case):
                # What a description cannot say, such as that a number is too large, may still be refused.
                case.call_and_validate(
                    base_url=base, headers={"host": "localhost"}, excluded_checks=[positive_data_acceptance]
                )

            holds()


@st.composite
def damaged(draw, contents):
    """Files with one to four faults: bytes that are others, are not there or are there twice, mostly in the head."""
    content = bytearray(draw(st.sampled_from(contents)))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, min(64, len(content))) | st.integers(0, len(content)))
        end = place + draw(st.integers(0, 8) | st.integers(0, len(content)))
        content[place:end] = draw(st.binary(max_size=8) | st.just(2 * content[place:end]))
    return bytes(content)
