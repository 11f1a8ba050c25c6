"""The server: FastAPI around the models that a target points at. Bodies are bounded in size and in time."""

import asyncio
import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import anyio
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from mlops.errors import MlopsError, UnavailableError, UsageRefusedError
from mlops.serving.bodies import BodyError, body_of
from mlops.serving.holding import Holder
from mlops.serving.letters import letter, refusal
from mlops.serving.log import Log, UnwritableError
from mlops.serving.measures import CONTENT_TYPE, NOT_OFFERED, Measures
from mlops.serving.predicting import NotOfferedError, predict
from mlops.serving.requests import label_request, predict_request, schema_of

_LOG = logging.getLogger("mlops.serving")
_OPEN = frozenset({"/healthz", "/readyz", "/metrics"})
"""Addresses that need no token: a probe and Prometheus have none."""
_SETTLE_SECONDS = 5.0


@dataclass(frozen=True)
class Limits:
    """How much a client may ask of the server.

    Attributes:
        body_bytes: Of a body.
        body_seconds: From the first to the last byte of a body.
        at_once: Requests that are computed at the same time.
        waiting: Requests that wait for those; further ones are turned away.
        poll_seconds: How often the pointers are looked at.
    """

    body_bytes: int = 2 << 20
    body_seconds: float = 10.0
    at_once: int = 2
    waiting: int = 64
    poll_seconds: float = 1.0


