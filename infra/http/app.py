"""The application: its parts opened and closed in one place, its routes from the catalogues."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from commands.ledger import Deedbook
from infra.auth import token_secret
from infra.graphql import Parts, graphql_router
from infra.http.commands import SCHEMAS, command_routes
from infra.http.edge import Door, Edge, Scale
from infra.http.headers import CAUSE_ID, CORRELATION_ID, IDEMPOTENCY_KEY, IF_MATCH
from infra.http.pages import add_pages
from infra.http.state import state_routes
from infra.hub import PostgresHub
from infra.postgres import open_readers, open_writers
from infra.problems import problem_of, response_of
from infra.settings import Settings, settings

TOKEN = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class Api(FastAPI):
    """Shows the shapes of all commands in its documentation, although it reads bodies itself."""

    def openapi(self) -> dict[str, Any]:
        if not self.openapi_schema:
            components = super().openapi().setdefault("components", {})
            components.setdefault("schemas", {}).update(SCHEMAS)
            components["securitySchemes"] = {"token": TOKEN}
        return super().openapi()


def create_app(dsn: str, store: Deedbook, config: Settings | None = None) -> FastAPI:
    """The API on an open store; the database's tables must be there. Raises SecretMissing."""
    config = config or settings()
    app = Api(
        title="Deedbook",
        description="The append-only book of a real-estate business",
        version="1",
        lifespan=_open_parts,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.dsn, app.state.store, app.state.config = dsn, store, config
    app.state.secret = token_secret(config)
    app.state.readers = open_readers(dsn, config.pool_size)
    app.state.owners = open_writers(dsn, 2)
    app.state.hub = PostgresHub(dsn)
    app.add_exception_handler(HTTPException, _answer)
    app.include_router(command_routes())
    app.include_router(state_routes())
    parts = Parts(store, app.state.readers, app.state.hub)
    app.include_router(graphql_router(parts, config, app.state.secret), prefix="/graphql")
    add_pages(app, config.development)
    _put_in_front(app, config)
    return app


@asynccontextmanager
async def _open_parts(app: FastAPI) -> AsyncIterator[None]:
    """Does not wait for the database: the process starts, and `/ready` tells."""
    async with app.state.readers, app.state.owners, app.state.hub:
        yield


def _put_in_front(app: FastAPI, config: Settings) -> None:
    """The last one added is the first one passed."""
    app.add_middleware(Scale, limit=config.body_limit)
    app.add_middleware(Door, secret=app.state.secret, development=config.development)
    app.add_middleware(Edge)
    if config.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=config.allowed_origins,
            allow_methods=["GET", "POST"],
            allow_headers=[
                "Authorization",
                "Content-Type",
                *(IDEMPOTENCY_KEY, IF_MATCH, CORRELATION_ID, CAUSE_ID),
            ],
            expose_headers=["ETag", CORRELATION_ID, "Retry-After"],
        )


async def _answer(request: Request, error: Exception) -> Response:
    return response_of(problem_of(error), request.state.correlation)
