"""What every request passes, outermost first: the edge, the door, the scale. Plain ASGI."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter
from uuid import UUID, uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra.auth import TokenRefused, read_token
from infra.graphql.page import STATIC_PATH
from infra.http.headers import CORRELATION_ID, uuid_header
from infra.http.pages import DOCS_STATIC_PATH
from infra.logs import ASKER, CORRELATION
from infra.measures import REQUEST_SECONDS, REQUESTS
from infra.problems import Unacceptable, problem_of, response_of

OPEN_PATHS = frozenset({"/health", "/ready", "/metrics", "/openapi.json", "/docs"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ANSWERS = ("http.response.start", "websocket.accept", "websocket.http.response.start")
DRAIN_SECONDS = 2.0
DRAIN_LIMIT = 16

log = logging.getLogger("deedbook.http")


@dataclass
class Exchange:
    """One request on its way: what was answered so far."""

    send: Send
    correlation: UUID
    status: int = 0
    began: float = field(default_factory=perf_counter)

    async def answer(self, message: Message) -> None:
        if message["type"] in ANSWERS:
            self.status = message.get("status", 101)
            message.setdefault("headers", [])
            MutableHeaders(scope=message)[CORRELATION_ID] = str(self.correlation)
        await self.send(message)


class Edge:
    """Gives each request its correlation id, counts it, logs it, and answers every error."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        exchange = Exchange(send, uuid4())
        try:
            given = uuid_header(Headers(scope=scope), CORRELATION_ID)
            exchange.correlation = given or exchange.correlation
            self._mark(scope, exchange)
            await self.app(scope, receive, exchange.answer)
        except Exception as error:
            if exchange.status:
                raise
            await self._apologise(error, scope, receive, exchange)
        finally:
            if scope["type"] == "http":
                _note(scope, exchange)

    def _mark(self, scope: Scope, exchange: Exchange) -> None:
        scope.setdefault("state", {})["correlation"] = exchange.correlation
        CORRELATION.set(exchange.correlation)
        ASKER.set(None)

    async def _apologise(
        self, error: Exception, scope: Scope, receive: Receive, exchange: Exchange
    ) -> None:
        problem = problem_of(error)
        if problem.status >= 500:
            log.error("%s %s failed", scope["type"], scope["path"], exc_info=error)
        await response_of(problem, exchange.correlation)(scope, receive, exchange.answer)


class Door:
    """Nobody comes in without a token, except to the open paths and the development page.

    A websocket may show its token later, in the first message of its protocol.
    """

    def __init__(self, app: ASGIApp, secret: str, development: bool) -> None:
        self.app = app
        self.secret = secret
        self.development = development

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            scope.setdefault("state", {})["identity"] = None
            token = _bearer(Headers(scope=scope))
            if token is not None:
                identity = read_token(token, self.secret)
                scope["state"]["identity"] = identity
                ASKER.set(identity)
            elif scope["type"] == "http" and not self._is_open(scope):
                raise TokenRefused("Send a token in the header: Authorization: Bearer <token>.")
        await self.app(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        path = scope["path"]
        if path in OPEN_PATHS or path.startswith(f"{DOCS_STATIC_PATH}/"):
            return True
        wants_page = "text/html" in Headers(scope=scope).get("accept", "")
        page = path == "/graphql" and scope["method"] == "GET" and wants_page
        return self.development and (page or path.startswith(f"{STATIC_PATH}/"))


class Scale:
    """Reads the body before anybody else does, and refuses it as soon as it is too large."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = await self._read(scope, receive)
        await self.app(scope, _replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        announced = Headers(scope=scope).get("content-length", "")
        too_large = announced.isdecimal() and int(announced[:20]) > self.limit
        body, more = bytearray(), True
        while more and not too_large:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Unacceptable(400, "body_cut_short", "The request ended before its body did.")
            body += message.get("body", b"")
            more = message.get("more_body", False)
            too_large = len(body) > self.limit
        if too_large:
            await self._drain(receive, more)
            sentence = f"The body is larger than {self.limit} bytes."
            raise Unacceptable(413, "body_too_large", sentence)
        return bytes(body)

    async def _drain(self, receive: Receive, more: bool) -> None:
        """Lets the sender finish within reason: one who is cut off never reads the answer."""
        read = 0
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while more and read < DRAIN_LIMIT * self.limit:
                    message = await receive()
                    read += len(message.get("body", b""))
                    more = message.get("more_body", False)
        except TimeoutError:
            return


def _replay(body: bytes, receive: Receive) -> Receive:
    messages: Iterator[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def again() -> Message:
        return next(messages, None) or await receive()

    return again


def _bearer(headers: Headers) -> str | None:
    given = headers.get("authorization")
    if given is None:
        return None
    scheme, _, token = given.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenRefused("The header Authorization must be: Bearer <token>.")
    return token.strip()


def _note(scope: Scope, exchange: Exchange) -> None:
    """Counts and logs the request. The query string may hold anything, so it is left out."""
    seconds = perf_counter() - exchange.began
    route = getattr(scope.get("route"), "path", "unknown") or "/graphql"
    method, status = scope["method"], exchange.status
    REQUESTS.labels(method if method in METHODS else "other", route, status).inc()
    REQUEST_SECONDS.labels(route).observe(seconds)
    level = logging.DEBUG if scope["path"] in OPEN_PATHS else logging.INFO
    what = {"method": method, "path": scope["path"], "status": status}
    log.log(level, "request", extra={**what, "milliseconds": round(seconds * 1000, 1)})
