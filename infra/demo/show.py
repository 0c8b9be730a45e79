"""The demo from beginning to end: one process with Postgres, API and runner, and its story."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from datetime import timedelta
from threading import Event
from time import monotonic
from typing import Any
from uuid import UUID, uuid5

import psycopg
import uvloop

from commands.base import Role
from commands.ledger import Deedbook
from infra.auth import Identity, issue_token, token_secret
from infra.demo import AGENCY, Broken
from infra.demo.asking import Graph
from infra.demo.loading import Cast, load
from infra.demo.pages import client_page, comparison_page
from infra.demo.questions import CLIENT, COMPARE
from infra.demo.telling import Teller
from infra.embedded import embedded_postgres
from infra.http import create_app
from infra.importing import Counts, Source, Table
from infra.lifetime import stop_on_signal
from infra.postgres import create_tables, open_store
from infra.serving import serving
from infra.settings import Settings
from projections.catalogue import PROJECTIONS
from streams.checkpoints import LOG

SHOWN = 3
LOOK_AGAIN = 0.1
STANDS_STILL = 60.0

REACHED = """
    select coalesce(max(notification_id), 0), (
        select case when count(*) < %s then 0 else min(last_position) end
        from checkpoints where topic = %s and projection = any(%s)
    ) from deedbook_events
"""


class Stopped(Exception):
    """Somebody pressed Ctrl-C while it was loading."""


class Show:
    def __init__(
        self, config: Settings, sock: socket.socket, teller: Teller, homes: int, clients: int
    ) -> None:
        self.config = config
        self.sock = sock
        self.teller = teller
        self.cast = Cast(homes, clients)
        self.began = monotonic()
        self.stopped = Event()
        identity = Identity(AGENCY, "demo", frozenset({Role.AGENT, Role.MANAGER}))
        self.token = issue_token(identity, token_secret(config), lasts=timedelta(hours=12))

    @property
    def address(self) -> str:
        host, port = self.sock.getsockname()[:2]
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def run(self, once: bool) -> None:
        """Until it is told, if once; otherwise until Ctrl-C."""
        self.teller.step("Starting Postgres ...")
        with embedded_postgres(self.config.home / "postgres") as dsn:
            store = open_store(dsn)
            try:
                create_tables(dsn)
                uvloop.run(self._perform(dsn, store, once))
            except ExceptionGroup as group:
                raise group.exceptions[0] from group
            finally:
                store.close()

    async def _perform(self, dsn: str, store: Deedbook, once: bool) -> None:
        stop, up = stop_on_signal(), asyncio.Event()
        app = create_app(dsn, store, self.config)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(serving(app, self.sock, runs=(dsn, store), stop=stop, up=up))
            await up.wait()
            watch = tasks.create_task(self._watch(stop))
            try:
                await asyncio.to_thread(self._tell, dsn, store, once)
                if not once:
                    await stop.wait()
            except Stopped:
                self.teller.step("Stopped. Started again, it goes on from here.")
            finally:
                stop.set()
                await watch

    async def _watch(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.stopped.set()

    def _tell(self, dsn: str, store: Deedbook, once: bool) -> None:
        """Runs in a thread of its own, beside the server."""
        for what in self.cast.tables():
            self._load(dsn, store, what)
        self._wait_for_tables(dsn)
        self._show_answers(Graph(self.address, self.token))
        took = monotonic() - self.began
        if once:
            self.teller.say(f"Done after {took:.0f} s. Without --once it stays open for you.")
        else:
            self._invite(took)

    def _load(self, dsn: str, store: Deedbook, what: tuple[Source, Table]) -> None:
        source, table = what
        with self.teller.counting(f"Importing {table.path}", table.length) as progressed:

            def done(counts: Counts) -> None:
                if self.stopped.is_set():
                    raise Stopped
                progressed(counts.done)

            counts = load(store, dsn, AGENCY, (source, table), done)
        new = f"{counts.imported:,} new" if counts.imported else "all there already"
        self.teller.step(f"{counts.rows:,} {table.path} in the book, {new}.")

    def _wait_for_tables(self, dsn: str) -> None:
        """Until all projections have seen the last fact."""
        with psycopg.connect(dsn, autocommit=True) as conn:
            head, _ = _reached(conn)
            with self.teller.counting("Projecting and matching", head) as progressed:
                for reached in self._advance(conn, head):
                    progressed(reached)
        self.teller.step(f"{len(PROJECTIONS)} projections have seen all {head:,} facts.\n")

    def _advance(self, conn: psycopg.Connection[Any], head: int) -> Iterator[int]:
        reached, moved = -1, monotonic()
        while reached < head:
            now = _reached(conn)[1]
            if now > reached:
                reached, moved = now, monotonic()
            if monotonic() - moved > STANDS_STILL:
                raise Broken("The read tables stand still: see demo.log.")
            yield reached
            if self.stopped.wait(LOOK_AGAIN):
                raise Stopped

    def _show_answers(self, graph: Graph) -> None:
        """The first clients with three homes to choose from, and a comparison for the first."""
        shown = []
        for contact in self._clients(graph):
            if len(contact["matches"]["nodes"]) < SHOWN:
                continue
            self.teller.show(client_page(contact))
            shown.append(contact)
            if len(shown) == SHOWN:
                break
        if shown:
            homes = [match["property"]["id"] for match in shown[0]["matches"]["nodes"]]
            found = graph.ask(COMPARE, contact=shown[0]["id"], properties=homes)
            self.teller.show(comparison_page(found["compareProperties"]))

    def _clients(self, graph: Graph) -> Iterator[dict[str, Any]]:
        for number in range(1, self.cast.clients + 1):
            yield graph.ask(CLIENT, id=str(_client_id(number)))["contact"]

    def _invite(self, took: float) -> None:
        say = self.teller.say
        say(f"Ready after {took:.0f} s. Try queries in a browser; one is ready to run:\n")
        say(f"  {self.address}/graphql#token={self.token}\n")
        say(f"What follows #token= is your token for 12 hours. Commands: {self.address}/docs")
        say("Ctrl-C ends it; started again, everything is still there.")


def _client_id(number: int) -> UUID:
    return uuid5(AGENCY, f"import:contact:demo-{number:04}")


def _reached(conn: psycopg.Connection[Any]) -> tuple[int, int]:
    """The last fact in the book, and the last that every projection has seen."""
    row = conn.execute(REACHED, (len(PROJECTIONS), LOG[0], list(PROJECTIONS))).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)
