"""`deedbook demo`: from an empty folder to explained matches, served until Ctrl-C."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from infra.cli.parts import Failure, err, listening, out
from infra.settings import Settings, settings

HOMES, CLIENTS = 5_400, 500


def demo(
    once: Annotated[bool, typer.Option("--once", help="End after printing.")] = False,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="DEEDBOOK_PORT, or a free one.")
    ] = None,
    homes: Annotated[int, typer.Option(min=100, max=HOMES, hidden=True)] = HOMES,
    clients: Annotated[int, typer.Option(min=10, max=CLIENTS, hidden=True)] = CLIENTS,
) -> None:
    """Real homes, made-up clients, and why they match. Needs nothing but this folder."""
    from infra.demo.show import Show
    from infra.demo.telling import Teller

    config = settings().model_copy(update={"development": True, "kafka": ""})
    config.home.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(filename=config.home / "demo.log", level=logging.INFO, force=True)
    with _socket(config, port) as sock:
        Show(config, sock, Teller(out, err), homes, clients).run(once)


@contextmanager
def _socket(config: Settings, port: int | None) -> Iterator[socket.socket]:
    """On the port asked for; on a free one where nobody asked and the usual one is taken."""
    wanted = config.port if port is None else port
    if port is None and not _free(config.host, wanted):
        err.print(f"Port {wanted} is taken: the demo takes a free one.")
        wanted = 0
    with listening(config.host, wanted) as sock:
        yield sock


def _free(host: str, port: int) -> bool:
    try:
        with listening(host, port):
            return True
    except Failure:
        return False
