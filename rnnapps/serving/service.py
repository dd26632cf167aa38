"""What an application declares in order to be served."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from rnnapps.serving.page_files import PageFile


class Job(NamedTuple):
    """One item to be answered and the name of the `Work` that answers it."""

    work: str
    item: Any


@dataclass(frozen=True)
class Work:
    """Something that answers items, several at once.

    Fields:
        answer: items -> their answers in the same order, the same alone and among others. It runs in a thread of its
            own. What it raises is a fault of the server (500): what a client did wrong is found by `Endpoint.read`.
        cost: item -> how long it is, such as characters or samples: items of like cost are answered together.
        batch_cost: most that the longest cost of a batch times its size may be, for padding takes memory too.
        batch_size: items of a batch, at most; None for the server's own option.
        waiting_cost: cost of the items that wait from which on clients are told to come later (429).
        example: an item that is answered once before the first client comes, who would wait for TensorFlow to get
            ready; None to go without.
    """

    answer: Callable[[Sequence[Any]], Sequence[Any]]
    cost: Callable[[Any], float] = lambda item: 1.0
    batch_cost: float = float("inf")
    batch_size: int | None = None
    waiting_cost: float = float("inf")
    example: Any = None


@dataclass(frozen=True)
class Endpoint:
    """One route of the API.

    Fields:
        method: GET or POST.
        path: such as /v1/translate.
        summary: a line for the OpenAPI description.
        response: pydantic model of the answer.
        read: (body, query) -> `Job`s; body is an instance of `body`, or bytes where `media` are given, or None; query
            one of `query` or None. A ValueError tells the client what is wrong with what it sent (422).
        write: (body, query, answers) -> the answer, an instance of `response`.
        body: pydantic model of a JSON body; None where there is none, or where it is of `media`.
        query: pydantic model of the parameters behind the question mark; None where there are none.
        media: media types of a body that is not JSON, such as ("audio/wav", "audio/*").
    """

    method: str
    path: str
    summary: str
    response: type
    read: Callable[[Any, Any], list[Job]]
    write: Callable[[Any, Any, list[Any]], Any]
    body: type | None = None
    query: type | None = None
    media: tuple[str, ...] = ()


@dataclass(frozen=True)
class Service:
    """An application as it is served.

    Fields:
        title: a line, such as "Translation".
        saved_model: folder of the SavedModel; its run, version and model card are told to clients, no path is.
        endpoints: its routes.
        works: name -> what the routes' jobs are answered by.
        about: what clients may want to know of the model, for /v1/model.
        page: path -> file of the page, "" for the first; as `read_page` gives them.
        max_megabytes: size of a request, where the user gives none.
    """

    title: str
    saved_model: Path
    endpoints: tuple[Endpoint, ...]
    works: Mapping[str, Work]
    about: Mapping[str, Any] = field(default_factory=dict)
    page: Mapping[str, PageFile] = field(default_factory=dict)
    max_megabytes: float = 1.0
