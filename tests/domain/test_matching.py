"""Matching as a client may rely on it: hard requirements hold, scores are fair, words are true."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from domain.contacts import Requirements
from domain.matching import (
    CHECKS,
    PARTS,
    RANKER,
    WEIGHTS,
    Home,
    PointRanker,
    Reason,
    Side,
    Wish,
    has,
    passes,
    sentence,
    tags,
    unmet,
)
from domain.properties import PropertyDetails, PropertyListed, Status
from domain.terms import Condition, PropertyType, Purpose, Seeking
from domain.values import Area, AreaUnits, GeoPoint, Money, Size
from tests.strategies import match_listings, match_points, match_wishes

BALLARD = GeoPoint(latitude=47.6711, longitude=-122.3720)
TWO_KM_NORTH = GeoPoint(latitude=47.69, longitude=-122.3720)


def usd(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="USD")


def sqft(value: int) -> Size:
    return Size(value=Decimal(value))


def a_home(price: int = 450_000, point: GeoPoint | None = TWO_KM_NORTH, **details: Any) -> Home:
    known = {
        "property_type": PropertyType.SINGLE_FAMILY_RESIDENCE,
        "living_area": sqft(1800),
        "lot_size": sqft(5000),
        "bedrooms_total": 3,
        "bathrooms_total": Decimal(2),
        "year_built": 1948,
        "condition": Condition.GOOD,
    }
    made = PropertyDetails.model_validate(known | details)
    return Home(id=UUID(int=1), price=usd(price), point=point, details=made)


def a_wish(**asked: Any) -> Wish:
    return Wish(id=UUID(int=2), requirements=Requirements(**asked))


def around(radius_km: float) -> tuple[Area, ...]:
    return (Area(place="Ballard", center=BALLARD, radius_km=radius_km),)


ASKED: dict[str, Any] = {
    "budget_to": usd(500_000),
    "areas": around(5),
    "bedrooms_min": 3,
    "bathrooms_min": Decimal("1.5"),
    "living_area_min": sqft(1500),
    "must_haves": ("good_condition",),
    "nice_to_haves": ("waterfront", "view"),
}


def told(wish: Wish, home: Home, side: Side) -> list[str]:
    match = RANKER.judge(wish, home)
    return [sentence(reason) for reason in match.reasons if reason.side is side]


def test_a_match_says_what_speaks_for_it_and_what_against() -> None:
    home = a_home(features=("view",))
    assert told(a_wish(**ASKED), home, Side.FOR) == [
        "USD 450,000 is 90% of the top of the budget (USD 500,000)",
        "a view, as wished for",
        "2.1 km from the middle of Ballard, well inside the 5 km asked for",
        "1,800 sq ft of living area, 20% more than the 1,500 asked for",
        "3 bedrooms, just what was asked for",
        "2 bathrooms, more than the 1.5 asked for",
        "in good condition, which is a must",
    ]
    assert told(a_wish(**ASKED), home, Side.AGAINST) == [
        "no waterfront, which was wished for",
        "built 1948",
    ]


FAILING: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    (
        "price",
        {},
        {"price": 620_000},
        "USD 620,000 is over the top of the budget (USD 500,000)",
    ),
    ("bedrooms", {}, {"bedrooms_total": 2}, "2 bedrooms, fewer than the 3 asked for"),
    ("bedrooms", {}, {"bedrooms_total": None}, "the number of bedrooms is not known"),
    (
        "bedrooms",
        {"bedrooms_max": 4},
        {"bedrooms_total": 5},
        "5 bedrooms, more than the 4 at most asked for",
    ),
    (
        "bathrooms",
        {},
        {"bathrooms_total": Decimal(1)},
        "1 bathroom, fewer than the 1.5 asked for",
    ),
    (
        "living_area",
        {},
        {"living_area": sqft(1200)},
        "1,200 sq ft of living area, less than the 1,500 sq ft asked for",
    ),
    (
        "living_area",
        {"living_area_max": Size(value=Decimal(150), units=AreaUnits.SQUARE_METERS)},
        {"living_area": sqft(2000)},
        "2,000 sq ft of living area, more than the 1,615 sq ft at most asked for",
    ),
    (
        "property_type",
        {"property_types": (PropertyType.TOWNHOUSE, PropertyType.DUPLEX)},
        {},
        "single family residence, not townhouse or duplex",
    ),
    (
        "must_haves",
        {"must_haves": ("built_after_2000", "garage")},
        {},
        "not built after 2000, which is a must; no garage, which is a must",
    ),
    (
        "area",
        {"areas": around(2)},
        {},
        "2.1 km from the middle of Ballard, outside the 2 km asked for",
    ),
    (
        "must_haves",
        {"must_haves": ("large_lot",)},
        {"lot_size": None},
        "the size of the lot is not known (large lot is a must)",
    ),
    ("area", {}, {"point": None}, "its place is not known"),
    ("purpose", {"purpose": Seeking.RENT}, {}, "offered for sale only"),
    (
        "currency",
        {"budget_to": Money(amount=Decimal(10**6), currency="EUR")},
        {},
        "priced in USD, not EUR",
    ),
]


@pytest.mark.parametrize(("check", "asked", "given", "said"), FAILING)
def test_a_home_that_fails_a_hard_requirement_is_told_which(
    check: str, asked: dict[str, Any], given: dict[str, Any], said: str
) -> None:
    missing = unmet(a_wish(**ASKED | asked), a_home(**given))
    assert [(each.check, each.sentence) for each in missing] == [(check, said)]


def test_clients_who_rest_and_homes_off_the_market_do_not_match() -> None:
    wish, home = a_wish(), a_home()
    assert passes(wish, home)
    resting, sold = wish.but(looking=False), home.but(status=Status.SOLD)
    assert [it.sentence for it in unmet(resting, home)] == ["the client is not looking at present"]
    assert [it.sentence for it in unmet(wish, sold)] == ["not on the market: sold"]


@pytest.mark.parametrize(
    ("feature", "there", "missing"),
    [
        ("built_after_2000", {"year_built": 2001}, {"year_built": 2000}),
        ("built_before_1940", {"year_built": 1939}, {"year_built": 1940}),
        ("renovated", {"year_renovated": 1999}, {}),
        ("renovated_after_2010", {"year_renovated": 2011}, {"year_renovated": 2010}),
        ("good_condition", {"condition": Condition.EXCELLENT}, {"condition": Condition.AVERAGE}),
        ("single_storey", {"stories": Decimal(1)}, {"stories": Decimal("1.5")}),
        ("large_lot", {"lot_size": sqft(10_000)}, {"lot_size": sqft(9_999)}),
        ("view", {"features": ("mountain_view",)}, {"features": ("review",)}),
        ("garage", {"features": ("garage",)}, {}),
        ("built_after_2000", {"features": ("built_after_2000",)}, {"year_built": None}),
    ],
)
def test_features_are_stated_or_told_by_the_facts_of_the_home(
    feature: str, there: dict[str, Any], missing: dict[str, Any]
) -> None:
    assert has(a_home(**there).details, feature)
    assert not has(a_home(**missing).details, feature)


@pytest.mark.parametrize(
    ("feature", "given", "said"),
    [
        ("large_lot", {}, "no large lot (5,000 sq ft), which was wished for"),
        ("large_lot", {"lot_size": sqft(12_000)}, "a large lot (12,000 sq ft), as wished for"),
        (
            "large_lot",
            {"lot_size": None},
            "the size of the lot is not known (large lot was wished for)",
        ),
        ("renovated", {"year_renovated": 1999}, "renovated in 1999, as wished for"),
        ("renovated", {}, "not renovated, which was wished for"),
        ("built_after_1940", {}, "built after 1940 (built 1948), as wished for"),
        ("built_after_2000", {}, "not built after 2000 (built 1948), which was wished for"),
        (
            "single_storey",
            {"stories": Decimal("1.5")},
            "not all on one storey (1.5 storeys), which was wished for",
        ),
        ("good_condition", {}, "in good condition, as wished for"),
        (
            "good_condition",
            {"condition": None},
            "the condition is not known (good condition was wished for)",
        ),
        ("sauna", {"features": ("sauna",)}, "a sauna, as wished for"),
        ("elevator", {"features": ("elevator",)}, "an elevator, as wished for"),
        ("solar_panels", {}, "no solar panels, which was wished for"),
    ],
)
def test_a_wished_feature_in_words(feature: str, given: dict[str, Any], said: str) -> None:
    [first, *_] = RANKER.judge(a_wish(nice_to_haves=(feature,)), a_home(**given)).reasons
    assert sentence(first) == said


@pytest.mark.parametrize(
    ("km_north", "said"),
    [
        (0.01, "right in the middle of Ballard"),
        (1.0, "1 km from the middle of Ballard, well inside the 5 km asked for"),
        (3.6, "3.6 km from the middle of Ballard, inside the 5 km asked for"),
        (4.7, "4.7 km from the middle of Ballard, near the edge of the 5 km asked for"),
        (5.02, "5.02 km from the middle of Ballard, outside the 5 km asked for"),
    ],
)
def test_a_distance_in_words(km_north: float, said: str) -> None:
    north = BALLARD.latitude + km_north / 111.195
    point = GeoPoint(latitude=north, longitude=BALLARD.longitude)
    [first, *_] = RANKER.judge(a_wish(areas=around(5)), a_home(point=point)).reasons
    assert sentence(first) == said


def test_the_nearest_of_several_areas_is_the_one_it_lies_best_in() -> None:
    far = Area(place="Kent", center=GeoPoint(latitude=47.4, longitude=-122.2), radius_km=40)
    wish = a_wish(areas=(far, *around(5)))
    assert "2.1 km from the middle of Ballard, well inside the 5 km asked for" in told(
        wish, a_home(), Side.FOR
    )


def test_nothing_stated_and_nothing_known_is_half_way() -> None:
    bare = PropertyDetails(property_type=PropertyType.LAND)
    home = Home(id=UUID(int=1), price=usd(1), details=bare)
    assert RANKER.judge(a_wish(), home) == (UUID(int=2), UUID(int=1), 50.0, ())


def test_weights_sum_to_one_and_name_parts() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    with pytest.raises(ValueError, match="sum to 1"):
        PointRanker({"price": 0.5})
    with pytest.raises(ValueError, match="must be of"):
        PointRanker({"colour": 1.0})


def test_the_best_come_first_and_equal_ones_by_id() -> None:
    wish = a_wish(**ASKED)
    good, same, dear = a_home(), a_home().but(id=UUID(int=3)), a_home(620_000)
    poorer = a_home(300_000).but(id=UUID(int=4))
    ranked = RANKER.rank(wish, [poorer, same, dear, good])
    assert [match.property_id for match in ranked] == [good.id, same.id, poorer.id]
    other = wish.but(id=UUID(int=9))
    clients = RANKER.rank_clients(good, [other, wish, wish.but(looking=False)])
    assert [match.contact_id for match in clients] == [wish.id, other.id]
    assert clients[0] == ranked[0]


def home_of(fact: PropertyListed) -> Home:
    status = Status.DRAFT if fact.as_draft else Status.ACTIVE
    known = {"purpose": fact.purpose, "price": fact.list_price, "details": fact.details}
    return Home(id=UUID(int=1), status=status, point=fact.point, **known)


homes = match_listings().map(home_of)
wishes = match_wishes().map(lambda asked: Wish(id=UUID(int=2), requirements=asked))


@for_all(wish=wishes, home=homes)
def test_a_home_that_fails_any_hard_requirement_never_matches(wish: Wish, home: Home) -> None:
    fits = all(check.holds(wish, home) for check in CHECKS)
    assert bool(RANKER.rank(wish, [home])) is fits
    assert bool(RANKER.rank_clients(home, [wish])) is fits
    assert [each.check for each in unmet(wish, home)] == [
        check.name for check in CHECKS if not check.holds(wish, home)
    ]


@for_all(wish=wishes, home=homes)
def test_a_score_is_the_sum_of_what_its_reasons_contribute(wish: Wish, home: Home) -> None:
    match = RANKER.judge(wish, home)
    assert 0 <= match.score <= 100
    if any(reason.weight for reason in match.reasons):
        points = sum(each.contribution for each in match.reasons)
        assert points == pytest.approx(match.score, abs=0.1)
        assert sum(each.weight for each in match.reasons) == pytest.approx(1, abs=1e-4)
    assert {each.part for each in match.reasons} <= set(PARTS)
    assert all(Reason.read(each.stored()) == each for each in match.reasons)


def _more_bedrooms(home: PropertyDetails, by: int) -> PropertyDetails:
    return home.but(bedrooms_total=(home.bedrooms_total or 0) + by)


def _more_bathrooms(home: PropertyDetails, by: int) -> PropertyDetails:
    return home.but(bathrooms_total=(home.bathrooms_total or Decimal(0)) + by)


def _newer(home: PropertyDetails, by: int) -> PropertyDetails:
    return home.but(year_built=(home.year_built or 1900) + by)


def _better_kept(home: PropertyDetails, by: int) -> PropertyDetails:
    state = home.condition or Condition.POOR
    return home.but(condition=Condition.graded(min(5, state.grade + by)))


def _with_features(home: PropertyDetails, by: int) -> PropertyDetails:
    return home.but(features=(*home.features, *("view", "basement", "renovated")[:by]))


IMPROVED: dict[str, Callable[[PropertyDetails, int], PropertyDetails]] = {
    "bedrooms": _more_bedrooms,
    "bathrooms": _more_bathrooms,
    "year_built": _newer,
    "condition": _better_kept,
    "features": _with_features,
}


@pytest.mark.parametrize("what", IMPROVED)
@for_all(wish=wishes, home=homes, by=some.integers(1, 4))
def test_improving_one_thing_never_lowers_the_score(
    what: str, wish: Wish, home: Home, by: int
) -> None:
    """What is improved is known of both: by the least possible (0 steps) before, by more after."""
    better = IMPROVED[what]
    known = better(home.details.but(year_renovated=None), 0)
    before, after = home.but(details=known), home.but(details=better(known, by))
    assert RANKER.judge(wish, after).score >= RANKER.judge(wish, before).score


@for_all(
    middle=match_points(),
    point=match_points(),
    radius=some.floats(1, 60),
    nearer=some.floats(0, 1),
)
def test_nearer_to_the_middle_is_never_worse(
    middle: GeoPoint, point: GeoPoint, radius: float, nearer: float
) -> None:
    wish = a_wish(areas=(Area(place="Ballard", center=middle, radius_km=radius),))
    moved = GeoPoint(
        latitude=middle.latitude + (point.latitude - middle.latitude) * nearer,
        longitude=middle.longitude + (point.longitude - middle.longitude) * nearer,
    )
    here, there = (RANKER.judge(wish, a_home(point=at)).score for at in (point, moved))
    assert there >= here or moved == point


NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def numbers_in(text: str) -> set[float]:
    return {float(found.replace(",", "")) for found in NUMBER.findall(text)}


@for_all(wish=wishes, home=homes)
def test_a_sentence_holds_only_numbers_that_are_facts(wish: Wish, home: Home) -> None:
    asks, there = wish.requirements, home.details
    areas = {round(reach, 2) for _, _, reach in wish.reaches}
    stated = {
        *areas,
        *(float(it.amount) for it in (home.price, asks.budget_to, asks.budget_from) if it),
        *(float(it.value) for it in (there.living_area, there.lot_size) if it),
        *(float(it.value) for it in (asks.living_area_min, asks.living_area_max) if it),
        *(float(it) for it in (there.bedrooms_total, there.bathrooms_total) if it is not None),
        *(float(it) for it in (asks.bedrooms_min, asks.bathrooms_min) if it is not None),
        *(float(it) for it in (there.year_built, there.year_renovated, there.stories) if it),
        2000.0,
    }
    for reason in RANKER.judge(wish, home).reasons:
        derived = {
            each.value
            for each in reason.numbers
            if each.name in ("distance", "budget_share", "above_least")
        }
        plain = {each.value for each in reason.numbers} - derived
        assert plain <= stated, reason
        own = {round(each, 3) for each in plain | derived}
        assert numbers_in(sentence(reason)) <= own | numbers_in(reason.about), reason


@for_all(wish=wishes, home=homes)
def test_every_unmet_requirement_has_its_words(wish: Wish, home: Home) -> None:
    for each in unmet(wish, home):
        assert each.sentence
        assert "None" not in each.sentence


@for_all(home=homes)
def test_listed_tags_are_the_features_it_has(home: Home) -> None:
    assert all(has(home.details, tag) for tag in tags(home.details))
    assert set(home.details.features) <= set(tags(home.details))


def test_a_lease_is_for_those_who_rent() -> None:
    flat = a_home(2000).but(purpose=Purpose.LEASE)
    assert passes(a_wish(purpose=Seeking.RENT, budget_to=usd(2100)), flat)
    assert not passes(a_wish(budget_to=usd(2100)), flat)
