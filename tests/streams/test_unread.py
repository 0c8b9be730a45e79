"""A rolling deployment: newer processes store facts that older ones cannot read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from commands.ledger import Deedbook, Receipt, Unit
from commands.properties import ListProperty, list_property
from domain.kernel import FACTS
from domain.properties import PropertyRepriced
from infra.log import SharedLog, StoreLog
from infra.postgres import open_writers
from infra.relay import Leader
from infra.vitals import vitals
from projections.catalogue import PROJECTIONS
from streams.app import delivery
from streams.envelope import Envelope
from streams.projector import Projector
from streams.unread import Unread, UnreadableFact
from tests.conftest import Desk

NEWER = {"property.staged": 1, "property.repriced": 2, "viewing.requested": 1}


def store_raw(ledger: Desk, stream: UUID, version: int, name: str, data: Any, schema: int) -> int:
    """Appends a fact as another version of the code would."""
    state = {
        "schema": schema,
        "agency": str(ledger.agency),
        "at": "2030-01-01T00:00:00Z",
        "by": "anna",
        "command_id": str(uuid4()),
        "cause": None,
        "correlation": str(uuid4()),
        "data": data,
    }
    event = StoredEvent(stream, version, name, json.dumps(state).encode())
    receipt = Receipt(id=stream, version=version, position=0)
    unit = Unit(ledger.agency, uuid4(), b"", receipt, ((stream, version - 1),))
    ledger.store.recorder.insert_events([event], unit=unit)
    return ledger.store.recorder.max_notification_id() or 0


def listed(ledger: Desk) -> Receipt:
    body = ListProperty.EXAMPLE | {"property_id": None, "listing_id": None}
    return list_property(ListProperty.model_validate(body), ledger)


async def run_all(dsn: str, store: Deedbook, log: type[StoreLog] = StoreLog) -> None:
    async with open_writers(dsn, 2) as pool, open_writers(dsn, 2) as log_pool:
        for projection in PROJECTIONS.values():
            projector = Projector(projection, pool, log(store, log_pool))
            await projector.resume()
            while await projector.take_log() > 0:
                pass


@contextmanager
def updated(name: str) -> Iterator[None]:
    """A process that knows the name: here it means a repricing."""
    kind = FACTS["property.repriced"]
    FACTS[name] = kind
    try:
        yield
    finally:
        del FACTS[name]


@pytest.mark.parametrize("log", [StoreLog, SharedLog])
@pytest.mark.parametrize("name", NEWER)
def test_its_stream_is_parked_and_others_go_on(
    dsn: str,
    store: Deedbook,
    ledger: Desk,
    reads: psycopg.Connection[dict[str, Any]],
    name: str,
    log: type[StoreLog],
) -> None:
    home, price = listed(ledger), {"list_price": {"amount": "7.00", "currency": "USD"}}
    asyncio.run(run_all(dsn, store, log))
    stream = home.id if name.startswith("property") else uuid4()
    version = home.version + 1 if stream == home.id else 1
    position = store_raw(ledger, stream, version, name, price, NEWER[name])
    other = listed(ledger.next())
    asyncio.run(run_all(dsn, store, log))
    parked = reads.execute("select * from parked where projection = 'history'").fetchall()
    assert [(row["stream"], row["position"], row["name"]) for row in parked] == [
        (stream, position, name)
    ]
    assert "UnreadableFact" in parked[0]["error"]
    assert reads.execute("select 1 from history where stream = %s", (other.id,)).fetchone()


def test_an_updated_process_takes_what_the_older_one_could_not(
    dsn: str, store: Deedbook, ledger: Desk, reads: psycopg.Connection[dict[str, Any]]
) -> None:
    home, price = listed(ledger), {"list_price": {"amount": "7.00", "currency": "USD"}}
    position = store_raw(ledger, home.id, home.version + 1, "property.staged", price, 1)
    later = PropertyRepriced.model_validate({"list_price": {"amount": "8.00", "currency": "USD"}})
    data = later.model_dump(mode="json")
    store_raw(ledger, home.id, home.version + 2, "property.repriced", data, 1)
    asyncio.run(run_all(dsn, store))
    asyncio.run(run_all(dsn, store))
    with updated("property.staged"):
        asyncio.run(run_all(dsn, store))
    assert reads.execute("select * from parked").fetchall() == []
    seen = reads.execute("select position from history order by position").fetchall()
    assert [row["position"] for row in seen][-2:] == [position, position + 1]
    row = reads.execute("select version from property_board").fetchone()
    assert row is not None and row["version"] == home.version + 2


def test_the_relay_sends_what_is_before_it_and_says_what_it_lacks(
    dsn: str, store: Deedbook, ledger: Desk
) -> None:
    home = listed(ledger)
    store_raw(ledger, home.id, home.version + 1, "property.staged", {}, 1)

    async def story() -> None:
        async with open_writers(dsn, 1) as pool:
            steps = await StoreLog(store, pool).facts(0, 99)
        assert isinstance(steps[-1], Unread)
        leader = Leader(cast(Any, None), cast(Any, None), cast(Any, None))
        with pytest.raises(UnreadableFact, match="relay must be updated"):
            await leader._send(steps[-1:])

    asyncio.run(story())


def test_the_lag_is_told_all_the_same(dsn: str, store: Deedbook, ledger: Desk) -> None:
    home = listed(ledger)
    store_raw(ledger, home.id, home.version + 1, "property.staged", {}, 1)
    store_raw(ledger, uuid4(), 1, "viewing.requested", {}, 1)

    async def story() -> None:
        async with await psycopg.AsyncConnection.connect(dsn) as conn:
            assert (await vitals(conn)).lag["property_board"] >= 1

    asyncio.run(story())


def test_a_message_with_it_keeps_its_place(store: Deedbook, ledger: Desk) -> None:
    home = listed(ledger)
    step = next(iter(ledger.history(home.id))).but(position=1)
    message = Envelope.of(step).but(name="property.staged")

    class Message:
        topic, partition, offset = "deedbook.properties.v1", 3, 9
        headers = (("prev", b"0"),)

    class Event:
        value = message.model_dump_json().encode()

    Event.message = Message  # type: ignore[attr-defined]
    found = delivery(cast(Any, Event))
    assert found is not None and isinstance(found.step, Unread)
    assert (found.step.position, found.step.fact.NAME) == (1, "property.staged")


def test_a_newer_shape_is_not_mistaken_for_ours() -> None:
    with pytest.raises(TypeError, match="newer"):
        PropertyRepriced.read({"list_price": {"amount": "7.00", "currency": "USD"}}, 2)