class Server:
    """The endpoints, around what they share."""

    def __init__(self, holder: Holder, log: Log, measures: Measures, *, token: str, limits: Limits) -> None:
        """Keep what the endpoints share; see :func:`make`."""
        self._holder, self._log, self._measures = holder, log, measures
        self._token, self._limits = token, limits
        self._turn = anyio.CapacityLimiter(limits.at_once)
        self._waiting = asyncio.Semaphore(limits.waiting + limits.at_once)

    @asynccontextmanager
    async def life(self, _app: FastAPI) -> AsyncIterator[None]:
        """Follow the pointers while the server runs, and close the log at its end."""
        beside = [asyncio.create_task(self._follow()), asyncio.create_task(self._settle())]
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            self._log.close()

    async def guard(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """Ask for the token, turn errors into answers, and measure."""
        started, route = perf_counter(), _route(request.url.path)
        if route not in _OPEN and not _allowed(request.headers.get("authorization", ""), self._token):
            answer: Response = refusal(401, "This address asks for a bearer token.", {})
            answer.headers["WWW-Authenticate"] = "Bearer"
            status = str(answer.status_code)
        else:
            try:
                answer, status = await self._answered(request, call_next)
            except Exception:
                self._measures.requests.labels(route, "500").inc()
                raise
        self._measures.requests.labels(route, status).inc()
        self._measures.request_seconds.labels(route).observe(perf_counter() - started)
        return answer

    async def predict(self, request: Request) -> JSONResponse:
        """Answer ``POST /v1/predict``."""
        body = await self._body(request)
        return JSONResponse(
            await self._work(lambda: predict(predict_request(body), self._holder, self._log, self._measures))
        )

    async def label(self, request: Request) -> JSONResponse:
        """Answer ``POST /v1/labels``."""
        body = await self._body(request)

        def keep() -> dict[str, Any]:
            sent = label_request(body)
            new = self._log.label(sent)
            self._measures.labels.inc(new)
            return {"received": len(sent), "new": new}

        return JSONResponse(await self._work(keep))

    async def schema(self, task: str) -> JSONResponse:
        """Answer ``GET /v1/schema/TASK``."""
        held = self._holder.held.get(task)
        serving = None if held is None else held.live or held.trial
        if serving is None:
            raise UsageRefusedError("No model of such a task is served here.", expected=" or ".join(self._holder.tasks))
        return JSONResponse(schema_of(task, serving.kinds))

    async def healthy(self) -> JSONResponse:
        """Answer ``GET /healthz``: the process runs."""
        return JSONResponse({"status": "ok"})

    async def ready(self) -> JSONResponse:
        """Answer ``GET /readyz``: which models are served, and whether each task follows its pointer."""
        return JSONResponse(*_readiness(self._holder))

    async def metrics(self) -> Response:
        """Answer ``GET /metrics``."""
        return Response(self._measures.text(), media_type=CONTENT_TYPE)

    async def _body(self, request: Request) -> bytes:
        return await body_of(request, limit=self._limits.body_bytes, seconds=self._limits.body_seconds)

    async def _follow(self) -> None:
        told = ""
        while True:
            try:
                try:
                    await run_in_threadpool(self._holder.follow)
                finally:
                    self._measures.hold(self._holder.held, self._holder.failures)
            except Exception as fault:  # noqa: BLE001  # whatever it is, the next pointer must be followed
                self._measures.faults.inc()
                if repr(fault) != told:  # once, and not every second
                    _LOG.exception("The pointers could not be followed, by a fault of mlops. The server goes on.")
                told = repr(fault)
            else:
                told = ""
            await asyncio.sleep(self._limits.poll_seconds)

    async def _settle(self) -> None:
        """Settle the log now and then, so that no answer waits for it."""
        while True:
            await asyncio.sleep(_SETTLE_SECONDS)
            with suppress(UnwritableError):  # who is answered next is told
                await run_in_threadpool(self._log.settle)

    async def _work(self, call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Compute in a thread, a few at once; turn away whoever would wait too long."""
        if self._waiting.locked():
            raise UnavailableError("Too many requests wait already.", fix="Send it again in a second.")
        async with self._waiting:
            return await anyio.to_thread.run_sync(call, limiter=self._turn)

    async def _answered(
        self, request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> tuple[Response, str]:
        """Return the answer, and what measures call its status."""
        try:
            answer = await call_next(request)
        except BodyError as error:
            answer = refusal(error.status, error.what, {})
            answer.headers["Connection"] = "close"
        except NotOfferedError as error:
            return letter(error), NOT_OFFERED
        except MlopsError as error:
            answer = letter(error)
            if isinstance(error, UnavailableError):
                answer.headers["Retry-After"] = "1"
            if isinstance(error, UnwritableError):
                self._measures.refused.inc()
        return answer, str(answer.status_code)


def make(holder: Holder, log: Log, measures: Measures, *, token: str, limits: Limits | None = None) -> FastAPI:
    """Return the application.

    Args:
        holder: Holds the models, loaded before the first request.
        log: Where predictions and labels are kept.
        measures: What is measured.
        token: The bearer token that predictions and labels ask for; empty asks for none.
        limits: What clients may ask.
    """
    server = Server(holder, log, measures, token=token, limits=limits or Limits())
    app = FastAPI(title="Precision Gate", lifespan=server.life, openapi_url=None, docs_url=None, redoc_url=None)
    app.middleware("http")(server.guard)
    app.add_api_route("/v1/predict", server.predict, methods=["POST"])
    app.add_api_route("/v1/labels", server.label, methods=["POST"])
    app.add_api_route("/v1/schema/{task}", server.schema)
    app.add_api_route("/healthz", server.healthy)
    app.add_api_route("/readyz", server.ready)
    app.add_api_route("/metrics", server.metrics)
    return app


def _readiness(holder: Holder) -> tuple[dict[str, Any], int]:
    """Return what is served, and 200 if every task that has a model follows its pointer, else 503."""
    models: dict[str, Any] = {}
    for task, held in holder.held.items():
        placed = held.live.placed if held.live else None
        trial = held.trial.placed if held.trial else None
        models[task] = {
            "model_id": placed.model_id if placed else None,
            "artifact_sha256": placed.artifact_sha256 if placed else None,
            "sequence": held.sequence,
            "trial": None if trial is None else {"model_id": trial.model_id, "mode": held.mode, "share": held.share},
        }
    failures = dict(holder.failures)
    serves = any(held.live or held.trial for held in holder.held.values())
    return {"models": models, "failures": failures}, 200 if serves and not failures else 503


def _allowed(header: str, token: str) -> bool:
    if not token:
        return True
    return hmac.compare_digest(header.encode("utf-8", "replace"), f"Bearer {token}".encode())


def _route(path: str) -> str:
    """Return an address as metrics know it: few, whatever clients invent."""
    known = {"/v1/predict", "/v1/labels", *_OPEN}
    return path if path in known else "/v1/schema" if path.startswith("/v1/schema/") else "other"
