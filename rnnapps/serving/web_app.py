"""The routes of a service, with their OpenAPI description."""

# No `from __future__ import annotations`: FastAPI reads the annotations of the functions made here.
import asyncio
import contextlib
import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any

from fastapi import Body, FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from rnnapps.export import MODEL_CARD
from rnnapps.serving.batch_queue import BatchQueue, QueueClosed, QueueFull
from rnnapps.serving.limit_requests import LimitRequests
from rnnapps.serving.log_requests import LogRequests
from rnnapps.serving.one_line import one_line
from rnnapps.serving.service import Endpoint, Service
from rnnapps.serving.serving_options import ServingOptions

MEGABYTE = 1_000_000
READERS = 2  # threads that read requests and write answers
FAULTS = {
    400: "The request cannot be read, or its host is not allowed.",
    408: "The request came too slowly.",
    413: "The request is too large.",
    415: "The body is of another media type.",
    422: "Something in the request is wrong; `detail` says what.",
    429: "Too many requests at a time; come again later.",
    503: "The answer took too long, or the server is stopping.",
}
OF_EVERY_ROUTE = (400, 503)


class Fault(BaseModel):
    """What was wrong."""

    detail: str = Field(description="one line for people")


class Health(BaseModel):
    """That the server answers."""

    status: str = Field(description='"ok"')


class About(BaseModel, extra="allow"):
    """What the model is, and what may be asked."""

    title: str
    run: str
    version: str
    model_card: str = Field(description="Markdown: data, quality, licence")
    max_bytes: int = Field(description="of a request")
    max_requests: int = Field(description="at a time")
    timeout: float = Field(description="seconds that an answer may take")


def build_app(service: Service, options: ServingOptions) -> FastAPI:
    """The ASGI application of a service: its routes, /health, /v1/model, /openapi.json and its page.

    Args:
        service: what is served.
        options: limits and batches.
    """
    queues: dict[str, BatchQueue] = {}
    threads = ThreadPoolExecutor(READERS, "requests")
    max_bytes = round((options.max_megabytes or service.max_megabytes) * MEGABYTE)

    @contextlib.asynccontextmanager
    async def lifespan(app):
        for name, work in service.works.items():
            size = min(options.batch_size, work.batch_size or options.batch_size)
            wait = options.batch_wait / 1000
            how = {"batch_cost": work.batch_cost, "waiting_cost": work.waiting_cost}
            queues[name] = BatchQueue(work.answer, size, wait, work.cost, **how)
        yield
        for queue in queues.values():
            await queue.close()
        threads.shutdown(wait=False)

    # The pages that FastAPI makes of the description load scripts from other servers.
    app = FastAPI(title=service.title, lifespan=lifespan, docs_url=None, redoc_url=None, version="1")
    app.state.queues = queues
    app.exception_handler(RequestValidationError)(_invalid)

    for endpoint in service.endpoints:
        _add(app, endpoint, queues, threads)

    @app.get("/health", response_model=Health, responses=_faults(OF_EVERY_ROUTE), summary="Whether the server answers")
    async def health():
        return {"status": "ok"}

    about = _about(service, options, max_bytes)

    @app.get("/v1/model", response_model=About, responses=_faults(OF_EVERY_ROUTE), summary="What the model is")
    async def model():
        return JSONResponse(about)

    @app.get("/", include_in_schema=False)
    @app.get("/{name:path}", include_in_schema=False)
    async def page(name: str = ""):
        file = service.page.get(name)
        if file is None:
            raise HTTPException(404, "there is nothing of this name; /openapi.json describes what there is")
        return Response(file.content, media_type=file.media_type, headers={"cache-control": "no-cache"})

    app.add_middleware(
        LimitRequests,
        hosts=options.hosts,
        max_requests=options.max_requests,
        max_bytes=max_bytes,
        body_timeout=options.body_timeout,
        timeout=options.timeout,
    )
    app.add_middleware(LogRequests)
    return app


