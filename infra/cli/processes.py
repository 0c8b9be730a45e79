"""`deedbook api|relay|worker|runner|init`: the processes of a running book.

Each loads its own libraries only when it is asked for: together they take a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer
import uvloop

from commands.ledger import Deedbook
from infra.cli.parts import (
    WRONG_INPUT,
    Failure,
    configured,
    err,
    listening,
    opened_database,
    opened_store,
)
from infra.lifetime import keep_what_is_loaded, stop_on_signal
from infra.logs import write_json_logs
from infra.runner import running
from infra.settings import settings
from projections.catalogue import PROJECTIONS


def init() -> None:
    """Make the tables that are missing: store, checkpoints, read tables. Safe to repeat."""
    with opened_database():
        err.print("All tables are there.")


def api(
    host: Annotated[str, typer.Option(help="DEEDBOOK_HOST if not given.")] = "",
    port: Annotated[
        int | None, typer.Option(help="DEEDBOOK_PORT if not given.", min=0, max=65535)
    ] = None,
    runner: Annotated[
        bool, typer.Option(help="Keep the read tables up to date in this process too.")
    ] = True,
) -> None:
    """Serve HTTP and GraphQL. Without DEEDBOOK_KAFKA the in-process runner is inside."""
    config = configured()
    write_json_logs(config.log_level)
    where = host or config.host, config.port if port is None else port
    with listening(*where) as sock, opened_store() as (dsn, store):
        from infra.http import create_app
        from infra.serving import serving

        runs = (dsn, store) if runner and not config.kafka else None
        uvloop.run(serving(create_app(dsn, store, config), sock, runs=runs))


def runner() -> None:
    """Keep all read tables up to date from the store's log, without Kafka."""
    write_json_logs(settings().log_level)
    with opened_store() as (dsn, store):
        uvloop.run(_run_runner(dsn, store))


def relay() -> None:
    """Bring the store's log to Kafka. Start several: one leads, the others stand by."""
    from infra.relay import relay as relaying

    _with_broker(relaying)


def worker() -> None:
    """Keep the read tables up to date from Kafka. Start as many as you like."""
    from infra.worker import work

    _with_broker(work)


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
            keep_what_is_loaded()
            await process(dsn, config.kafka, stop_on_signal())

        asyncio.run(until_stopped())


async def _run_runner(dsn: str, store: Deedbook) -> None:
    stop = stop_on_signal()
    keep_what_is_loaded()
    async with running(dsn, store, PROJECTIONS.values()):
        await stop.wait()
