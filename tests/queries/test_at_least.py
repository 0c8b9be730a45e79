"""A reader gets its own write: it waits for the position of the receipt, and not for ever."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import monotonic
from uuid import uuid4

import psycopg

from infra.runner import running
from projections.catalogue import PROJECTIONS
from streams.envelope import partition_of, topic
from tests.queries.conftest import Graph
from tests.queries.homes import a_home, list_homes, register

HOME = "query ($id: UUID!, $at: Position) { property(id: $id, atLeast: $at) { id position } }"
MARK = """
    insert into checkpoints (projection, topic, partition, last_position)
    values ('property_board', %s, %s, %s)
"""


async def test_a_write_is_seen_by_the_next_read_of_its_position(graph: Graph) -> None:
    async with running(graph.dsn, graph.parts.store, PROJECTIONS.values()):
        for number in range(20):
            receipt = await graph.hand_in(a_home(number))
            asked = {"id": str(receipt.id), "at": receipt.position}
            found = await graph.ask(HOME, **asked)
            assert found["property"] == {"id": str(receipt.id), "position": receipt.position}


async def test_each_kind_of_record_can_be_waited_for(graph: Graph) -> None:
    async with running(graph.dsn, graph.parts.store, PROJECTIONS.values()):
        ann = await register(graph, "Ann")
        for kind in ("contact", "deal", "verification"):
            query = f"query ($id: UUID!) {{ {kind}(id: $id, atLeast: 1) {{ id }} }}"
            found = await graph.ask(query, id=str(ann))
            assert found[kind] == ({"id": str(ann)} if kind == "contact" else None)


async def test_a_position_that_does_not_come_is_refused_in_time(graph: Graph) -> None:
    receipt = (await list_homes(graph, 1))[0]
    hasty = replace(graph, patience=0.3)
    began = monotonic()
    refused = await hasty.refused(HOME, id=str(receipt.id), at=receipt.position)
    assert 0.25 < monotonic() - began < 2
    assert (refused["code"], refused["reached"], refused["asked"]) == ("not_yet", 0, 1)
    await graph.project()
    refused = await hasty.refused(HOME, id=str(receipt.id), at=receipt.position + 1)
    assert (refused["code"], refused["reached"]) == ("not_yet", receipt.position)


async def test_without_a_position_nobody_waits(graph: Graph) -> None:
    receipt = (await list_homes(graph, 1))[0]
    assert await graph.ask(HOME, id=str(receipt.id)) == {"property": None}


async def test_with_kafka_the_checkpoint_of_the_stream_s_own_partition_counts(
    graph: Graph,
) -> None:
    hasty, home = replace(graph, patience=0.2), uuid4()
    mine, other = partition_of(home), (partition_of(home) + 1) % 8
    with psycopg.connect(graph.dsn, autocommit=True) as conn:
        conn.execute(MARK, (topic("properties"), other, 50))
        refused = await hasty.refused(HOME, id=str(home), at=7)
        assert (refused["code"], refused["reached"]) == ("not_yet", 0)
        conn.execute(MARK, (topic("properties"), mine, 7))
    assert await hasty.ask(HOME, id=str(home), at=7) == {"property": None}


async def test_the_row_of_a_parked_stream_is_not_passed_off_as_new(graph: Graph) -> None:
    receipt = (await list_homes(graph, 1))[0]
    await graph.project()
    with psycopg.connect(graph.dsn, autocommit=True) as conn:
        conn.execute(
            "insert into parked (projection, stream, agency, position, name, error)"
            " values ('property_board', %s, %s, %s, 'property.listed', 'broken')",
            (receipt.id, graph.agency, receipt.position),
        )
    refused = await replace(graph, patience=0.2).refused(HOME, id=str(receipt.id), at=1)
    assert (refused["code"], refused["reached"]) == ("not_yet", receipt.position - 1)


async def test_many_readers_wait_together(graph: Graph) -> None:
    receipts = await list_homes(graph, 30)
    asked = [graph.ask(HOME, id=str(each.id), at=each.position) for each in receipts]
    waiting = asyncio.gather(*asked)
    async with running(graph.dsn, graph.parts.store, [PROJECTIONS["property_board"]]):
        found = await waiting
    assert [each["property"]["id"] for each in found] == [str(each.id) for each in receipts]
    assert graph.parts.hub.listeners == 0  # type: ignore[attr-defined]
