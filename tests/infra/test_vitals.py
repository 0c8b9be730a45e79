"""Lag as operators see it, from what the relay sent and what each partition has taken."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from commands.contacts import RegisterContact, register_contact
from commands.ledger import Deedbook
from domain.contacts import Contact
from infra.vitals import vitals
from streams.envelope import partition_of, topic
from tests.conftest import Desk

TOPIC = topic("contacts")


def register(ledger: Desk, number: int) -> list[tuple[UUID, int]]:
    """That many contacts: stream and last position of each."""
    body = {"details": {**RegisterContact.EXAMPLE["details"], "email": None}}
    command = RegisterContact.model_validate(body)
    receipts = [register_contact(command, ledger.next()) for _ in range(number)]
    return [(receipt.id, receipt.position) for receipt in receipts]


def mark(reads: psycopg.Connection[Any], partition: int, position: int, of: str = TOPIC) -> None:
    reads.execute(
        "insert into checkpoints (projection, topic, partition, last_position)"
        " values ('contact_board', %s, %s, %s) on conflict (projection, topic, partition)"
        " do update set last_position = excluded.last_position",
        (of, partition, position),
    )


def sent(reads: psycopg.Connection[Any], upto: int, heads: dict[int, int]) -> None:
    places = Jsonb({f"{TOPIC}/{number}": head for number, head in heads.items()})
    reads.execute(
        "insert into relay_checkpoints (name, epoch, last_position, partitions)"
        " values ('relay', 1, %s, %s)",
        (upto, places),
    )


async def lag(dsn: str) -> int:
    async with await psycopg.AsyncConnection.connect(dsn) as conn:
        return (await vitals(conn)).lag["contact_board"]


async def test_the_in_process_runner_lags_by_what_follows_its_place_in_the_log(
    dsn: str, store: Deedbook, ledger: Desk, reads: psycopg.Connection[Any]
) -> None:
    last = register(ledger, 5)[2][1]
    assert await lag(dsn) == 5
    mark(reads, 0, last, "*log*")
    assert await lag(dsn) == 2


async def test_through_kafka_it_lags_by_what_its_partitions_have_not_taken(
    dsn: str, store: Deedbook, ledger: Desk, reads: psycopg.Connection[Any]
) -> None:
    facts = register(ledger, 40)
    heads = {partition_of(stream): position for stream, position in facts}
    sent(reads, facts[-1][1], heads)
    for partition, head in heads.items():
        mark(reads, partition, head)
    assert await lag(dsn) == 0
    idle = partition_of(facts[0][0])
    mark(reads, idle, facts[0][1])
    waiting = [stream for stream, _ in facts[1:] if partition_of(stream) == idle]
    assert await lag(dsn) == len(waiting)


async def test_what_the_relay_has_not_sent_counts(
    dsn: str, store: Deedbook, ledger: Desk, reads: psycopg.Connection[Any]
) -> None:
    facts = register(ledger, 3)
    stream, position = facts[0]
    sent(reads, position, {partition_of(stream): position})
    mark(reads, partition_of(stream), position)
    assert await lag(dsn) == 2
    assert ledger.load(Contact, stream).version == 1
