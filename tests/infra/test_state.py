"""Is it alive, can it work, how is it doing: also when the store or the broker is gone."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from queue import Queue
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from commands.ledger import Deedbook
from commands.properties import ListProperty
from infra.embedded import embedded_postgres
from infra.http import create_app
from infra.logs import Bearings, formatter
from infra.postgres import create_tables, open_store
from tests.infra.server import SECRET, caller, configured, serving
from tests.projecting import project_all

HOME = {**ListProperty.EXAMPLE, "property_id": None, "listing_id": None}
NOBODY_THERE = "127.0.0.1:1"


class Lines(logging.Handler):
    """The JSON lines that are logged, each as soon as it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(formatter())
        self.addFilter(Bearings())
        self.written: Queue[str] = Queue()

    def emit(self, record: logging.LogRecord) -> None:
        self.written.put(self.format(record))

    def next(self, level: str) -> dict[str, Any]:
        """The next line of this level; waits for it."""
        while True:
            line: dict[str, Any] = json.loads(self.written.get(timeout=10))
            if line["level"] == level:
                return line


@pytest.fixture
def lines() -> Iterator[Lines]:
    log, lines = logging.getLogger("deedbook.http"), Lines()
    before = log.level
    log.setLevel(logging.INFO)
    log.addHandler(lines)
    yield lines
    log.removeHandler(lines)
    log.setLevel(before)


def test_a_caught_up_book_is_ready(dsn: str, store: Deedbook, api: httpx.Client) -> None:
    api.post("/commands/list-property", json=HOME)
    project_all(dsn, store)
    answer = api.get("/ready")
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "status": "ready",
        "parts": {"store": "ready", "projections": "ready"},
    }
    assert 'deedbook_projection_lag{projection="property_board"} 0.0' in api.get("/metrics").text


def test_it_is_not_ready_while_projections_lag(dsn: str, store: Deedbook) -> None:
    app = create_app(dsn, store, configured(most_lag=1))
    with serving(app) as address, caller(address) as api:
        for _ in range(2):
            api.post("/commands/list-property", json=HOME)
        answer = api.get("/ready")
    assert answer.status_code == 503
    assert "property_board is 2 facts behind" in answer.json()["parts"]["projections"]


def test_it_is_not_ready_with_too_many_parked_streams(
    dsn: str, store: Deedbook, reads: psycopg.Connection[Any]
) -> None:
    reads.execute(
        "insert into parked (projection, stream, agency, position, name, error)"
        " values ('property_board', %s, %s, 1, 'property.listed', 'no room')",
        (uuid4(), uuid4()),
    )
    with serving(create_app(dsn, store, configured(most_parked=0))) as address:
        answer = httpx.get(f"{address}/ready")
        metrics = httpx.get(f"{address}/metrics").text
    assert answer.status_code == 503
    assert answer.json()["parts"]["projections"] == "1 streams are parked"
    assert 'deedbook_parked_streams{projection="property_board"} 1.0' in metrics


def test_it_is_not_ready_without_its_broker(dsn: str, store: Deedbook) -> None:
    with serving(create_app(dsn, store, configured(kafka=NOBODY_THERE))) as address:
        answer = httpx.get(f"{address}/ready")
    assert answer.status_code == 503
    parts = answer.json()["parts"]
    assert parts["broker"].startswith("cannot be reached")
    assert parts["store"] == "ready"


def test_a_store_that_goes_and_comes_back() -> None:
    """Alive all the time, ready when it can work; commands fail clearly within their limit."""
    with tempfile.TemporaryDirectory(prefix="deedbook-") as folder, ExitStack() as stack:
        postgres = ExitStack()
        dsn = postgres.enter_context(embedded_postgres(Path(folder) / "postgres"))
        create_tables(dsn)
        store = open_store(dsn)
        stack.callback(store.close)
        address = stack.enter_context(serving(create_app(dsn, store, configured())))
        api = stack.enter_context(caller(address))
        assert api.get("/ready").status_code == 200
        postgres.close()
        assert api.get("/health").status_code == 200
        answer = api.get("/ready")
        assert answer.status_code == 503
        assert answer.json()["parts"]["store"].startswith("cannot be reached")
        assert "deedbook_store_up 0.0" in api.get("/metrics").text
        answer = api.post("/commands/list-property", json=HOME)
        assert answer.status_code == 503
        assert answer.json()["code"] == "store_unavailable"
        assert int(answer.headers["retry-after"]) > 0
        stack.enter_context(embedded_postgres(Path(folder) / "postgres"))
        assert api.post("/commands/list-property", json=HOME).status_code == 201
        assert api.get("/ready").status_code == 200


def test_an_unexpected_error_shows_nothing_of_the_inside(
    dsn: str, server_store: Deedbook, lines: Lines
) -> None:
    app = create_app(dsn, server_store, configured())

    async def broken() -> None:
        raise RuntimeError("the safe's combination is 7-7-7")

    app.add_api_route("/broken", broken, methods=["POST"])
    with serving(app) as address, caller(address) as api:
        answer = api.post("/broken", json={"name": "Ada Lovelace"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "combination" not in answer.text
    line = lines.next("ERROR")
    assert "the safe's combination" in line["exc_info"]
    assert line["correlation"] == answer.headers["x-correlation-id"]


def test_log_lines_say_for_whom_but_neither_body_nor_token(address: str, lines: Lines) -> None:
    agency = uuid4()
    with caller(address, agency) as api:
        answer = api.post("/commands/list-property?token=abc", json=HOME)
    assert answer.status_code == 201
    line = lines.next("INFO")
    assert (line["agency"], line["user"]) == (str(agency), "anna")
    assert line["correlation"] == answer.headers["x-correlation-id"]
    assert (line["method"], line["path"], line["status"]) == (
        "POST",
        "/commands/list-property",
        201,
    )
    whole = json.dumps(line)
    assert "Evanston" not in whole
    assert "abc" not in whole
    assert SECRET not in whole
    assert "Bearer" not in whole


def test_browsers_of_allowed_origins_may_ask(dsn: str, server_store: Deedbook) -> None:
    origin = "https://agents.example.com"
    app = create_app(dsn, server_store, configured(allowed_origins=(origin,)))
    asks = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    with serving(app) as address:
        url = f"{address}/commands/list-property"
        preflight = httpx.options(url, headers=asks)
        refused = httpx.post(url, headers={"Origin": origin})
        stranger = httpx.options(url, headers={**asks, "Origin": "https://else.example.com"})
    assert preflight.headers["access-control-allow-origin"] == origin
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == origin
    assert "access-control-allow-origin" not in stranger.headers
