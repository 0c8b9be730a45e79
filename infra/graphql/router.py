"""The route: who asks, over HTTP or a websocket, and the page to try queries on."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

from starlette.requests import HTTPConnection
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from infra.auth import TokenRefused, read_token
from infra.graphql.context import Context, Parts
from infra.graphql.page import page
from infra.graphql.schema import make_schema
from infra.graphql.strict import StrictRouter
from infra.settings import Settings

FIRST_WORD_WITHIN = timedelta(seconds=10)
MOST_SUBSCRIPTIONS = 50


class Router(StrictRouter):
    """A websocket shows its token in the payload of `connection_init`, as `token` or as
    `Authorization: Bearer <token>`; without a good one it is closed with 4403.
    """

    secret: str

    async def on_ws_connect(self, context: Context) -> dict[str, object]:
        token = _token(context.connection_params)
        try:
            if token is not None:
                context.sign_in(read_token(token, self.secret))
            _ = context.identity
        except TokenRefused as refused:
            raise ConnectionRejectionError({"reason": str(refused)}) from refused
        return {}

    @cached_property
    def graphql_ide_html(self) -> str:
        return page(super().graphql_ide_html)


def graphql_router(parts: Parts, config: Settings, secret: str) -> Router:
    """To be mounted at /graphql, behind the door that reads the token of HTTP requests."""

    async def context(connection: HTTPConnection) -> Context:
        state = connection.scope.get("state", {})
        return Context(parts, state.get("identity"), state.get("correlation") or uuid4())

    router = Router(
        make_schema(),
        graphql_ide="graphiql" if config.development else None,
        allow_queries_via_get=False,
        context_getter=context,
        subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
        connection_init_wait_timeout=FIRST_WORD_WITHIN,
        max_subscriptions_per_connection=MOST_SUBSCRIPTIONS,
        allowed_origins=config.allowed_origins,
        include_in_schema=False,
    )
    router.secret = secret
    return router


def _token(params: Any) -> str | None:
    """What the client put into connection_init, if anything."""
    given = {str(name).lower(): value for name, value in (params or {}).items()}
    found = given.get("token") or given.get("authorization")
    if not isinstance(found, str):
        return None
    scheme, _, rest = found.partition(" ")
    return rest.strip() if scheme.lower() == "bearer" else found.strip()
