"""Matches and comparisons as a frontend asks for them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from commands.base import Role
from commands.contacts import ArchiveContact, RegisterContact, StateRequirements
from commands.ledger import Receipt
from commands.properties import RepriceProperty
from domain.values import Money
from infra.runner import running
from projections.catalogue import PROJECTIONS
from tests.queries.conftest import Graph
from tests.queries.homes import a_home
from tests.queries.test_pushes import subscribed

PLACE = {"place": "Ballard", "center": {"latitude": 47.67, "longitude": -122.37}, "radius_km": 5}
WISH: dict[str, Any] = {
    "budget_to": {"amount": "500000", "currency": "USD"},
    "areas": [PLACE],
    "bedrooms_min": 3,
    "nice_to_haves": ["view"],
}
STREETS: dict[str, tuple[int, list[str]]] = {
    "24 Elm St": (450_000, ["view"]),
    "9 Oak Ave": (420_000, []),
    "12 Fir Ct": (300_000, []),
}
OF_CONTACT = """
query ($contact: UUID!, $first: Int, $after: String, $atLeast: Position) {
  matchesForContact(contact: $contact, first: $first, after: $after, atLeast: $atLeast) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      rank clientRank score ranker rankerVersion propertyPosition
      property { address { street } listPrice { text } }
      contact { name }
      reasons {
        for { part about sentence value weight contribution numbers { name value unit } }
        against { part sentence contribution }
        neutral { part contribution }
      }
    }
  }
}
"""
OF_PROPERTY = """
query ($property: UUID!) {
  matchesForProperty(property: $property) { nodes { clientRank rank contact { name } } }
}
"""
COMPARE_HOMES = """
query ($contact: UUID!, $properties: [UUID!]!) {
  compareProperties(contact: $contact, properties: $properties) {
    name paragraph
    standings {
      place label score fits unmet { check sentence } property { id } contact { id }
      reasons { for { sentence } }
    }
    rows { attribute label unit differs cells { text value best } }
  }
}
"""
COMPARE_CLIENTS = """
query ($property: UUID!, $contacts: [UUID!]!) {
  compareContacts(property: $property, contacts: $contacts) {
    name paragraph standings { label score fits contact { name } property { id } }
    rows { attribute cells { text } }
  }
}
"""


async def listed(graph: Graph, street: str, price: int, features: list[str]) -> UUID:
    home = a_home(
        address={"street": street, "city": "Seattle"},
        point={"latitude": 47.68, "longitude": -122.37},
        list_price={"amount": Decimal(price), "currency": "USD"},
        details={
            "property_type": "townhouse",
            "bedrooms_total": 3,
            "year_built": 1961,
            "features": features,
        },
    )
    return (await graph.hand_in(home)).id


async def client(graph: Graph, name: str, **asked: Any) -> UUID:
    given, family = name.split()
    command = {
        "details": {
            "given_name": given,
            "family_name": family,
            "email": f"{given}@example.com",
        },
        "requirements": WISH | asked,
    }
    return (await graph.hand_in(RegisterContact.model_validate(command))).id


@pytest.fixture
async def homes(graph: Graph) -> dict[str, UUID]:
    return {street: await listed(graph, street, *told) for street, told in STREETS.items()}


async def test_the_best_homes_for_a_client_come_first_with_their_reasons(
    graph: Graph, homes: dict[str, UUID]
) -> None:
    ann = await client(graph, "Ann Lee")
    await graph.project()
    found = (await graph.ask(OF_CONTACT, contact=str(ann), first=10))["matchesForContact"]
    nodes = found["nodes"]
    assert found["totalCount"] == 3
    assert [node["property"]["address"]["street"] for node in nodes] == list(STREETS)
    assert [node["rank"] for node in nodes] == [1, 2, 3]
    assert [node["clientRank"] for node in nodes] == [1, 1, 1]
    assert {node["contact"]["name"] for node in nodes} == {"Ann Lee"}
    best, worst = nodes[0], nodes[-1]
    assert best["reasons"]["for"][0] == {
        "part": "price",
        "about": None,
        "sentence": "USD 450,000 is 90% of the top of the budget (USD 500,000)",
        "value": 1.0,
        "weight": pytest.approx(0.384615),
        "contribution": pytest.approx(38.46),
        "numbers": [
            {"name": "price", "value": 450_000, "unit": "USD"},
            {"name": "budget_to", "value": 500_000, "unit": "USD"},
            {"name": "budget_share", "value": 90, "unit": "%"},
        ],
    }
    assert "no view, which was wished for" in [r["sentence"] for r in worst["reasons"]["against"]]
    points = sum(each["contribution"] for side in best["reasons"].values() for each in side)
    assert points == pytest.approx(best["score"], abs=0.1)
    assert (best["ranker"], best["rankerVersion"]) == ("points", 1)


async def test_matches_are_paged_and_read_in_few_statements(
    graph: Graph, homes: dict[str, UUID]
) -> None:
    ann = await client(graph, "Ann Lee")
    await graph.project()
    first = (await graph.ask(OF_CONTACT, contact=str(ann), first=2))["matchesForContact"]
    taken = graph.statements
    assert taken <= 7
    cursor = first["pageInfo"]["endCursor"]
    assert first["pageInfo"]["hasNextPage"]
    rest = await graph.ask(OF_CONTACT, contact=str(ann), first=2, after=cursor)
    assert [node["rank"] for node in rest["matchesForContact"]["nodes"]] == [3]
    assert not rest["matchesForContact"]["pageInfo"]["hasNextPage"]


async def test_the_best_clients_for_a_home_and_the_links_from_both_sides(
    graph: Graph, homes: dict[str, UUID]
) -> None:
    elm = homes["24 Elm St"]
    await client(graph, "Ann Lee")
    await client(graph, "Bob Ray", budget_to={"amount": "900000", "currency": "USD"})
    dan = await client(graph, "Dan Wu", bedrooms_min=5)
    await graph.project()
    found = (await graph.ask(OF_PROPERTY, property=str(elm)))["matchesForProperty"]["nodes"]
    assert [(node["clientRank"], node["contact"]["name"]) for node in found] == [
        (1, "Ann Lee"),
        (2, "Bob Ray"),
    ]
    linked = await graph.ask(
        """query ($home: UUID!, $dan: UUID!) {
          property(id: $home) { matches(first: 1) { totalCount nodes { contact { name } } } }
          contact(id: $dan) { matches { nodes { score } } }
        }""",
        home=str(elm),
        dan=str(dan),
    )
    assert linked["property"]["matches"]["totalCount"] == 2
    assert linked["property"]["matches"]["nodes"] == [{"contact": {"name": "Ann Lee"}}]
    assert linked["contact"]["matches"]["nodes"] == []


async def test_matches_wait_for_ones_own_write(graph: Graph, homes: dict[str, UUID]) -> None:
    ann = await client(graph, "Ann Lee")
    asked = StateRequirements.model_validate(
        {"contact_id": ann, "requirements": WISH | {"bedrooms_min": 4}}
    )
    receipt: Receipt = await graph.hand_in(asked)
    async with running(graph.dsn, graph.parts.store, PROJECTIONS.values()):
        found = await graph.ask(OF_CONTACT, contact=str(ann), first=10, atLeast=receipt.position)
    assert found["matchesForContact"]["nodes"] == []


async def test_another_agency_sees_no_matches(graph: Graph, homes: dict[str, UUID]) -> None:
    ann = await client(graph, "Ann Lee")
    await graph.project()
    stranger = replace(graph, agency=uuid4())
    found = await stranger.ask(OF_CONTACT, contact=str(ann), first=10)
    assert found["matchesForContact"] == {
        "totalCount": 0,
        "pageInfo": {"hasNextPage": False, "endCursor": None},
        "nodes": [],
    }
    ids = [str(each) for each in homes.values()]
    refused = await stranger.refused(COMPARE_HOMES, contact=str(ann), properties=ids)
    assert refused["code"] == "not_found"


CHANGED = """
subscription ($contact: UUID, $property: UUID) {
  matchesChanged(contact: $contact, property: $property) {
    contactId matches(first: 1) { totalCount nodes { score property { listPrice { text } } } }
  }
}
"""


async def test_a_change_of_matches_is_pushed(graph: Graph, homes: dict[str, UUID]) -> None:
    ann = await client(graph, "Ann Lee")
    await graph.project()
    async with (
        subscribed(graph, CHANGED, contact=str(ann)) as pushed,
        running(graph.dsn, graph.parts.store, PROJECTIONS.values()),
    ):
        price = Money(amount=Decimal(900_000), currency="USD")
        await graph.hand_in(RepriceProperty(property_id=homes["24 Elm St"], list_price=price))
        change = await pushed.next()
    assert change["contactId"] == str(ann)
    assert change["matches"]["totalCount"] == 2
    assert change["matches"]["nodes"][0]["property"]["listPrice"]["text"] == "USD 420,000"


async def test_homes_are_compared_for_a_client(graph: Graph, homes: dict[str, UUID]) -> None:
    ann = await client(graph, "Ann Lee")
    dear = await listed(graph, "7 Pine Rd", 620_000, ["view"])
    await graph.project()
    ids = [str(each) for each in (dear, *homes.values())]
    made = (await graph.ask(COMPARE_HOMES, contact=str(ann), properties=ids))["compareProperties"]
    again = await graph.ask(COMPARE_HOMES, contact=str(ann), properties=ids[::-1])
    assert made == again["compareProperties"]
    standings = made["standings"]
    assert made["name"] == "Ann Lee"
    assert [each["label"] for each in standings] == [*STREETS, "7 Pine Rd"]
    assert [each["property"]["id"] for each in standings] == [*ids[1:], ids[0]]
    assert [each["fits"] for each in standings] == [True, True, True, False]
    assert standings[3]["unmet"] == [
        {
            "check": "price",
            "sentence": "USD 620,000 is over the top of the budget (USD 500,000)",
        }
    ]
    prices = next(row for row in made["rows"] if row["attribute"] == "list_price")
    assert (prices["unit"], prices["differs"]) == ("USD", True)
    assert prices["cells"][2] == {"text": "USD 300,000", "value": 300_000, "best": True}
    assert made["paragraph"].startswith("24 Elm St comes first for Ann Lee with ")
    found = (await graph.ask(OF_CONTACT, contact=str(ann), first=10))["matchesForContact"]["nodes"]
    assert [each["score"] for each in standings[:3]] == [each["score"] for each in found]


async def test_clients_are_compared_for_a_home(graph: Graph, homes: dict[str, UUID]) -> None:
    ann = await client(graph, "Ann Lee")
    bob = await client(graph, "Bob Ray", budget_to={"amount": "900000", "currency": "USD"})
    await graph.hand_in(ArchiveContact.model_validate({"contact_id": bob, "reason": "other"}))
    await graph.project()
    asked = {"property": str(homes["24 Elm St"]), "contacts": [str(bob), str(ann)]}
    made = (await graph.ask(COMPARE_CLIENTS, **asked))["compareContacts"]
    assert made["name"] == "24 Elm St"
    assert [(each["label"], each["fits"]) for each in made["standings"]] == [
        ("Ann Lee", True),
        ("Bob Ray", False),
    ]
    assert "the client is not looking at present" in made["paragraph"]


async def test_only_agents_and_managers_compare_clients(
    graph: Graph, homes: dict[str, UUID]
) -> None:
    ann, bob = await client(graph, "Ann Lee"), await client(graph, "Bob Ray")
    await graph.project()
    asked = {"property": str(homes["24 Elm St"]), "contacts": [str(bob), str(ann)]}
    auditor = replace(graph, roles=frozenset({Role.AUDITOR}))
    assert (await auditor.refused(COMPARE_CLIENTS, **asked))["code"] == "forbidden"
    agent = replace(graph, roles=frozenset({Role.AGENT}))
    assert (await agent.ask(COMPARE_CLIENTS, **asked))["compareContacts"]["standings"]


async def test_a_comparison_that_makes_no_sense_is_refused(
    graph: Graph, homes: dict[str, UUID]
) -> None:
    ann = await client(graph, "Ann Lee")
    await graph.project()
    ids = [str(each) for each in homes.values()]

    async def refusal(properties: list[str]) -> str:
        refused = await graph.refused(COMPARE_HOMES, contact=str(ann), properties=properties)
        return str(refused["code"])

    assert await refusal(ids[:1]) == "comparison_size"
    assert await refusal([]) == "comparison_size"
    assert await refusal([str(uuid4()) for _ in range(6)]) == "comparison_size"
    assert await refusal([ids[0], ids[0]]) == "compared_twice"
    assert await refusal([ids[0], str(uuid4())]) == "not_found"
