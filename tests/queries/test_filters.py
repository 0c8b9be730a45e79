"""Filters find what they say and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from commands.contacts import ArchiveContact, AssignContact, StateRequirements
from commands.properties import WithdrawProperty
from domain.values import GeoPoint
from tests.queries.conftest import Graph
from tests.queries.homes import a_home, list_homes, register

HOMES = """
query ($filter: PropertyFilter) {
  properties(first: 100, filter: $filter) { nodes {
    address { street city text } point { latitude longitude } listPrice { amount } bedroomsTotal
    livingArea { value squareMeters } features propertyType status listingId
  } }
}
"""
PEOPLE = "query ($filter: ContactFilter) { contacts(filter: $filter) { nodes { name } } }"
Home = dict[str, Any]


async def homes(graph: Graph, **wanted: Any) -> list[Home]:
    found: list[Home] = (await graph.ask(HOMES, filter=wanted))["properties"]["nodes"]
    return found


async def names(graph: Graph, **wanted: Any) -> list[str]:
    found = (await graph.ask(PEOPLE, filter=wanted))["contacts"]["nodes"]
    return sorted(each["name"] for each in found)


SEATTLE = GeoPoint(latitude=47.5, longitude=-122.3)


def near(home: Home, km: float) -> bool:
    return GeoPoint(**home["point"]).km_to(SEATTLE) <= km


CASES: list[tuple[dict[str, Any], Callable[[Home], bool]]] = [
    ({"status": "ACTIVE"}, lambda home: home["status"] == "ACTIVE"),
    ({"status": ["WITHDRAWN", "SOLD"]}, lambda home: home["status"] == "WITHDRAWN"),
    ({"city": "kENT"}, lambda home: home["address"]["city"] == "Kent"),
    ({"propertyType": "CONDOMINIUM"}, lambda home: home["propertyType"] == "CONDOMINIUM"),
    ({"purpose": "LEASE"}, lambda _: False),
    ({"priceFrom": "450000"}, lambda home: Decimal(home["listPrice"]["amount"]) >= 450000),
    ({"priceTo": "450000"}, lambda home: Decimal(home["listPrice"]["amount"]) <= 450000),
    ({"currency": "usd"}, lambda _: True),
    ({"currency": "EUR"}, lambda _: False),
    ({"bedroomsMin": 2}, lambda home: (home["bedroomsTotal"] or 0) >= 2),
    ({"features": ["view", "garage"]}, lambda home: len(home["features"]) == 2),
    ({"listingId": "nw-77"}, lambda home: home["listingId"] == "NW-77"),
    ({"text": "garages TWO"}, lambda home: home["listingId"] == "NW-77"),
    ({"text": "Main 100%"}, lambda _: False),
    ({"text": " "}, lambda _: True),
    (
        {"livingAreaMin": {"value": "1300", "units": "SQUARE_FEET"}},
        lambda home: Decimal(home["livingArea"]["value"]) >= 1300,
    ),
    (
        {"livingAreaMin": {"value": "120.77"}},
        lambda home: Decimal(home["livingArea"]["squareMeters"]) >= Decimal("120.77"),
    ),
    (
        {"near": {"latitude": 47.5, "longitude": -122.3, "radiusKm": 11.2}},
        lambda home: near(home, 11.2),
    ),
]


async def test_each_filter_keeps_exactly_what_fits(graph: Graph) -> None:
    await list_homes(graph, 24)
    odd = await graph.hand_in(a_home(1, listing_id="NW-77", public_remarks="Two Garages, view"))
    await graph.hand_in(WithdrawProperty(property_id=odd.id, reason="changed his mind"))
    await graph.project()
    everything = await homes(graph)
    assert len(everything) == 25
    for wanted, fits in CASES:
        found = await homes(graph, **wanted)
        expected = [home for home in everything if fits(home)]
        assert found == expected, wanted
    both = await homes(graph, city="Kent", bedroomsMin=2, features=[])
    assert both == [
        home
        for home in everything
        if home["address"]["city"] == "Kent" and (home["bedroomsTotal"] or 0) >= 2
    ]


@pytest.mark.parametrize(
    "wanted",
    [
        {"near": {"latitude": 95, "longitude": 0, "radiusKm": 1}},
        {"near": {"latitude": 0, "longitude": 0, "radiusKm": -1}},
        {"near": {"latitude": 0, "longitude": 0, "radiusKm": 1e9}},
        {"text": "nul \x00 byte"},
        {"city": "half a \ud800 letter"},
        {"priceFrom": "1e999999"},
        {"priceTo": "NaN"},
        {"bathroomsMin": "-Infinity"},
        {"livingAreaMin": {"value": "NaN"}},
        {"livingAreaMin": {"value": "Infinity"}},
        {"livingAreaMin": {"value": "1e99999"}},
    ],
    ids=ascii,
)
async def test_values_out_of_range_are_refused(graph: Graph, wanted: dict[str, Any]) -> None:
    assert (await graph.refused(HOMES, filter=wanted))["code"] == "invalid"


async def test_contacts_are_found_by_role_agent_status_words_and_wishes(graph: Graph) -> None:
    ann = await register(graph, "Ann", "buyer")
    await register(graph, "Bob", "seller", "buyer")
    cid = await register(graph, "Cid", "landlord")
    await graph.hand_in(AssignContact.model_validate({"contact_id": ann, "agent": "zoe"}))
    stated = StateRequirements.EXAMPLE | {"contact_id": ann}
    await graph.hand_in(StateRequirements.model_validate(stated))
    archived = {"contact_id": cid, "reason": "deal_done"}
    await graph.hand_in(ArchiveContact.model_validate(archived))
    await graph.project()
    assert await names(graph) == ["Ann Doe", "Bob Doe", "Cid Doe"]
    assert await names(graph, role="BUYER") == ["Ann Doe", "Bob Doe"]
    assert await names(graph, role=["SELLER", "LANDLORD"]) == ["Bob Doe", "Cid Doe"]
    assert await names(graph, agent="zoe") == ["Ann Doe"]
    assert await names(graph, status="ARCHIVED") == ["Cid Doe"]
    assert await names(graph, text="bob EXAMPLE.com") == ["Bob Doe"]
    assert await names(graph, email="Bob@Example.com") == ["Bob Doe"]
    assert await names(graph, hasRequirements=True) == ["Ann Doe"]
    assert await names(graph, hasRequirements=False) == ["Bob Doe", "Cid Doe"]
    assert await names(graph, kind="COMPANY") == []


async def test_requirements_are_shown_as_they_were_stated(graph: Graph) -> None:
    ann = await register(graph, "Ann")
    stated = StateRequirements.EXAMPLE | {"contact_id": ann}
    command = StateRequirements.model_validate(stated)
    await graph.hand_in(command)
    await graph.project()
    found = await graph.ask(
        """query ($id: UUID!) { contact(id: $id) { requirements {
             purpose budgetFrom { text } budgetTo { amount currency text }
             areas { place center { latitude longitude } radiusKm polygon { latitude } }
             bedroomsMin bedroomsMax bathroomsMin livingAreaMin { value units squareMeters }
             propertyTypes mustHaves niceToHaves moveIn { start end }
             financing { means amount { text } }
           } } }""",
        id=str(ann),
    )
    shown, said = found["contact"]["requirements"], command.requirements
    assert shown["mustHaves"] == list(said.must_haves)
    assert shown["bedroomsMin"] == said.bedrooms_min
    assert shown["budgetTo"]["text"] == str(said.budget_to)
    assert [area["place"] for area in shown["areas"]] == [area.place for area in said.areas]
