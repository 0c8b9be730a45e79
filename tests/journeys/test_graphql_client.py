"""A standard GraphQL client against a real server: query, mutation, subscription and refusals."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from commands.base import Role
from commands.ledger import Deedbook
from infra.auth import Identity, issue_token
from infra.http import create_app
from infra.runner import running
from projections.catalogue import PROJECTIONS
from tests.infra.server import SECRET, configured, serving

LIST = """
mutation ($input: ListPropertyInput!) {
  listProperty(input: $input) { id version position }
}
"""
REPRICE = """
mutation ($input: RepricePropertyInput!) {
  repriceProperty(input: $input) { id version position }
}
"""
HOME = """
query ($id: UUID!, $atLeast: Position) {
  property(id: $id, atLeast: $atLeast) {
    id status version position
    address { city text }
    listPrice { amount currency text }
    history { nodes { summary } }
  }
}
"""
CHANGED = """
subscription ($id: UUID) {
  propertyChanged(id: $id) { gap id node { version listPrice { text } } }
}
"""
INPUT = {
    "address": {"street": "4302 Evanston Ave N", "city": "Seattle"},
    "listPrice": {"amount": "645000", "currency": "USD"},
    "details": {"propertyType": "SINGLE_FAMILY_RESIDENCE", "bedroomsTotal": 3},
}
SOON = 15
WS = [Subprotocol("graphql-transport-ws")]


def asking(query: str, variables: dict[str, Any]) -> GraphQLRequest:
    return GraphQLRequest(query, variable_values=variables)


@dataclass(frozen=True)
class Site:
    address: str
    agency: UUID

    @property
    def token(self) -> str:
        return issue_token(Identity(self.agency, "anna", frozenset({Role.AGENT})), SECRET)

    @property
    def graphql(self) -> str:
        return f"{self.address}/graphql"

    @property
    def websocket(self) -> str:
        return self.graphql.replace("http", "ws", 1)

    def client(self, token: str | None = None, **options: Any) -> Client:
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return Client(transport=HTTPXAsyncTransport(url=self.graphql, headers=headers), **options)

    def pushes(self, payload: dict[str, Any]) -> Client:
        transport = WebsocketsTransport(
            url=self.websocket,
            init_payload=payload,
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        )
        return Client(transport=transport)


@pytest.fixture
async def site(dsn: str, store: Deedbook) -> AsyncIterator[Site]:
    app = create_app(dsn, store, configured(home="unused"))
    server = serving(app)
    address = await asyncio.to_thread(server.__enter__)
    try:
        async with running(dsn, store, PROJECTIONS.values()):
            yield Site(address, uuid4())
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


async def test_a_client_writes_and_reads_its_own_write(site: Site) -> None:
    async with site.client(fetch_schema_from_transport=True) as session:
        listed = (await session.execute(asking(LIST, {"input": INPUT})))["listProperty"]
        asked = {"id": listed["id"], "atLeast": listed["position"]}
        home = (await session.execute(asking(HOME, asked)))["property"]
        assert home["version"] == 1
        assert home["address"] == {"city": "Seattle", "text": "4302 Evanston Ave N, Seattle"}
        price = {"amount": "480000", "currency": "USD"}
        wish = {"input": {"propertyId": listed["id"], "listPrice": price}}
        receipt = (await session.execute(asking(REPRICE, wish)))["repriceProperty"]
        asked = {"id": listed["id"], "atLeast": receipt["position"]}
        home = (await session.execute(asking(HOME, asked)))["property"]
        assert home["listPrice"]["text"] == "USD 480,000"


@pytest.mark.parametrize("payload", ["token", "Authorization"])
async def test_a_client_hears_of_a_change_while_it_happens(site: Site, payload: str) -> None:
    token = site.token if payload == "token" else f"Bearer {site.token}"
    async with site.client() as session, site.pushes({payload: token}) as pushes:
        listed = (await session.execute(asking(LIST, {"input": INPUT})))["listProperty"]
        stream = pushes.subscribe(asking(CHANGED, {"id": listed["id"]}))
        heard = asyncio.ensure_future(anext(stream))
        wish = {"propertyId": listed["id"], "listPrice": {"amount": "1", "currency": "USD"}}
        async with asyncio.timeout(SOON):
            change = await _until_heard(session, heard, wish)
        assert change["node"]["version"] >= 1
        assert change["id"] == listed["id"]
        await stream.aclose()


async def _until_heard(session: Any, heard: Any, wish: dict[str, Any]) -> dict[str, Any]:
    """A subscription is not acknowledged, so the price goes up until a change is heard."""
    while not heard.done():
        amount = str(int(wish["listPrice"]["amount"]) + 1)
        wish = wish | {"listPrice": {"amount": amount, "currency": "USD"}}
        await session.execute(asking(REPRICE, {"input": wish}))
        await asyncio.wait([heard], timeout=0.1)
    change: dict[str, Any] = heard.result()["propertyChanged"]
    return change


async def test_a_refusal_comes_with_its_code(site: Site) -> None:
    async with site.client() as session:
        wish = {"input": {"propertyId": str(uuid4()), "listPrice": INPUT["listPrice"]}}
        with pytest.raises(TransportQueryError) as caught:
            await session.execute(asking(REPRICE, wish))
        assert caught.value.errors
        assert caught.value.errors[0]["extensions"]["code"] == "not_found"


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nonsense"}], ids=str)
async def test_without_a_good_token_there_is_no_answer(site: Site, header: dict[str, str]) -> None:
    async with httpx.AsyncClient() as http:
        query = {"query": "{ properties { totalCount } }"}
        assert (await http.post(site.graphql, json=query, headers=header)).status_code == 401
        assert (await http.get(site.graphql, headers=header)).status_code == 401


@pytest.mark.parametrize("payload", [{}, {"token": "nonsense"}, {"token": 7}], ids=str)
async def test_a_websocket_without_a_good_token_is_closed_with_4403(
    site: Site, payload: dict[str, Any]
) -> None:
    async with connect(site.websocket, subprotocols=WS) as socket:
        await socket.send(httpx.Request("POST", "/", json=_init(payload)).content.decode())
        with pytest.raises(ConnectionClosed) as caught:
            await socket.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4403


def _init(payload: dict[str, Any]) -> dict[str, Any]:
    return {"type": "connection_init", "payload": payload}


async def test_the_older_websocket_protocol_is_not_spoken(site: Site) -> None:
    async with connect(site.websocket, subprotocols=[Subprotocol("graphql-ws")]) as socket:
        with pytest.raises(ConnectionClosed) as caught:
            await socket.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4406


async def test_a_page_of_another_site_cannot_open_a_websocket(site: Site) -> None:
    with pytest.raises(InvalidStatus):
        async with connect(site.websocket, subprotocols=WS, origin="https://evil.example"):  # type: ignore[arg-type]
            pass


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"", b"[]", b"7", b'{"query": 7}', b'{"query": "{"}', b"{}"], ids=repr
)
async def test_a_broken_body_is_the_sender_s_fault(site: Site, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {site.token}", "Content-Type": "application/json"}
    async with httpx.AsyncClient() as http:
        answer = await http.post(site.graphql, content=body, headers=headers)
    assert answer.status_code < 500, answer.text
    assert answer.status_code >= 400 or "errors" in answer.json()


async def test_in_development_there_is_a_page_with_a_query_worth_running(
    dsn: str, store: Deedbook, tmp_path: Any
) -> None:
    app = create_app(dsn, store, configured(home=tmp_path, development=True))
    server = serving(app)
    address = await asyncio.to_thread(server.__enter__)
    try:
        async with httpx.AsyncClient() as http:
            page = await http.get(f"{address}/graphql", headers={"Accept": "text/html"})
            query = f"{address}/graphql?query={{__typename}}"
            got = await http.get(query, headers={"Accept": "application/json"})
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)
    assert page.status_code == 200
    assert "matches" in page.text
    assert "location.hash" in page.text
    assert "wsConnectionParams" in page.text
    assert got.status_code == 401
