"""Real parts for every test: one Postgres server a run, a clean book a test."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import settings
from psycopg.rows import dict_row

from commands.base import Role
from commands.ledger import Deedbook, Ledger, Signature
from infra.embedded import embedded_postgres
from infra.kafka.broker import Broker
from infra.kafka.topics import delete_topics
from infra.postgres import create_tables, open_store
from streams.envelope import TOPICS
from tests.processes import needs_java

settings.register_profile("ci", deadline=None, print_blob=True)
settings.load_profile("ci")

ALL_TABLES = """
    select string_agg(format('%I', relname), ', ') from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r'
"""


@dataclass(frozen=True)
class Desk(Ledger):
    """A ledger for tests that can be renewed for the next command."""

    @staticmethod
    def signature(agency: UUID, by: str = "anna") -> Signature:
        """Somebody with every role."""
        return Signature(agency, by, uuid4(), uuid4(), frozenset(Role))

    def next(self, **signed: Any) -> Desk:
        news = {"command_id": uuid4(), **signed}
        return Desk(self.store, replace(self.signed, **news))


@pytest.fixture(scope="session")
def dsn() -> Iterator[str]:
    """The connection string of a Postgres that lives as long as the test run."""
    if configured := os.environ.get("TEST_DATABASE_URL"):
        create_tables_and_store(configured)
        yield configured
        return
    with (
        tempfile.TemporaryDirectory(prefix="deedbook-") as folder,
        embedded_postgres(Path(folder) / "postgres") as uri,
    ):
        create_tables_and_store(uri)
        yield uri


def create_tables_and_store(dsn: str) -> None:
    open_store(dsn).close()
    create_tables(dsn)


@pytest.fixture(scope="session")
def server_store(dsn: str) -> Iterator[Deedbook]:
    store = open_store(dsn)
    yield store
    store.close()


@pytest.fixture
def store(dsn: str, server_store: Deedbook) -> Deedbook:
    """The event store with an empty book, empty read tables and no checkpoints."""
    empty(dsn)
    return server_store


def empty(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as conn:
        row = conn.execute(ALL_TABLES).fetchone()
        if row is not None:
            conn.execute(f"truncate {row[0]}".encode())


@pytest.fixture
def agency() -> UUID:
    return uuid4()


@pytest.fixture
def ledger(store: Deedbook, agency: UUID) -> Desk:
    """Signed by a user with every role, for a fresh agency."""
    return Desk(store, Desk.signature(agency))


@pytest.fixture
def reads(store: Deedbook, dsn: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """A connection on the read tables, as their owner."""
    with psycopg.connect(dsn, autocommit=True, row_factory=dict_row) as conn:
        yield conn


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A real broker that lives as long as the test run."""
    needs_java()
    with Broker(tmp_path_factory.mktemp("broker")) as started:
        yield started


@pytest.fixture
def kafka(broker: Broker, store: Deedbook) -> Broker:
    """The broker, running, with none of our topics, as the book is empty too."""
    if broker.pid is None:
        broker.start()
    asyncio.run(delete_topics(broker.bootstrap, TOPICS))
    return broker
