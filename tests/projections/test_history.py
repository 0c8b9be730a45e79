"""Every fact has its sentence and its row, and no sentence tells a personal value."""

from __future__ import annotations

import types
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import EnumMeta
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID, uuid4

import pytest
from pydantic import AwareDatetime

from domain.catalogue import FACTS
from domain.deals import OfferMade, OfferTerms, Side
from domain.kernel import Fact, Personal, Recorded, Value
from domain.properties import PropertyRepriced
from domain.values import Money
from projections.catalogue import PROJECTIONS
from projections.history import project
from projections.sentences import SENTENCES, sentence

SECRET = "personal"
PLAIN: dict[Any, Any] = {
    UUID: UUID(int=1),
    str: "text",
    int: 2,
    float: 0.5,
    bool: True,
    Decimal: Decimal("10.50"),
    date: date(2026, 5, 29),
    datetime: datetime(2026, 5, 29, 12, tzinfo=UTC),
    AwareDatetime: datetime(2026, 5, 29, 12, tzinfo=UTC),
}


def filled(kind: type[Value], full: bool) -> Any:
    """An instance with every field set, or only the necessary ones; not checked against rules."""
    fields = {
        name: _value(field.annotation, Personal in field.metadata, full)
        for name, field in kind.model_fields.items()
        if full or field.is_required()
    }
    defaults = {
        name: field.get_default(call_default_factory=True)
        for name, field in kind.model_fields.items()
        if name not in fields
    }
    return kind.model_construct(**defaults, **fields)


def _value(hint: Any, personal: bool, full: bool) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _value(arguments[0], personal or Personal in arguments, full)
    if origin in (Union, types.UnionType):
        return _value(next(each for each in arguments if each is not type(None)), personal, full)
    if origin is tuple:
        return (_value(arguments[0], personal, full),)
    if isinstance(hint, EnumMeta):
        return next(iter(hint))
    if personal:
        return SECRET
    return PLAIN[hint] if hint in PLAIN else filled(hint, full)


def recorded(fact: Fact) -> Recorded:
    return Recorded(
        stream=uuid4(),
        version=1,
        position=9,
        agency=uuid4(),
        at=datetime(2026, 5, 29, tzinfo=UTC),
        by="anna",
        command_id=uuid4(),
        correlation=uuid4(),
        fact=fact,
    )


def test_every_fact_has_a_sentence_and_no_sentence_is_left_over() -> None:
    assert set(SENTENCES) == set(FACTS)


def test_history_wants_every_fact() -> None:
    assert PROJECTIONS["history"].names == set(FACTS)


@pytest.mark.parametrize("kind", FACTS.values(), ids=FACTS.keys())
@pytest.mark.parametrize("full", [True, False], ids=["full", "bare"])
def test_a_sentence_reads_well_and_tells_nothing_personal(kind: type[Fact], full: bool) -> None:
    said = sentence(filled(kind, full))
    assert SECRET not in said
    assert "None" not in said
    assert "_" not in said
    assert said == said.strip()
    assert said[0].isupper()


@pytest.mark.parametrize("kind", FACTS.values(), ids=FACTS.keys())
def test_a_row_names_every_record_that_the_fact_names(kind: type[Fact]) -> None:
    step = recorded(PropertyRepriced(list_price=Money(amount=Decimal(1), currency="USD")))
    step = step.model_copy(update={"fact": filled(kind, True)})
    [(_, row)] = project(step)
    assert (row["name"], row["kind"]) == (kind.NAME, kind.NAME.partition(".")[0])
    assert step.stream in row["about"]
    names_records = "UUID(" in repr(step.fact)
    assert (UUID(int=1) in row["about"]) is names_records


def test_the_sentence_of_a_price_and_of_an_offer() -> None:
    price = Money(amount=Decimal(480000), currency="USD")
    assert sentence(PropertyRepriced(list_price=price)) == "Price changed to USD 480,000"
    terms = OfferTerms(price=price, expires_at=datetime(2026, 5, 30, 18, tzinfo=UTC))
    offer = OfferMade(offer_id=uuid4(), contact_id=uuid4(), side=Side.SEEKER, terms=terms)
    assert sentence(offer) == (
        "Offer of USD 480,000 made by the seeker; expires 2026-05-30 18:00 UTC"
    )
