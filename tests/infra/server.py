"""A real uvicorn on loopback for tests, and a caller who is signed in."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from commands.base import Role
from infra.auth import Identity, issue_token
from infra.settings import Settings

SECRET = "a secret of at least thirty-two bytes"


def configured(**changes: Any) -> Settings:
    return Settings(jwt_secret=SecretStr(SECRET), **changes)


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The address of a server that runs while the context is open."""
    config = uvicorn.Config(
        app, port=0, log_config=None, lifespan="on", timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    logging.getLogger("uvicorn.access").disabled = True
    thread = threading.Thread(target=server.run, name="uvicorn")
    thread.start()
    try:
        yield f"http://127.0.0.1:{_port(server, thread)}"
    finally:
        server.should_exit = True
        thread.join()


def headers(agency: UUID | None = None, roles: frozenset[Role] | None = None) -> dict[str, str]:
    """The header of a user with every role in a new agency, unless said otherwise."""
    who = Identity(agency or uuid4(), "anna", frozenset(Role) if roles is None else roles)
    return {"Authorization": f"Bearer {issue_token(who, SECRET)}"}


def caller(address: str, agency: UUID | None = None) -> httpx.Client:
    return httpx.Client(base_url=address, headers=headers(agency), timeout=30)


def _port(server: uvicorn.Server, thread: threading.Thread) -> int:
    ready = threading.Event()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the server did not start")
        ready.wait(0.01)
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port
