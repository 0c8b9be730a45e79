"""`deedbook api|relay|worker|runner|init`: the processes of a running book."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Annotated, Any

import typer
import uvicorn
import uvloop
from fastapi import FastAPI

from commands.ledger import Deedbook
from infra.cli.parts import WRONG_INPUT, Failure, configured, err, opened_database, opened_store
from infra.http import create_app
from infra.lifetime import stop_on_signal
from infra.logs import write_json_logs
from infra.relay import relay as relaying
from infra.runner import running
from infra.settings import settings
from infra.worker import work
from projections.catalogue import PROJECTIONS

LAST_REQUESTS_SECONDS = 10


def init() -> None:
    """Make the tables that are missing: store, checkpoints, read tables. Safe to repeat."""
    with opened_database():
        err.print("All tables are there.")


def api(
    host: Annotated[str, typer.Option(help="DEEDBOOK_HOST if not given.")] = "",
    port: Annotated[int, typer.Option(help="DEEDBOOK_PORT if not given.", min=0, max=65535)] = -1,
    runner: Annotated[
        bool, typer.Option(help="Keep the read tables up to date in this process too.")
    ] = True,
) -> None:
    """Serve HTTP and GraphQL. Without DEEDBOOK_KAFKA the in-process runner is inside."""
    config = configured()
    write_json_logs(config.log_level)
    where = host or config.host, config.port if port < 0 else port
    with listening(*where) as sock, opened_store() as (dsn, store):
        runs = (dsn, store) if runner and not config.kafka else None
        uvloop.run(serving(create_app(dsn, store, config), sock, runs=runs))


def runner() -> None:
    """Keep all read tables up to date from the store's log, without Kafka."""
    write_json_logs(settings().log_level)
    with opened_store() as (dsn, store):
        uvloop.run(_run_runner(dsn, store))


def relay() -> None:
    """Bring the store's log to Kafka. Start several: one leads, the others stand by."""
    _with_broker(relaying)


def worker() -> None:
    """Keep the read tables up to date from Kafka. Start as many as you like."""
    _with_broker(work)


class Server(uvicorn.Server):
    """Leaves signals to us, since uvicorn would end the process before the database is stopped."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serving(
    app: FastAPI,
    sock: socket.socket,
    *,
    runs: tuple[str, Deedbook] | None = None,
    stop: asyncio.Event | None = None,
    up: asyncio.Event | None = None,
) -> None:
    """Serves until stopped, by a signal if no event is given. `runs`: with the runner on these."""
    stop = stop or stop_on_signal()
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_REQUESTS_SECONDS,
    )
    async with AsyncExitStack() as parts:
        if runs is not None:
            await parts.enter_async_context(running(*runs, PROJECTIONS.values()))
        server = Server(config)
        task = asyncio.create_task(server.serve(sockets=[sock]))
        stopping = asyncio.create_task(stop.wait())
        try:
            await _started(server, task)
            if up is not None:
                up.set()
            await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            server.should_exit = True
            stopping.cancel()
            await task


async def _started(server: Server, task: asyncio.Task[None]) -> None:
    while not server.started:
        if task.done():
            raise Failure("The API did not start; the log lines above say why.")
        await asyncio.sleep(0.02)


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """The socket to serve on. A Failure says that somebody else has the port."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise Failure(
            f"Cannot listen on {host} port {port}: {error.strerror or error}. "
            "Choose another with --port, or stop what is there."
        ) from error
    with sock:
        yield sock


def _with_broker(process: Callable[[str, str, asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Runs it with database and broker until a signal."""
    config = settings()
    write_json_logs(config.log_level)
    if not config.kafka:
        raise Failure(
            "There is no broker: set DEEDBOOK_KAFKA=HOST:PORT, or use `deedbook runner`, "
            "which needs none.",
            WRONG_INPUT,
        )
    with opened_database() as dsn:

        async def until_stopped() -> None:
            await process(dsn, config.kafka, stop_on_signal())

        asyncio.run(until_stopped())


async def _run_runner(dsn: str, store: Deedbook) -> None:
    stop = stop_on_signal()
    async with running(dsn, store, PROJECTIONS.values()):
        await stop.wait()
