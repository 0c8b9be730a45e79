"""Comparisons: what is first and why, whatever the order in which they were named."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from domain.comparison import (
    ComparedTwice,
    Comparison,
    ComparisonSize,
    Named,
    compare_clients,
    compare_homes,
)
from domain.contacts import Financing, FinancingMeans, Requirements
from domain.matching import RANKER, Home, Wish, sentence
from domain.properties import PropertyDetails, Status
from domain.terms import Condition, PropertyType
from domain.values import Area, GeoPoint, Money, Size
from tests.strategies import match_listings, match_wishes

BALLARD = GeoPoint(latitude=47.6711, longitude=-122.3720)
NEAR = GeoPoint(latitude=47.69, longitude=-122.3720)
NEARER = GeoPoint(latitude=47.68, longitude=-122.3720)
FAR = GeoPoint(latitude=47.4, longitude=-122.3720)


def usd(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def home(label: str, number: int, price: int, point: GeoPoint = NEAR, **told: Any) -> Named[Home]:
    known: dict[str, Any] = {
        "property_type": PropertyType.SINGLE_FAMILY_RESIDENCE,
        "living_area": Size(value=Decimal(1800)),
        "bedrooms_total": 3,
        "year_built": 1961,
        "condition": Condition.AVERAGE,
    }
    details = PropertyDetails.model_validate(known | told)
    return Named(label, Home(id=UUID(int=number), price=usd(price), point=point, details=details))


def client(label: str, number: int, **asked: Any) -> Named[Wish]:
    return Named(label, Wish(id=UUID(int=number), requirements=Requirements(**asked)))


ANN = client(
    "Ann Lee",
    11,
    budget_to=usd(500_000),
    areas=(Area(place="Ballard", center=BALLARD, radius_km=5),),
    bedrooms_min=3,
    nice_to_haves=("view",),
)
ELM = home("24 Elm St", 1, 450_000, features=("view",))
OAK = home("9 Oak Ave", 2, 420_000, NEARER, living_area=Size(value=Decimal(2100)))
FIR = home("12 Fir Ct", 3, 380_000, FAR, bedrooms_total=2)
TWIN = home("26 Elm St", 4, 450_000, features=("view",))


def compare(*homes: Named[Home]) -> Comparison[Home]:
    return compare_homes(ANN, homes, RANKER)


def test_the_paragraph_says_who_is_first_why_and_what_the_others_have_over_it() -> None:
    made = compare(FIR, OAK, ELM)
    assert [it.label for it in made.standings] == ["24 Elm St", "9 Oak Ave", "12 Fir Ct"]
    assert made.paragraph == (
        "24 Elm St comes first for Ann Lee with 87 of 100 points; 9 Oak Ave follows with 62. "
        "In favour: a view, as wished for; USD 450,000 is 90% of the top of the budget "
        "(USD 500,000); 2.1 km from the middle of Ballard, well inside the 5 km asked for. "
        "9 Oak Ave costs less (USD 420,000 against USD 450,000), lies closer to the middle of a "
        "wanted area (1 km from Ballard against 2.1 km from Ballard) and is larger (2,100 sq ft "
        "against 1,800 sq ft). "
        "12 Fir Ct costs less (USD 380,000 against USD 450,000), but does not fit: 2 bedrooms, "
        "fewer than the 3 asked for; 30.1 km from the middle of Ballard, outside the 5 km asked "
        "for."
    )


def test_the_table_marks_what_differs_and_what_is_best() -> None:
    rows = {row.attribute: row for row in compare(FIR, OAK, ELM).rows}
    price = rows["list_price"]
    assert [(cell.text, cell.best) for cell in price.cells] == [
        ("USD 450,000", False),
        ("USD 420,000", False),
        ("USD 380,000", True),
    ]
    assert (price.unit, price.differs) == ("USD", True)
    assert not rows["year_built"].differs
    assert not any(cell.best for cell in rows["year_built"].cells)
    assert [cell.text for cell in rows["unmet"].cells] == ["none", "none", "bedrooms, area"]
    assert [cell.text for cell in rows["nice_to_haves"].cells] == [
        "1 of 1: view",
        "0 of 1",
        "0 of 1",
    ]
    assert "lot_size" not in rows


def test_equal_homes_are_called_equal() -> None:
    made = compare(TWIN, ELM)
    assert made.paragraph.startswith(
        "24 Elm St and 26 Elm St are equal for Ann Lee in all that was compared: 87 of 100 points "
        "each. In favour: "
    )
    three = compare(OAK, TWIN, ELM).paragraph
    assert three.startswith(
        "24 Elm St and 26 Elm St are equal for Ann Lee and come first with 87 of 100 points each."
    )
    assert "9 Oak Ave costs less" in three


def test_homes_of_the_same_name_are_told_apart() -> None:
    twin = TWIN.subject.but(id=UUID("c0ffee00-0000-0000-0000-000000000000"))
    labels = [each.label for each in compare(ELM, Named("24 Elm St", twin)).standings]
    assert labels == ["24 Elm St [00000000]", "24 Elm St [c0ffee00]"]


def test_where_none_fits_the_closest_is_named_with_what_it_lacks() -> None:
    sold = Named("3 Ash Ln", ELM.subject.but(id=UUID(int=5), status=Status.SOLD))
    told = compare(FIR, sold).paragraph
    assert told.startswith(
        "None of these fits all that was asked for. 3 Ash Ln comes closest for Ann Lee with 87 of "
        "100 points."
    )
    assert "Missing: not on the market: sold." in told


def test_clients_for_a_home() -> None:
    bob = client(
        "Bob Ray",
        12,
        budget_to=usd(600_000),
        nice_to_haves=("waterfront",),
        financing=Financing(means=FinancingMeans.CASH, amount=usd(600_000)),
    )
    cleo = client("Cleo Diaz", 13, budget_to=usd(400_000), must_haves=("basement",))
    made = compare_clients(ELM, [cleo, bob, ANN], RANKER)
    assert [it.label for it in made.standings] == ["Ann Lee", "Bob Ray", "Cleo Diaz"]
    assert made.paragraph == (
        "Ann Lee comes first for 24 Elm St with 87 of 100 points; Bob Ray follows with 44. "
        "In favour: a view, as wished for; 2.1 km from the middle of Ballard, well inside the "
        "5 km asked for; 3 bedrooms, just what was asked for. "
        "Bob Ray has the larger budget (USD 600,000 against USD 500,000). "
        "Cleo Diaz does not fit: USD 450,000 is over the top of the budget (USD 400,000); "
        "no basement, which is a must."
    )
    rows = {row.attribute: [cell.text for cell in row.cells] for row in made.rows}
    assert rows["financing"] == ["not stated", "cash", "not stated"]
    assert rows["distance"] == ["2.1 km from Ballard", "anywhere", "anywhere"]


def test_two_to_five_different_ones_are_compared() -> None:
    with pytest.raises(ComparisonSize):
        compare(ELM)
    with pytest.raises(ComparisonSize):
        compare(*(home(str(number), number, 400_000) for number in range(6)))
    with pytest.raises(ComparedTwice):
        compare(ELM, OAK, Named("the same", ELM.subject))


named_homes = some.lists(match_listings(), min_size=2, max_size=5).map(
    lambda facts: [
        Named(
            f"Home {'abcde'[at]}",
            Home(
                id=UUID(int=at + 1),
                price=fact.list_price,
                purpose=fact.purpose,
                point=fact.point,
                details=fact.details,
            ),
        )
        for at, fact in enumerate(facts)
    ]
)
named_wishes = some.lists(match_wishes(), min_size=2, max_size=5).map(
    lambda asked: [
        Named(f"Client {'abcde'[at]}", Wish(id=UUID(int=at + 1), requirements=each))
        for at, each in enumerate(asked)
    ]
)


@for_all(asked=match_wishes(), homes=named_homes, shuffled=some.randoms())
def test_the_order_in_which_they_are_named_plays_no_part(
    asked: Requirements, homes: list[Named[Home]], shuffled: Any
) -> None:
    ann = Named("Ann", Wish(id=UUID(int=99), requirements=asked))
    made = compare_homes(ann, homes, RANKER)
    again = list(homes)
    shuffled.shuffle(again)
    assert compare_homes(ann, again, RANKER) == made


def test_every_order_of_three_gives_the_same() -> None:
    made = {compare(*order).paragraph for order in permutations((ELM, OAK, FIR))}
    assert len(made) == 1


NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def numbers_in(text: str) -> set[str]:
    return set(NUMBER.findall(text))


def grounded(made: Comparison[Any]) -> set[str]:
    """Every number that stands in the table, in a reason or in an unmet requirement."""
    cells = (cell.text for row in made.rows for cell in row.cells)
    reasons = (sentence(it) for each in made.standings for it in each.reasons)
    missing = (it.sentence for each in made.standings for it in each.unmet)
    return {"100"}.union(*map(numbers_in, (*cells, *reasons, *missing)))


@for_all(asked=match_wishes(), homes=named_homes)
def test_the_paragraph_on_homes_holds_only_numbers_that_are_told_elsewhere(
    asked: Requirements, homes: list[Named[Home]]
) -> None:
    made = compare_homes(Named("Ann", Wish(id=UUID(int=99), requirements=asked)), homes, RANKER)
    assert numbers_in(made.paragraph) <= grounded(made)
    assert all(len(row.cells) == len(homes) for row in made.rows)


@for_all(wishes=named_wishes, homes=named_homes)
def test_the_paragraph_on_clients_holds_only_numbers_that_are_told_elsewhere(
    wishes: list[Named[Wish]], homes: list[Named[Home]]
) -> None:
    made = compare_clients(homes[0], wishes, RANKER)
    assert numbers_in(made.paragraph) <= grounded(made)
    fits = [not each.unmet for each in made.standings]
    assert fits == sorted(fits, reverse=True)
