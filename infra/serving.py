"""The API in this process, with the in-process runner beside it where there is no Kafka."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI

from commands.ledger import Deedbook
from infra.lifetime import keep_what_is_loaded, stop_on_signal
from infra.runner import running
from projections.catalogue import PROJECTIONS

LAST_REQUESTS_SECONDS = 10


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
    """Serves until stopped, by a signal if no event is given. `runs`: with the runner on these.

    What breaks the runner is raised: an API that no longer projects must not go on in silence.
    """
    stop = stop or stop_on_signal()
    watched: set[asyncio.Task[Any]] = set()
    async with AsyncExitStack() as parts:
        if runs is not None:
            runner = await parts.enter_async_context(running(*runs, PROJECTIONS.values()))
            watched |= {runner.task} if runner.task else set()
        server = Server(_config(app))
        task = asyncio.create_task(server.serve(sockets=[sock]))
        stopping = asyncio.create_task(stop.wait())
        try:
            await _started(server, task)
            keep_what_is_loaded()
            if up is not None:
                up.set()
            done, _ = await asyncio.wait(
                {task, stopping, *watched}, return_when=asyncio.FIRST_COMPLETED
            )
            for broken in done & watched:
                broken.result()
        finally:
            server.should_exit = True
            stopping.cancel()
            await task


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_REQUESTS_SECONDS,
    )


async def _started(server: Server, task: asyncio.Task[None]) -> None:
    while not server.started:
        if task.done():
            raise RuntimeError("the API did not start; the log says why")
        await asyncio.sleep(0.02)
