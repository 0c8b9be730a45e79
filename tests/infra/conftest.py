"""The API on the real store, served by a real uvicorn."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from commands.ledger import Deedbook
from infra.http import create_app
from tests.infra.server import caller, configured, serving


@pytest.fixture(scope="session")
def address(dsn: str, server_store: Deedbook) -> Iterator[str]:
    with serving(create_app(dsn, server_store, configured())) as address:
        yield address


@pytest.fixture
def api(address: str) -> Iterator[httpx.Client]:
    """A signed-in client of a fresh agency."""
    with caller(address) as client:
        yield client
