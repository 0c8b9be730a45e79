"""History as an auditor reads it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from commands.properties import CorrectPropertyOwners, RepriceProperty
from tests.queries.conftest import Graph
from tests.queries.homes import a_home, register

FACTS = """
query ($filter: HistoryFilter, $order: HistoryOrder, $first: Int, $after: String) {
  history(filter: $filter, order: $order, first: $first, after: $after) {
    totalCount
    nodes { id position name summary by stream version data at commandId correlationId
            cause { id } }
    pageInfo { endCursor hasNextPage }
  }
}
"""
NEWEST, OLDEST = "NEWEST_FIRST", "OLDEST_FIRST"


async def names(graph: Graph, order: str = OLDEST, **wanted: Any) -> list[str]:
    found = await graph.ask(FACTS, filter=wanted, order=order)
    return [each["name"] for each in found["history"]["nodes"]]


async def a_story(graph: Graph) -> dict[str, Any]:
    home = (await graph.hand_in(a_home())).id
    ann = await register(graph, "Ann")
    price = {"amount": "480000", "currency": "USD"}
    for kind, told in (
        (RepriceProperty, {"list_price": price}),
        (CorrectPropertyOwners, {"owner_ids": [ann]}),
    ):
        await graph.hand_in(kind.model_validate({"property_id": home, **told}))
    await graph.project()
    return {"property": str(home), "contact": str(ann)}


async def test_every_fact_is_there_in_words_and_in_full(graph: Graph) -> None:
    await a_story(graph)
    found = (await graph.ask(FACTS, order=OLDEST))["history"]
    assert found["totalCount"] == 5
    assert [each["position"] for each in found["nodes"]] == [1, 2, 3, 4, 5]
    repriced = found["nodes"][3]
    assert repriced["summary"] == "Price changed to USD 480,000"
    assert repriced["data"] == {"list_price": {"amount": "480000", "currency": "USD"}}
    assert (repriced["by"], repriced["version"]) == ("anna", 2)
    newest = (await graph.ask(FACTS, order=NEWEST))["history"]["nodes"]
    assert newest == found["nodes"][::-1]


async def test_history_is_found_by_record_by_subject_by_kind_and_by_time(graph: Graph) -> None:
    known = await a_story(graph)
    listed, repriced, owned = (
        "property.listed",
        "property.repriced",
        "property.owners_corrected",
    )
    registered, claimed = "contact.registered", "email.claimed"
    assert await names(graph, stream=known["property"]) == [listed, repriced, owned]
    assert await names(graph, property=known["property"]) == [listed, repriced, owned]
    assert await names(graph, stream=known["contact"]) == [registered]
    assert await names(graph, contact=known["contact"]) == [registered, claimed, owned]
    assert await names(graph, types=["property.repriced", "email"]) == [claimed, repriced]
    assert await names(graph, deal=str(uuid4())) == []
    assert len(await names(graph, by="anna")) == 5
    assert await names(graph, by="zoe") == []
    moments = [each["at"] for each in (await graph.ask(FACTS, order=OLDEST))["history"]["nodes"]]
    assert await names(graph, **{"from": moments[3]}) == [repriced, owned]
    assert await names(graph, to=moments[1]) == [listed]


async def test_history_is_read_in_pages(graph: Graph) -> None:
    await a_story(graph)
    first = (await graph.ask(FACTS, first=3))["history"]
    assert first["pageInfo"]["hasNextPage"] is True
    after = first["pageInfo"]["endCursor"]
    rest = (await graph.ask(FACTS, first=3, after=after))["history"]
    positions = [each["position"] for page in (first, rest) for each in page["nodes"]]
    assert positions == [5, 4, 3, 2, 1]


async def test_one_fact_is_found_by_its_id_and_leads_to_its_cause(graph: Graph) -> None:
    await a_story(graph)
    wanted = (await graph.ask(FACTS, order=OLDEST))["history"]["nodes"][3]
    query = "query ($id: UUID!) { fact(id: $id) { summary cause { id } } }"
    found = await graph.ask(query, id=wanted["id"])
    assert found == {"fact": {"summary": "Price changed to USD 480,000", "cause": None}}
    assert await graph.ask(query, id=str(uuid4())) == {"fact": None}
