"""The arena in which a projector is tried, one for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from commands.ledger import Deedbook
from tests.streams.chaos import Arena


@pytest.fixture(scope="module")
def arena(dsn: str, server_store: Deedbook) -> Iterator[Arena]:
    found = Arena(dsn, server_store)
    yield found
    found.close()
