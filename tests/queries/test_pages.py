"""Pages: walking them, either way and in any size, gives exactly the whole sorted list."""

from __future__ import annotations

import itertools
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from queries.properties import PropertySort
from tests.queries.conftest import Graph
from tests.queries.homes import list_homes

PAGE = """
query ($first: Int, $after: String, $last: Int, $before: String, $by: [PropertySortOrder!]) {
  properties(first: $first, after: $after, last: $last, before: $before, orderBy: $by) {
    edges { cursor node { id listPrice { amount } yearBuilt bedroomsTotal } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
  }
}
"""
Page = dict[str, Any]


def order(*wishes: str) -> list[dict[str, str]]:
    """`-YEAR_BUILT` is the newest first."""
    return [
        {"field": wish.lstrip("-"), "direction": "DESC" if wish.startswith("-") else "ASC"}
        for wish in wishes
    ]


async def page(graph: Graph, **asked: Any) -> Page:
    found: Page = (await graph.ask(PAGE, **asked))["properties"]
    return found


def ids(page: Page) -> list[str]:
    return [edge["node"]["id"] for edge in page["edges"]]


async def walk(graph: Graph, size: int, backward: bool, by: list[dict[str, str]]) -> list[str]:
    """All ids in list order, page by page from one end to the other."""
    found: list[str] = []
    cursor: str | None = None
    for number in itertools.count():
        if backward:
            one = await page(graph, last=size, before=cursor, by=by)
            found, cursor = ids(one) + found, one["pageInfo"]["startCursor"]
            here, there = "hasPreviousPage", "hasNextPage"
        else:
            one = await page(graph, first=size, after=cursor, by=by)
            found, cursor = found + ids(one), one["pageInfo"]["endCursor"]
            here, there = "hasNextPage", "hasPreviousPage"
        assert one["pageInfo"][there] is (number > 0)
        if not one["pageInfo"][here]:
            break
    return found


def sorts() -> list[list[str]]:
    single = [[sign + each.name] for each in PropertySort for sign in ("", "-")]
    mixed = [["YEAR_BUILT", "-LIST_PRICE"], ["-BEDROOMS_TOTAL", "YEAR_BUILT"]]
    return [*single, *mixed, ["-BEDROOMS_TOTAL", "YEAR_BUILT", "-LIST_PRICE", "CITY"]]


async def test_walking_the_pages_gives_the_whole_list_in_every_order(graph: Graph) -> None:
    await list_homes(graph, 13)
    await graph.project()
    for wish in sorts():
        by = order(*wish)
        whole = ids(await page(graph, first=100, by=by))
        assert len(set(whole)) == 13
        for size in (1, 4, 13, 20):
            assert await walk(graph, size, backward=False, by=by) == whole, (wish, size)
            assert await walk(graph, size, backward=True, by=by) == whole, (wish, size)


async def test_records_without_a_value_come_last_both_ways(graph: Graph) -> None:
    await list_homes(graph, 12)
    await graph.project()
    for wish in ("YEAR_BUILT", "-YEAR_BUILT"):
        found = await page(graph, first=100, by=order(wish))
        years = [edge["node"]["yearBuilt"] for edge in found["edges"]]
        known = [year for year in years if year is not None]
        assert years == sorted(known, reverse=wish.startswith("-")) + [None] * 4


async def test_between_two_cursors_lies_what_is_between_them(graph: Graph) -> None:
    await list_homes(graph, 9)
    await graph.project()
    whole = await page(graph, first=100, by=order("LIST_PRICE"))
    edges = whole["edges"]
    asked = {"after": edges[1]["cursor"], "before": edges[6]["cursor"], "by": order("LIST_PRICE")}
    middle = await page(graph, first=100, **asked)
    assert ids(middle) == ids(whole)[2:6]
    assert middle["pageInfo"]["hasNextPage"] is True
    assert middle["pageInfo"]["hasPreviousPage"] is True
    assert ids(await page(graph, last=2, **asked)) == ids(whole)[4:6]


async def test_a_home_that_changes_while_one_walks_is_neither_missed_nor_doubled(
    graph: Graph,
) -> None:
    """Unlike pages by number, where a new first row pushes a row onto the next page again."""
    await list_homes(graph, 6)
    await graph.project()
    start = await page(graph, first=3)
    await list_homes(graph, 2, listing_id=None)
    await graph.project()
    rest = await page(graph, first=10, after=start["pageInfo"]["endCursor"])
    assert len(set(ids(start)) | set(ids(rest))) == 6
    assert not set(ids(start)) & set(ids(rest))


async def test_the_total_is_counted_only_when_asked_for(graph: Graph) -> None:
    await list_homes(graph, 3)
    await graph.project()
    graph.statements = 0
    await graph.ask("{ properties(first: 2) { nodes { id } pageInfo { hasNextPage } } }")
    assert graph.statements == 1
    found = await graph.ask('{ properties(first: 2, filter: {city: "kent"}) { totalCount } }')
    assert found == {"properties": {"totalCount": 1}}
    assert graph.statements == 3


async def test_an_empty_list_has_no_cursors(graph: Graph) -> None:
    empty = await page(graph)
    assert empty["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }
    assert empty["totalCount"] == 0


@pytest.mark.parametrize(
    "asked",
    [
        {"first": -1},
        {"first": 101},
        {"last": 101},
        {"last": -5},
        {"first": 1, "last": 1},
        {"after": "nonsense"},
        {"after": ""},
        {"after": "ü"},
        {"before": urlsafe_b64encode(b"[]").decode()},
        {"before": urlsafe_b64encode(b'"text"').decode()},
        {"after": urlsafe_b64encode(b'["-listed_at,-id", "later", "x"]').decode()},
        {"after": urlsafe_b64encode(b"[" * 100_000).decode()},
        {"by": [{"field": "CITY"}, {"field": "CITY", "direction": "DESC"}]},
    ],
    ids=repr,
)
async def test_what_makes_no_sense_is_refused(graph: Graph, asked: dict[str, Any]) -> None:
    assert (await graph.refused(PAGE, **asked))["code"] == "invalid"


async def test_a_cursor_serves_only_the_order_it_came_from(graph: Graph) -> None:
    await list_homes(graph, 2)
    await graph.project()
    cursor = (await page(graph, first=1, by=order("CITY")))["pageInfo"]["endCursor"]
    refused = await graph.refused(PAGE, after=cursor, by=order("-CITY"))
    assert refused["code"] == "invalid"
    assert "order" in refused["message"]


async def test_a_cursor_may_hold_any_text(graph: Graph) -> None:
    """A forged one meets the same types as a true one, and reaches nothing but a comparison."""
    forged = urlsafe_b64encode(
        b'["city,id", "x\'; drop table property_board; --", "6f1c9d2e-0b3a-4c57-9a55-1d3e8f7a2b40"]'
    ).decode()
    assert ids(await page(graph, after=forged, by=order("CITY"))) == []
    odd = urlsafe_b64encode(b'["city,id", "\\u0000", "6f1c9d2e-0b3a-4c57-9a55-1d3e8f7a2b40"]')
    refused = await graph.refused(PAGE, after=odd.decode(), by=order("CITY"))
    assert refused["code"] == "invalid"