def _add(app: FastAPI, endpoint: Endpoint, queues: dict[str, BatchQueue], threads: ThreadPoolExecutor) -> None:
    async def answer(body: Any, query: Any):
        in_thread = asyncio.get_running_loop().run_in_executor
        try:
            jobs = await in_thread(threads, endpoint.read, body, query)
        except ValueError as error:
            raise HTTPException(422, one_line(error)) from None
        try:
            answers = await _answered(queues, jobs)
        except QueueFull as error:
            raise HTTPException(429, str(error), {"retry-after": "1"}) from None
        except QueueClosed as error:
            raise HTTPException(503, str(error), {"retry-after": "5"}) from None
        found = await in_thread(threads, endpoint.write, body, query, answers)
        return Response(found.model_dump_json(), media_type="application/json")

    reads = endpoint.method != "GET"
    statuses = [*OF_EVERY_ROUTE, 422, 429, *([408, 413] if reads else []), *([415] if endpoint.media else [])]
    extra = {}
    if endpoint.media:
        binary = {"schema": {"type": "string", "format": "binary"}}
        extra = {"requestBody": {"required": True, "content": dict.fromkeys(endpoint.media, binary)}}
    app.add_api_route(
        endpoint.path,
        _route(endpoint, answer),
        methods=[endpoint.method],
        response_model=endpoint.response,
        responses=_faults(sorted(statuses)),
        summary=endpoint.summary,
        operation_id=f"{endpoint.method.lower()}{endpoint.path.replace('/', '_')}",
        openapi_extra=extra or None,
    )


def _route(endpoint: Endpoint, answer: Callable) -> Callable:
    """`answer` with the parameters from which FastAPI tells what to read and describe."""

    async def route(request: Request, body=None, query=None):
        if endpoint.media:
            _check_media(request.headers.get("content-type"), endpoint.media)
            body = await request.body()
        elif body is not None:
            _check_texts(body)
        return await answer(body, query)

    kind = inspect.Parameter.KEYWORD_ONLY
    parameters = [inspect.Parameter("request", kind, annotation=Request)]
    if endpoint.body is not None:
        parameters.append(inspect.Parameter("body", kind, annotation=Annotated[endpoint.body, Body()]))
    if endpoint.query is not None:
        parameters.append(inspect.Parameter("query", kind, annotation=Annotated[endpoint.query, Query()]))
    route.__signature__ = inspect.Signature(parameters)
    return route


async def _answered(queues: dict[str, BatchQueue], jobs: list) -> list[Any]:
    """The jobs' answers in their order; those of one kind go into its queue together."""
    numbers: dict[str, list[int]] = {}
    for number, job in enumerate(jobs):
        numbers.setdefault(job.work, []).append(number)
    asked = [queues[work].ask_all([jobs[number].item for number in listed]) for work, listed in numbers.items()]
    answers = await asyncio.gather(*asked)
    found = [None] * len(jobs)
    for listed, there in zip(numbers.values(), answers, strict=True):
        for number, answer in zip(listed, there, strict=True):
            found[number] = answer
    return found


def _about(service: Service, options: ServingOptions, max_bytes: int) -> dict[str, Any]:
    folder = service.saved_model.resolve()
    in_run = folder.name.isdigit()
    card = folder / MODEL_CARD
    return {
        **service.about,
        "title": service.title,
        "run": folder.parent.name if in_run else folder.name,
        "version": folder.name if in_run else "",
        "model_card": card.read_text(encoding="utf-8") if card.is_file() else "",
        "max_bytes": max_bytes,
        "max_requests": options.max_requests,
        "timeout": options.timeout,
    }


def _check_media(given: str | None, allowed: tuple[str, ...]) -> None:
    kind = (given or "").partition(";")[0].strip().lower()
    if not any(kind == one or (one.endswith("/*") and kind.startswith(one[:-1])) for one in allowed):
        raise HTTPException(415, f"the content type {kind[:60]!r} is not one of {', '.join(allowed)}")


def _check_texts(body: BaseModel) -> None:
    """JSON can write halves of surrogate pairs, which no text can hold that is sent or translated."""
    try:
        body.model_dump_json()
    except ValueError:
        raise HTTPException(422, "body: a text holds half a character, a surrogate without its other half") from None


async def _invalid(request: Request, error: RequestValidationError):
    # What was sent is not sent back: it may be large, and is not always text that can be sent.
    told = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5]]
    return JSONResponse({"detail": one_line("; ".join(told))}, 422)


def _faults(statuses) -> dict[int, dict]:
    return {status: {"model": Fault, "description": FAULTS[status]} for status in statuses}
