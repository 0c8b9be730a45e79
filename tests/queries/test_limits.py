"""What one operation may ask for, and what it is told when something breaks."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from graphql import get_introspection_query
from psycopg import AsyncConnection

from infra.graphql import Context, limits
from queries.reads import Reads, Row, Sources
from tests.queries.conftest import SCHEMA, Graph

LEVEL = "property { deals(first: 1) { nodes { %s } } }"


def nested(levels: int) -> str:
    inside = "id"
    for _ in range(levels):
        inside = LEVEL % inside
    return f"{{ deals(first: 1) {{ nodes {{ {inside} }} }} }}"


def laughs(count: int) -> str:
    """Each fragment holds the next one twice."""
    chain = [f"fragment f{n} on Property {{ ...f{n + 1} ...f{n + 1} }}" for n in range(count)]
    last = f"fragment f{count} on Property {{ id }}"
    return "{ properties { nodes { ...f0 } } }" + " ".join([*chain, last])


@pytest.mark.parametrize(
    ("query", "what"),
    [
        (nested(6), "depth"),
        ("{" + " ".join(f"a{n}: __typename" for n in range(31)) + "}", "aliases"),
        (
            "{ properties(first: 100) { nodes { deals(first: 100) {"
            " nodes { id status purpose openedAt version position } } } } }",
            "cost",
        ),
        (laughs(60), "cost"),
    ],
    ids=["deep", "aliases", "wide", "laughs"],
)
async def test_too_much_is_refused_before_anything_is_read(
    graph: Graph, query: str, what: str
) -> None:
    began = monotonic()
    found = await graph.execute(query)
    assert monotonic() - began < 2
    assert found.errors
    assert what in found.errors[0].message
    assert found.errors[0].extensions == {"code": "too_much_asked"}
    assert graph.statements == 0


async def test_a_page_size_in_a_variable_is_weighed_by_its_value(graph: Graph) -> None:
    query = """
      query ($first: Int = 100) { properties(first: $first) { nodes {
        deals(first: $first) { nodes { id status parties { role } milestones { title status } } }
      } } }
    """
    assert (await graph.execute(query, first=10)).errors is None
    assert (await graph.execute(query, first=100)).errors
    assert (await graph.execute(query)).errors


async def test_too_many_tokens_are_not_even_parsed(graph: Graph) -> None:
    found = await graph.execute("{" + " id" * (limits.TOKENS + 1) + "}")
    assert found.errors
    assert "token" in found.errors[0].message


async def test_the_page_for_trying_queries_can_ask_for_the_schema(graph: Graph) -> None:
    await graph.ask(get_introspection_query(input_value_deprecation=True))


async def test_what_breaks_inside_is_logged_and_not_told(
    graph: Graph, caplog: pytest.LogCaptureFixture
) -> None:
    @asynccontextmanager
    async def broken(agency: UUID) -> AsyncIterator[AsyncConnection[Row]]:
        raise RuntimeError("secret of the inside")
        yield

    with caplog.at_level(logging.ERROR):
        error = await _ask_with(graph, broken)
    assert error == {"code": "internal_error"}
    assert "secret of the inside" in caplog.text


async def test_a_database_that_is_gone_is_told_as_such(graph: Graph) -> None:
    @asynccontextmanager
    async def gone(agency: UUID) -> AsyncIterator[AsyncConnection[Row]]:
        raise psycopg.OperationalError("connection refused")
        yield

    assert (await _ask_with(graph, gone))["code"] == "store_unavailable"


async def _ask_with(graph: Graph, connect: Any) -> dict[str, Any]:
    context = Context(graph.parts, graph.context().identity, uuid4())
    sources = graph.parts.sources
    context._reads = Reads(context.identity, Sources(connect, sources.hub, sources.place))
    found = await SCHEMA.execute("{ properties { nodes { id } } }", context_value=context)
    assert found.errors
    [error] = found.errors
    assert "secret" not in error.message
    return dict(error.extensions or {})
