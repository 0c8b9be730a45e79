"""Relay and workers as processes on a real broker, a load of commands, and what must come of it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import psycopg

from commands.base import Command
from commands.contacts import NoteInteraction, RegisterContact, StateRequirements
from commands.desk import handle
from commands.ledger import Deedbook, Receipt
from commands.properties import DescribeProperty, ListProperty, RepriceProperty
from infra.kafka.broker import Broker
from projections.catalogue import PROJECTIONS
from streams.envelope import topic
from tests.conftest import Desk
from tests.processes import Process, eventually
from tests.projecting import project_all

THREADS = 4


def commands(number: int) -> list[Command]:
    """What one agent asks for one home and one client: six changes, in this order."""
    home, client = uuid5(UUID(int=1), str(number)), uuid5(UUID(int=2), str(number))
    price = {"amount": str(600_000 + number), "currency": "USD"}
    mail = {"email": f"client{number}@example.com"}
    details = RegisterContact.EXAMPLE["details"] | mail
    return [
        _example(ListProperty, property_id=home, listing_id=None),
        _example(
            RegisterContact, contact_id=client, details=details, requirements=None, consents=()
        ),
        _example(StateRequirements, contact_id=client),
        _example(RepriceProperty, property_id=home, list_price=price),
        _example(NoteInteraction, contact_id=client),
        _example(DescribeProperty, property_id=home, public_remarks=f"Home {number}"),
    ]


def _example(kind: type[Command], **changes: Any) -> Command:
    return kind.model_validate(kind.EXAMPLE | changes)


def ask(store: Deedbook, agency: UUID, homes: range) -> list[Receipt]:
    """Several agents at once ask for changes of these homes."""

    def one(number: int) -> list[Receipt]:
        return [handle(each, store, Desk.signature(agency)) for each in commands(number)]

    with ThreadPoolExecutor(THREADS) as threads:
        return [receipt for receipts in threads.map(one, homes) for receipt in receipts]


@dataclass
class Cluster:
    """The processes of one system under `folder`, where they also write their logs."""

    dsn: str
    broker: Broker
    folder: Path
    started: list[Process] = field(default_factory=list)

    def start(self, command: str, **environment: str) -> Process:
        settings = {
            "DEEDBOOK_DATABASE_URL": self.dsn,
            "DEEDBOOK_KAFKA": self.broker.bootstrap,
            "DEEDBOOK_HOME": str(self.folder),
        }
        log = self.folder / f"{command.split()[0]}-{len(self.started)}.log"
        process = Process(f"infra.cli {command}", log, **settings, **environment)
        self.started.append(process.start())
        return process

    def caught_up(self) -> bool:
        """The relay has sent the whole log, and every projection has taken what was sent."""
        with psycopg.connect(self.dsn, autocommit=True) as conn:
            row = conn.execute(RELAYED).fetchone()
            if row is None or row[0] != row[1]:
                return False
            reached = {(name, place): last for name, place, last in conn.execute(REACHED)}
        return all(
            reached.get((each.name, place), 0) >= head
            for place, head in row[2].items()
            for each in PROJECTIONS.values()
            if place.rpartition("/")[0] in {topic(context) for context in each.contexts}
        )

    def until_caught_up(self, within: float = 60.0) -> None:
        eventually(self.caught_up, within)

    def log_of(self, process: Process) -> str:
        return process.log.read_text()


@contextmanager
def cluster(dsn: str, broker: Broker, folder: Path) -> Iterator[Cluster]:
    made = Cluster(dsn, broker, folder)
    try:
        yield made
    finally:
        for process in made.started:
            process.kill()


def as_one_clean_pass(dsn: str, store: Deedbook) -> None:
    """Nothing is lost or doubled: the tables are those that the in-process runner makes anew."""
    found = read_tables(dsn)
    with psycopg.connect(dsn, autocommit=True) as conn:
        assert conn.execute("select * from parked").fetchall() == []
        conn.execute(f"truncate {', '.join([*found, *FEEDING])}".encode())
    project_all(dsn, store)
    clean = read_tables(dsn)
    assert {name: len(rows) for name, rows in found.items()} == {
        name: len(rows) for name, rows in clean.items()
    }
    assert found == clean


def read_tables(dsn: str) -> dict[str, list[str]]:
    """The rows of every read table, as text and in order."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        names = [name for (name,) in conn.execute(TABLES)]
        return {
            name: [
                row for (row,) in conn.execute(f"select t::text from {name} t order by 1".encode())
            ]
            for name in names
        }


def stored(dsn: str, table: str = "deedbook_events") -> int:
    with psycopg.connect(dsn, autocommit=True) as conn:
        row = conn.execute(f"select count(*) from {table}".encode()).fetchone()
        return int(row[0]) if row else 0


FEEDING = ("checkpoints", "gaps")
TABLES = """
    select relname from pg_class c join pg_attribute a on a.attrelid = c.oid
    where relnamespace = 'public'::regnamespace and relkind = 'r' and attname = 'agency'
        and relname not in ('deedbook_events', 'deedbook_commands', 'parked') order by 1
"""
RELAYED = """
    select (select max(notification_id) from deedbook_events), last_position, partitions
    from relay_checkpoints where name = 'relay'
"""
REACHED = "select projection, topic || '/' || partition, last_position from checkpoints"
