"""How long a process lives: until it is asked to stop, or until its work breaks."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Coroutine
from typing import Any

CLEANING_UP_SECONDS = 5.0


async def run_until_stopped(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> None:
    """Runs the work; cancels it when stopped. What breaks the work is raised."""
    running = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
    finally:
        stopping.cancel()
        await end(running)


async def end(task: asyncio.Task[Any]) -> None:
    """Cancels it, and again where that was lost: `asyncio.wait_for` of Python 3.11, on which the
    connection pools wait, swallows a cancellation that comes together with its result.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=CLEANING_UP_SECONDS)
    if not task.cancelled():
        task.exception()


def cancelled() -> bool:
    """Whether the current task was asked to end, even if the request was swallowed."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def keep_what_is_loaded() -> None:
    """Modules and schemas live as long as the process: the collector need not look at them again.

    It would each time it looks at everything, and then nobody is served for some 80 ms.
    """
    gc.collect()
    gc.freeze()


def stop_on_signal() -> asyncio.Event:
    """Set by SIGTERM and SIGINT, for the running loop."""
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    return stop
