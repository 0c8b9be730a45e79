"""Valid values for laws: what Hypothesis draws from. Each context prefixes its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as some

from domain import contacts, deals, verifications
from domain.kernel import Fact
from domain.properties import Photo, PropertyDetails, PropertyListed
from domain.terms import Condition, PropertyType, Purpose, Seeking, Tenure
from domain.values import Address, Area, AreaUnits, GeoPoint, Money, Size

PROPERTY_FEATURES = ["basement", "built_in_oven", "garage", "view", "waterfront"]
CONTACT_FEATURES = ["garage", "garden", "view", "waterfront", "elevator", "pool"]


def contact_names() -> some.SearchStrategy[str]:
    letters = some.characters(categories=["Lu", "Ll", "Lo", "Mn", "Pd"])
    return some.text(letters, min_size=1, max_size=20)


def contact_emails() -> some.SearchStrategy[str]:
    return some.from_regex(r"[a-z0-9.+]{1,12}@[a-z0-9]{1,8}\.(com|org)", fullmatch=True)


def contact_phones() -> some.SearchStrategy[str]:
    return some.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)


@some.composite
def contact_details(draw: some.DrawFn) -> contacts.ContactDetails:
    """Mostly complete; now and then without a name or a way to reach them."""
    return contacts.ContactDetails(
        kind=draw(some.sampled_from(contacts.ContactKind)),
        given_name=draw(some.none() | contact_names()),
        family_name=draw(some.none() | contact_names()),
        organization_name=draw(some.none() | contact_names()),
        roles=tuple(draw(some.sets(some.sampled_from(contacts.ContactRole)))),
        email=draw(some.none() | contact_emails()),
        phone=draw(some.none() | contact_phones()),
        language=draw(some.sampled_from([None, "en", "de-CH", "zh-Hant-TW"])),
    )


def contact_instants() -> some.SearchStrategy[datetime]:
    """Before and after March 2025."""
    return some.datetimes(
        datetime(2024, 1, 1),  # noqa: DTZ001
        datetime(2026, 1, 1),  # noqa: DTZ001
        timezones=some.just(UTC),
    )


def contact_consents() -> some.SearchStrategy[contacts.Consent]:
    return some.builds(
        contacts.Consent,
        purpose=some.sampled_from(contacts.ConsentPurpose),
        given_at=contact_instants(),
        channel=some.sampled_from(contacts.ConsentChannel),
    )


def contact_interactions() -> some.SearchStrategy[contacts.Interaction]:
    return some.builds(
        contacts.Interaction,
        kind=some.sampled_from(contacts.InteractionKind),
        direction=some.sampled_from(contacts.Direction),
        outcome=some.sampled_from(contacts.Outcome),
        at=contact_instants(),
        note=contact_names(),
    )


def contact_areas() -> some.SearchStrategy[Area]:
    points = some.builds(
        GeoPoint,
        latitude=some.floats(-90, 90),
        longitude=some.floats(-180, 180),
    )
    circles = some.builds(
        Area, place=contact_names(), center=points, radius_km=some.floats(0.1, 500)
    )
    corners = some.lists(points, min_size=3, max_size=6, unique=True).map(tuple)
    return circles | some.builds(Area, place=contact_names(), polygon=corners)


def _pair(low: Any, high: Any) -> some.SearchStrategy[list[Any]]:
    """A lower and an upper bound, either of which may be open."""
    both = some.lists(some.integers(low, high), min_size=2, max_size=2).map(sorted)
    return both.flatmap(
        lambda ends: some.tuples(*(some.sampled_from([None, e]) for e in ends))
    ).map(list)


@some.composite
def contact_requirements(draw: some.DrawFn) -> contacts.Requirements:
    budget, rooms, sizes = draw(_pair(0, 10**7)), draw(_pair(0, 9)), draw(_pair(0, 5000))
    tags = draw(some.lists(some.sampled_from(CONTACT_FEATURES), unique=True))
    split = draw(some.integers(0, len(tags)))
    moneys = [None if e is None else Money(amount=Decimal(e), currency="USD") for e in budget]
    areas = [None if e is None else Size(value=Decimal(e)) for e in sizes]
    return contacts.Requirements(
        purpose=draw(some.sampled_from(Seeking)),
        budget_from=moneys[0],
        budget_to=moneys[1],
        areas=tuple(draw(some.lists(contact_areas(), max_size=2))),
        bedrooms_min=rooms[0],
        bedrooms_max=rooms[1],
        living_area_min=areas[0],
        living_area_max=areas[1],
        property_types=tuple(draw(some.sets(some.sampled_from(PropertyType), max_size=3))),
        must_haves=tuple(tags[:split]),
        nice_to_haves=tuple(tags[split:]),
        financing=draw(
            some.none()
            | some.builds(
                contacts.Financing,
                means=some.sampled_from(contacts.FinancingMeans),
                amount=some.none(),
            )
        ),
    )


def property_prices(currency: str = "USD") -> some.SearchStrategy[Money]:
    """From one cent to the largest amount; often one of a few, so that equal ones meet."""
    amounts = some.sampled_from([Decimal(75_000), Decimal("645000.00"), Decimal(7_700_000)])
    return some.builds(
        Money,
        amount=amounts | some.decimals("0.01", "999999999999.99", places=2),
        currency=some.just(currency),
    )


def property_sizes() -> some.SearchStrategy[Size]:
    return some.builds(
        Size,
        value=some.decimals(0, 2_000_000, places=4),
        units=some.sampled_from(AreaUnits),
    )


def property_points() -> some.SearchStrategy[GeoPoint]:
    return some.builds(GeoPoint, latitude=some.floats(-90, 90), longitude=some.floats(-180, 180))


def property_addresses() -> some.SearchStrategy[Address]:
    return some.builds(
        Address,
        street=some.none() | contact_names(),
        unit=some.none() | contact_names(),
        city=contact_names(),
        postal_code=some.none() | some.sampled_from(["98103", "98178"]),
        country=some.sampled_from(["US", "CH"]),
    )


@some.composite
def property_details(draw: some.DrawFn) -> PropertyDetails:
    """From nothing but the type to all there is to know."""
    years = sorted(draw(some.lists(some.integers(1000, 2200), min_size=2, max_size=2)))
    return PropertyDetails(
        property_type=draw(some.sampled_from(PropertyType)),
        tenure=draw(some.none() | some.sampled_from(Tenure)),
        living_area=draw(some.none() | property_sizes()),
        lot_size=draw(some.none() | property_sizes()),
        rooms_total=draw(some.none() | some.integers(0, 1000)),
        bedrooms_total=draw(some.none() | some.integers(0, 1000)),
        bathrooms_total=draw(some.none() | some.decimals(0, 100, places=2)),
        stories=draw(some.none() | some.decimals(0, 200, places=1)),
        year_built=draw(some.none() | some.just(years[0])),
        year_renovated=draw(some.none() | some.just(years[1])),
        condition=draw(some.none() | some.sampled_from(Condition)),
        features=tuple(draw(some.sets(some.sampled_from(PROPERTY_FEATURES)))),
    )


def property_photos() -> some.SearchStrategy[Photo]:
    """Of four pictures, so that the same one comes again."""
    return some.builds(
        Photo,
        url=some.sampled_from(["https://example.com/1.jpg", "photos/2.jpg"]),
        sha256=some.sampled_from([letter * 64 for letter in "abcd"]),
        caption=some.none() | contact_names(),
    )


def property_listings() -> some.SearchStrategy[PropertyListed]:
    return some.builds(
        PropertyListed,
        address=property_addresses(),
        point=some.none() | property_points(),
        purpose=some.sampled_from(Purpose),
        list_price=property_prices(),
        details=property_details(),
        listing_id=some.none() | some.sampled_from(["NW-1", "NW-2"]),
        photos=some.lists(property_photos(), max_size=3, unique_by=lambda photo: photo.sha256).map(
            tuple
        ),
        owner_ids=some.sets(some.uuids(), max_size=2).map(tuple),
        public_remarks=contact_names(),
        listed_on=some.none() | some.dates(date(2014, 1, 1), date(2015, 12, 31)),
        as_draft=some.booleans(),
    )


DEAL_NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DEAL_PEOPLE = [UUID(int=n) for n in (2, 3, 4, 5)]
DealDecision = Callable[[deals.Deal], Sequence[Fact]]


def deal_parties() -> some.SearchStrategy[deals.Party]:
    """Of four contacts and one user, mostly as principals of a sale."""
    sides = some.sampled_from([deals.PartyRole.SELLER, deals.PartyRole.BUYER])
    roles = sides | some.sampled_from(deals.PartyRole)
    contact = some.builds(deals.Party, role=roles, contact_id=some.sampled_from(DEAL_PEOPLE))
    return contact | some.just(deals.Party(role=deals.PartyRole.BUYER_AGENT, user="anna"))


def deal_contingencies() -> some.SearchStrategy[deals.ContingencyTerms]:
    return some.builds(
        deals.ContingencyTerms,
        kind=some.sampled_from(deals.ContingencyKind),
        due_date=some.none() | some.dates(date(2026, 4, 28), date(2026, 5, 9)),
        detail=contact_names(),
    )


def deal_terms() -> some.SearchStrategy[deals.OfferTerms]:
    """Now and then of no price, of another currency or with no time left."""
    days = some.integers(-1, 5).map(lambda n: DEAL_NOW + timedelta(days=n))
    return some.builds(
        deals.OfferTerms,
        price=property_prices() | property_prices("EUR"),
        text=contact_names(),
        contingencies=some.lists(deal_contingencies(), max_size=2).map(tuple),
        expires_at=some.none() | days,
    )


@some.composite
def deal_decisions(draw: some.DrawFn) -> DealDecision:
    """Any wish at all, of few ids, so that it often meets what is there."""
    offer, step, hitch = (UUID(int=draw(some.integers(n, n + 1))) for n in (10, 20, 30))
    person, party = draw(some.sampled_from(DEAL_PEOPLE)), draw(deal_parties())
    day = draw(some.dates(date(2026, 4, 28), date(2026, 5, 9)))
    now = DEAL_NOW + timedelta(days=draw(some.integers(0, 6)))
    terms, price, hangs_on = draw(deal_terms()), draw(property_prices()), draw(deal_contingencies())
    responsible = draw(some.none() | some.sampled_from(deals.PartyRole))
    plan = deals.MilestonePlan(title="Appraisal", due_date=day, responsible=responsible)
    wishes: list[DealDecision] = [
        lambda it: it.add_party(party),
        lambda it: it.remove_party(party, ""),
        lambda it: it.make_offer(offer, person, terms, now),
        lambda it: it.counter_offer(offer, person, terms, now),
        lambda it: it.accept_offer(offer, person, now),
        lambda it: it.decline_offer(offer, person, ""),
        lambda it: it.withdraw_offer(offer, person, ""),
        lambda it: it.expire_offer(offer, now),
        lambda it: it.set_milestone(step, plan),
        lambda it: it.meet_milestone(step, day, now),
        lambda it: it.miss_milestone(step, "late", now),
        lambda it: it.redate_milestone(step, day, "late"),
        lambda it: it.waive_milestone(step, "empty"),
        lambda it: it.add_contingency(hitch, hangs_on),
        lambda it: it.satisfy_contingency(hitch, ""),
        lambda it: it.waive_contingency(hitch, "cash"),
        lambda it: it.fail_contingency(hitch, "no"),
        lambda it: it.close(price, day, now),
        lambda it: it.cancel("no loan"),
    ]
    often = wishes[2:5] * 3
    return draw(some.sampled_from([*often, *wishes[:-1], *wishes[:-1], *wishes]))


VerificationDecision = Callable[[verifications.Verification], Sequence[Fact]]


def verification_documents() -> some.SearchStrategy[verifications.Document]:
    """Of three documents, so that the same one comes again."""
    return some.builds(
        verifications.Document,
        kind=some.sampled_from(verifications.DocumentKind),
        reference=some.sampled_from(["vault://1", "vault://2"]),
        sha256=some.sampled_from([letter * 64 for letter in "abc"]),
        media_type=some.sampled_from(verifications.MediaType),
        byte_size=some.integers(1, verifications.MOST_BYTES),
    )


def verification_readings() -> some.SearchStrategy[verifications.Reading]:
    findings = some.builds(
        verifications.Finding,
        code=some.sampled_from(["blurred", "expired"]),
        severity=some.sampled_from(verifications.Severity),
        detail=contact_names(),
    )
    return some.builds(
        verifications.Reading,
        outcome=some.sampled_from(verifications.VerificationOutcome),
        findings=some.lists(findings, max_size=2).map(tuple),
        score=some.none() | some.floats(0, 1),
        reader=some.just("passport_reader"),
        reader_version=some.just("1"),
    )


@some.composite
def verification_decisions(draw: some.DrawFn) -> VerificationDecision:
    day = draw(some.none() | some.dates(date(2026, 4, 28), date(2026, 5, 9)))
    now = DEAL_NOW + timedelta(days=draw(some.integers(0, 12)))
    decision = draw(some.sampled_from(verifications.Decision))
    document, reading = draw(verification_documents()), draw(verification_readings())
    kinds = tuple(draw(some.sets(some.sampled_from(verifications.DocumentKind), min_size=1)))
    wishes: list[VerificationDecision] = [
        lambda it: it.submit(document),
        lambda it: it.record(reading),
        lambda it: it.refer("look"),
        lambda it: it.decide(decision, "seen", day, now),
        lambda it: it.expire(now),
        lambda it: it.withdraw("no deal"),
        lambda it: it.request(DEAL_PEOPLE[0], verifications.VerificationPurpose.IDENTITY, kinds),
    ]
    return draw(some.sampled_from([*wishes[:4], *wishes[:5], *wishes]))


MATCH_FEATURES = ["basement", "view", "renovated", "large_lot", "built_after_2000", "single_storey"]


def match_points() -> some.SearchStrategy[GeoPoint]:
    """In and around Seattle, so that homes often lie in wanted areas."""
    return some.builds(
        GeoPoint, latitude=some.floats(47.5, 47.8), longitude=some.floats(-122.4, -122.1)
    )


@some.composite
def match_wishes(draw: some.DrawFn) -> contacts.Requirements:
    """Requirements that some of `match_listings` meet."""
    tags = draw(some.lists(some.sampled_from(MATCH_FEATURES), max_size=3, unique=True))
    split = draw(some.integers(0, min(1, len(tags))))
    top = draw(some.none() | some.integers(4, 9))
    circles = some.builds(
        Area, place=contact_names(), center=match_points(), radius_km=some.floats(3, 40)
    )
    drawn = some.lists(match_points(), min_size=3, max_size=5, unique=True).map(tuple)
    areas = circles | some.builds(Area, place=contact_names(), polygon=drawn)
    return contacts.Requirements(
        budget_from=draw(some.none() | some.just(Money(amount=300_000, currency="USD"))),
        budget_to=None if top is None else Money(amount=100_000 * top, currency="USD"),
        areas=tuple(draw(some.lists(areas, max_size=2))),
        bedrooms_min=draw(some.none() | some.integers(0, 4)),
        bedrooms_max=draw(some.sampled_from([None, None, 4])),
        bathrooms_min=draw(some.sampled_from([None, None, Decimal(1), Decimal("2.25")])),
        living_area_min=draw(some.none() | some.builds(Size, value=some.integers(0, 2500))),
        living_area_max=draw(some.sampled_from([None, None, Size(value=Decimal(3000))])),
        property_types=tuple(
            draw(some.sets(some.sampled_from([PropertyType.CONDOMINIUM, PropertyType.TOWNHOUSE])))
        ),
        must_haves=tuple(tags[:split]),
        nice_to_haves=tuple(tags[split:]),
    )


@some.composite
def match_details(draw: some.DrawFn) -> PropertyDetails:
    built = draw(some.none() | some.integers(1900, 2020))
    stated = [tag for tag in MATCH_FEATURES if "_" not in tag or tag == "built_after_2000"]
    return PropertyDetails(
        property_type=draw(some.sampled_from([PropertyType.CONDOMINIUM, PropertyType.TOWNHOUSE])),
        living_area=draw(some.none() | some.builds(Size, value=some.integers(500, 4000))),
        lot_size=draw(some.none() | some.builds(Size, value=some.integers(2000, 20_000))),
        bedrooms_total=draw(some.none() | some.integers(0, 6)),
        bathrooms_total=draw(some.none() | some.integers(2, 16).map(lambda n: Decimal(n) / 4)),
        stories=draw(some.sampled_from([None, Decimal(1), Decimal("1.5"), Decimal(2)])),
        year_built=built,
        year_renovated=draw(some.none() | some.integers(built, 2022)) if built else None,
        condition=draw(some.none() | some.sampled_from(Condition)),
        features=tuple(draw(some.sets(some.sampled_from(stated), max_size=2))),
    )


def match_prices() -> some.SearchStrategy[Money]:
    return some.builds(Money, amount=some.integers(200_000, 900_000), currency=some.just("USD"))


def match_listings() -> some.SearchStrategy[PropertyListed]:
    """Mostly for sale, on the market and on the map."""
    return some.builds(
        PropertyListed,
        address=some.just(Address(street="24 Elm St", city="Seattle")),
        point=match_points() | match_points() | some.none(),
        purpose=some.sampled_from([Purpose.SALE, Purpose.SALE, Purpose.LEASE]),
        list_price=match_prices(),
        details=match_details(),
        as_draft=some.sampled_from([False, False, True]),
    )
