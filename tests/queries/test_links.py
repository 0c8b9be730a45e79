"""Links between records: the right ones, by one statement for each kind of link."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from commands.contacts import NoteInteraction
from commands.deals import MakeOffer, OpenDeal
from commands.verifications import RequestVerification, SubmitDocument
from tests.queries.conftest import Graph
from tests.queries.homes import a_home, list_homes, register

FIFTY = 50
WIDE = """
{
  properties(first: 50) {
    totalCount
    pageInfo { hasNextPage hasPreviousPage }
    nodes {
      owners { name }
      deals(first: 3) {
        totalCount
        nodes { parties { contact { name } } offers { price { text } } milestones { title }
                contingencies { kind } property { id } }
      }
      history(first: 2) { nodes { summary cause { summary } } }
    }
  }
}
"""
PEOPLE = """
{
  contacts(first: 50) {
    nodes {
      deals(first: 2) { nodes { id property { address { city } } } }
      verifications(first: 2) { nodes { documents { kind } contact { id } } }
      interactions(first: 2) { totalCount pageInfo { hasNextPage } nodes { note } }
      properties(first: 2) { nodes { id } }
      history(first: 1) { nodes { summary } }
    }
  }
}
"""
OFFER = {"price": {"amount": "390000", "currency": "USD"}, "text": "as seen"}


async def open_deal(graph: Graph, home: UUID, seller: UUID, buyer: UUID) -> UUID:
    parties = [{"role": "seller", "contact_id": seller}, {"role": "buyer", "contact_id": buyer}]
    opened = OpenDeal.model_validate({"property_id": home, "parties": parties})
    deal = (await graph.hand_in(opened)).id
    offer = {"deal_id": deal, "contact_id": buyer, "terms": OFFER}
    await graph.hand_in(MakeOffer.model_validate(offer))
    return deal


async def test_fifty_homes_with_all_their_links_take_one_statement_a_link(graph: Graph) -> None:
    seller, buyer = await register(graph, "Sue", "seller"), await register(graph, "Ben", "buyer")
    homes = await list_homes(graph, FIFTY, owner_ids=[seller])
    for home in homes[:3]:
        await open_deal(graph, home.id, seller, buyer)
    await graph.project()
    graph.statements = 0
    found = (await graph.ask(WIDE))["properties"]
    assert len(found["nodes"]) == FIFTY
    assert {node["owners"][0]["name"] for node in found["nodes"]} == {"Sue Doe"}
    dealt = [deal for node in found["nodes"] for deal in node["deals"]["nodes"]]
    assert [deal["offers"] for deal in dealt] == [[{"price": {"text": "USD 390,000"}}]] * 3
    assert graph.statements <= 12


async def test_fifty_contacts_with_all_their_links_take_one_statement_a_link(graph: Graph) -> None:
    people = [await register(graph, f"Person{number}", "seller") for number in range(FIFTY)]
    home = (await list_homes(graph, 1, owner_ids=people[:2]))[0]
    await open_deal(graph, home.id, people[0], people[1])
    await graph.project()
    graph.statements = 0
    found = (await graph.ask(PEOPLE))["contacts"]["nodes"]
    assert len(found) == FIFTY
    assert [len(node["properties"]["nodes"]) for node in reversed(found)][:3] == [1, 1, 0]
    assert graph.statements <= 10


async def test_a_deal_leads_to_its_home_parties_and_every_version_of_its_offers(
    graph: Graph,
) -> None:
    seller, buyer = await register(graph, "Sue", "seller"), await register(graph, "Ben", "buyer")
    home = (await graph.hand_in(a_home())).id
    deal = await open_deal(graph, home, seller, buyer)
    await graph.project()
    found = await graph.ask(
        """query ($id: UUID!) { deal(id: $id) {
             status property { id deals { nodes { id } } }
             parties { role contact { name deals { nodes { id } } } }
             offers { offerVersion side status price { amount } terms contact { name } }
             history { totalCount }
           } }""",
        id=str(deal),
    )
    assert found["deal"]["property"] == {"id": str(home), "deals": {"nodes": [{"id": str(deal)}]}}
    assert [(each["role"], each["contact"]["name"]) for each in found["deal"]["parties"]] == [
        ("SELLER", "Sue Doe"),
        ("BUYER", "Ben Doe"),
    ]
    [offer] = found["deal"]["offers"]
    assert offer["side"] == "SEEKER"
    assert offer["contact"] == {"name": "Ben Doe"}
    assert found["deal"]["history"] == {"totalCount": 2}


async def test_a_contact_leads_to_what_was_noted_and_verified(graph: Graph) -> None:
    ann = await register(graph, "Ann")
    for note in ("first", "second", "third"):
        noted = NoteInteraction.EXAMPLE | {"contact_id": ann, "note": note}
        await graph.hand_in(NoteInteraction.model_validate(noted))
    asked = RequestVerification.EXAMPLE | {"contact_id": ann, "verification_id": None}
    check = (await graph.hand_in(RequestVerification.model_validate(asked))).id
    submitted = SubmitDocument.EXAMPLE | {"verification_id": check}
    await graph.hand_in(SubmitDocument.model_validate(submitted))
    await graph.project()
    found: dict[str, Any] = (
        await graph.ask(
            """query ($id: UUID!) { contact(id: $id) {
                 interactionCount
                 interactions(first: 2) { totalCount nodes { note } pageInfo { endCursor } }
                 verifications { nodes { status documents { kind sha256 } contact { name } } }
               } }""",
            id=str(ann),
        )
    )["contact"]
    assert (found["interactionCount"], found["interactions"]["totalCount"]) == (3, 3)
    [verification] = found["verifications"]["nodes"]
    assert verification["contact"] == {"name": "Ann Doe"}
    assert len(verification["documents"]) == 1
    rest = await graph.ask(
        """query ($id: UUID!, $after: String) { contact(id: $id) {
             interactions(first: 5, after: $after) {
               nodes { note } pageInfo { hasPreviousPage hasNextPage }
             } } }""",
        id=str(ann),
        after=found["interactions"]["pageInfo"]["endCursor"],
    )
    assert len(rest["contact"]["interactions"]["nodes"]) == 1
    assert rest["contact"]["interactions"]["pageInfo"] == {
        "hasPreviousPage": True,
        "hasNextPage": False,
    }
