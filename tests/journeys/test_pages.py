"""The two pages in a real browser that reaches nothing but this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest

from commands.base import Role
from commands.catalogue import HANDLERS
from commands.ledger import Deedbook
from infra.auth import Identity, issue_token
from infra.http import create_app
from tests.browser import Tab, browsing
from tests.infra.server import SECRET, configured, serving
from tests.processes import eventually
from tests.projecting import project_all

PLACE = {"latitude": 47.67, "longitude": -122.37}
HOME: dict[str, Any] = {
    "address": {"street": "24 Elm St", "city": "Seattle"},
    "point": PLACE,
    "list_price": {"amount": "450000", "currency": "USD"},
    "details": {"property_type": "single_family_residence", "bedrooms_total": 4},
    "listing_id": "NW-1",
}
CLIENT: dict[str, Any] = {
    "details": {
        "given_name": "Ada",
        "family_name": "Lovelace",
        "roles": ["buyer"],
        "email": "ada@example.com",
    },
    "requirements": {
        "budget_to": {"amount": "500000", "currency": "USD"},
        "areas": [{"place": "Ballard", "center": PLACE, "radius_km": 3}],
        "bedrooms_min": 3,
    },
}
ANSWER = "document.querySelector('.result-window .CodeMirror')?.CodeMirror.getValue()"
EDITOR = "document.querySelector('.graphiql-query-editor .CodeMirror')?.CodeMirror"
SCHEMA_READ = f"!!{EDITOR}?.options.lint.schema"
STATUS = ".live-responses-table .response > .response-col_status"
PUSHED = "subscription { propertyChanged { node { listPrice { text } } } }"


@dataclass(frozen=True)
class Book:
    dsn: str
    store: Deedbook
    address: str
    token: str

    def do(self, command: str, **body: Any) -> UUID:
        """The id of the record that it changed; the read tables have seen it."""
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.address}/commands/{command}"
        answer = httpx.post(url, json=body, headers=headers, timeout=30)
        assert answer.status_code == 201, answer.text
        project_all(self.dsn, self.store)
        return UUID(answer.json()["id"])


@pytest.fixture
def book(dsn: str, store: Deedbook) -> Iterator[Book]:
    token = issue_token(Identity(uuid4(), "anna", frozenset(Role)), SECRET)
    with serving(create_app(dsn, store, configured(development=True))) as address:
        yield Book(dsn, store, address, token)


@pytest.fixture
def tab(tmp_path: Path) -> Iterator[Tab]:
    with browsing(tmp_path) as tab:
        yield tab


def test_graphiql_opens_with_matches_and_their_reasons(book: Book, tab: Tab) -> None:
    book.do("list-property", **HOME)
    book.do("register-contact", **CLIENT)
    open_graphiql(book, tab)
    tab.press_ctrl_enter()
    tab.until(f"{ANSWER}?.includes('sentence')")
    shown = tab.text(".result-window")
    assert "Ada Lovelace" in shown
    assert "USD 450,000 is 90% of the top of the budget" in shown
    assert '"errors"' not in tab.evaluate(ANSWER)
    asks_nobody_else(book, tab)


def test_graphiql_shows_changes_as_they_come(book: Book, tab: Tab) -> None:
    home = book.do("list-property", **HOME)
    open_graphiql(book, tab)
    tab.evaluate(f"{EDITOR}.setValue({PUSHED!r}), {EDITOR}.focus()")
    tab.until("location.search.includes('subscription')")
    tab.press_ctrl_enter()
    price = iter(range(460_000, 500_000, 1_000))

    def hears_of_it() -> bool:
        new = {"amount": str(next(price)), "currency": "USD"}
        book.do("reprice-property", property_id=str(home), list_price=new)
        return "USD 46" in str(tab.evaluate(ANSWER))

    eventually(hears_of_it)
    asks_nobody_else(book, tab)


def test_graphiql_loaded_again_still_knows_who_asks(book: Book, tab: Tab) -> None:
    open_graphiql(book, tab)
    mine = "{ contacts { totalCount } }"
    tab.evaluate(f"{EDITOR}.setValue({mine!r})")
    tab.until(f"location.search.includes(encodeURIComponent({mine!r}))")
    tab.send("Page.reload")
    tab.until(f"{SCHEMA_READ} && {EDITOR}.getValue() === {mine!r}")
    tab.evaluate(f"{EDITOR}.focus()")
    tab.press_ctrl_enter()
    tab.until(f"{ANSWER}?.includes('totalCount')")
    assert '"totalCount": 0' in tab.evaluate(ANSWER)
    asks_nobody_else(book, tab)


def test_the_documentation_shows_every_command(book: Book, tab: Tab) -> None:
    tab.open(f"{book.address}/docs")
    tab.until(f"document.querySelectorAll('.opblock-post').length === {len(HANDLERS)}")
    shown = tab.text("#swagger-ui")
    assert "/commands/reprice-property" in shown
    assert "Reprice property" in shown
    asks_nobody_else(book, tab)


def test_a_command_can_be_tried_in_the_documentation(book: Book, tab: Tab) -> None:
    tab.open(f"{book.address}/docs")
    for command in ("list-property", "correct-property-details"):
        block = f"document.querySelector('[id$=-{command}]')"
        tab.until(f"!!{block}")
        tab.evaluate(f"ui.preauthorizeApiKey('token', {book.token!r}), 0")
        for button in ("button", ".try-out__btn", ".execute"):
            tab.until(f"!!{block}.querySelector({button!r})")
            tab.evaluate(f"{block}.querySelector({button!r}).click()")
        status = f"{block}.querySelector({STATUS!r})?.innerText"
        tab.until(f"{status}?.startsWith('201')")
    asks_nobody_else(book, tab)


def open_graphiql(book: Book, tab: Tab) -> None:
    """With the token in the address; ready when the schema was read with it."""
    tab.open(f"{book.address}/graphql#token={book.token}")
    tab.until(SCHEMA_READ)
    tab.evaluate(f"{EDITOR}.focus()")


def asks_nobody_else(book: Book, tab: Tab) -> None:
    assert tab.wrong == []
    assert tab.hosts == {urlsplit(book.address).netloc}
    assert not any(book.token in url for url in tab.asked)
