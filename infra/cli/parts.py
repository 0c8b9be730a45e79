"""What the commands of the command line share: the console, the database, and how they fail."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from commands.ledger import Deedbook
from infra.embedded import database
from infra.postgres import create_tables, open_store
from infra.settings import Settings, settings

WRONG_INPUT = 2
FAILED = 1

WIDE = 100
"""Columns of what is not written on a terminal."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else WIDE)


class Failure(Exception):
    """Ends the command with one sentence on what is wrong and how to mend it."""

    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@contextmanager
def opened_database() -> Iterator[str]:
    """The database of the settings with all its tables; an embedded one if none is configured."""
    with database() as dsn:
        open_store(dsn).close()
        create_tables(dsn)
        yield dsn


@contextmanager
def opened_store() -> Iterator[tuple[str, Deedbook]]:
    with opened_database() as dsn:
        store = open_store(dsn)
        try:
            yield dsn, store
        finally:
            store.close()


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """The socket to serve on. A Failure says that somebody else has the port."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise Failure(
            f"Cannot listen on {host} port {port}: {os.strerror(error.errno or 0)}. "
            "Choose another with --port, or stop what is there."
        ) from error
    with sock:
        yield sock


def with_kept_secret(config: Settings) -> Settings:
    """In a home where a secret for development is kept, that one is used if none is set."""
    kept = (config.home / "jwt-secret").exists()
    if kept and not config.jwt_secret.get_secret_value():
        return config.model_copy(update={"development": True})
    return config


def configured() -> Settings:
    return with_kept_secret(settings())


def shown(path: Path) -> str:
    """Relative to the current folder where that is shorter."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
