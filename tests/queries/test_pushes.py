"""What is pushed: the row as a query gives it, to its own agency only, with a word about gaps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import psycopg
from strawberry.types.execution import ExecutionResult

from commands.contacts import AssignContact
from commands.properties import RepriceProperty
from infra.hub import MOST_PENDING, BoundedFeed, PostgresHub
from infra.runner import running
from projections.catalogue import PROJECTIONS
from queries.changes import News
from tests.queries.conftest import SCHEMA, Graph
from tests.queries.homes import a_home, list_homes, register

HOME = """
subscription ($id: UUID) {
  propertyChanged(id: $id) { gap id node { id version listPrice { text } history { totalCount } } }
}
"""
SOON = 10


class Pushed:
    """A subscription that is surely heard: the hub counts its listener before anything changes."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(SOON):
            found = await anext(self.stream)
        assert isinstance(found, ExecutionResult)
        assert found.errors is None, found.errors
        assert found.data is not None
        [change] = found.data.values()
        return dict(change)


@asynccontextmanager
async def subscribed(graph: Graph, query: str, **variables: Any) -> AsyncIterator[Pushed]:
    hub = graph.parts.hub
    assert isinstance(hub, PostgresHub)
    before = hub.listeners
    stream = await SCHEMA.subscribe(query, variables, context_value=graph.context())
    first = asyncio.ensure_future(anext(stream))
    async with asyncio.timeout(SOON):
        while hub.listeners == before:
            await asyncio.sleep(0)
    try:
        yield Pushed(_chained(first, stream))
    finally:
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        await stream.aclose()
        assert hub.listeners == before


async def _chained(first: Any, rest: Any) -> AsyncIterator[Any]:
    yield await first
    async for each in rest:
        yield each


async def test_a_change_is_pushed_as_the_query_shows_it(graph: Graph) -> None:
    home = (await list_homes(graph, 1))[0].id
    await graph.project()
    async with (
        subscribed(graph, HOME, id=str(home)) as mine,
        subscribed(graph, HOME) as all_of_them,
        running(graph.dsn, graph.parts.store, PROJECTIONS.values()),
    ):
        await graph.hand_in(a_home(3))
        other = await all_of_them.next()
        assert other["node"]["listPrice"] == {"text": "USD 550,000"}
        price = {"amount": "1", "currency": "USD"}
        reprice = RepriceProperty.model_validate({"property_id": home, "list_price": price})
        await graph.hand_in(reprice)
        pushed, again = await mine.next(), await all_of_them.next()
        assert (pushed["gap"], pushed["id"]) == (False, str(home))
        assert pushed["node"]["version"] == 2
        assert pushed["node"]["listPrice"] == {"text": "USD 1"}
        assert again["node"]["id"] == str(home)


async def test_another_agency_hears_nothing(graph: Graph) -> None:
    other = replace(graph, agency=uuid4())
    async with (
        subscribed(other, "subscription { contactChanged { id node { name } } }") as theirs,
        subscribed(graph, "subscription { contactChanged { id node { agent } } }") as mine,
        running(graph.dsn, graph.parts.store, PROJECTIONS.values()),
    ):
        ann = await register(graph, "Ann")
        await mine.next()
        await graph.hand_in(AssignContact.model_validate({"contact_id": ann, "agent": "zoe"}))
        assert (await mine.next())["node"] == {"agent": "zoe"}
        bob = await register(other, "Bob")
        assert await theirs.next() == {"id": str(bob), "node": {"name": "Bob Doe"}}


async def test_a_feed_that_is_not_read_drops_the_oldest_and_says_so() -> None:
    feed, ids = BoundedFeed(), [UUID(int=n) for n in range(MOST_PENDING + 2)]
    feed.put(ids[:3])
    feed.put(ids[:3])
    assert await feed.take() == News(tuple(ids[:3]))
    feed.put(ids)
    assert await feed.take() == News(tuple(ids[2:]), gap=True)
    feed.miss()
    assert await feed.take() == News(gap=True)


async def test_when_the_database_comes_back_clients_are_told_to_read_again(graph: Graph) -> None:
    async with subscribed(graph, HOME) as pushed:
        with psycopg.connect(graph.dsn, autocommit=True) as conn:
            conn.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where query = 'listen deedbook_changed'"
            )
        assert await pushed.next() == {"gap": True, "id": None, "node": None}
        await list_homes(graph, 1)
        await graph.project()
        assert (await pushed.next())["node"]["version"] == 1


async def test_a_change_of_too_many_to_name_is_a_gap(graph: Graph) -> None:
    async with subscribed(graph, HOME) as pushed:
        await list_homes(graph, 130)
        await graph.project()
        assert (await pushed.next())["gap"] is True
