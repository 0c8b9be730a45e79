"""The GraphQL edge: HTTP and graphql-transport-ws on one path."""

from __future__ import annotations

from infra.graphql.context import Context, Parts
from infra.graphql.router import graphql_router
from infra.graphql.schema import make_schema

__all__ = ["Context", "Parts", "graphql_router", "make_schema"]
