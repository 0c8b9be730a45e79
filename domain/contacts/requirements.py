"""What a client looks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, Field, model_validator

from domain.kernel import Value
from domain.terms import Features, PropertyType, Seeking, distinct
from domain.values import Area, Baths, Count, Money, Period, Size

T = TypeVar("T")


class FinancingMeans(StrEnum):
    """RESO BuyerFinancing, with how far a mortgage has come."""

    CASH = "cash"
    MORTGAGE_APPROVED = "mortgage_approved"
    MORTGAGE_APPLIED = "mortgage_applied"
    MORTGAGE_NEEDED = "mortgage_needed"
    SALE_OF_OTHER_HOME = "sale_of_other_home"
    OTHER = "other"


class Financing(Value):
    """How the client pays; `amount` is what is in hand or approved, where known."""

    means: FinancingMeans
    amount: Money | None = None


class Requirements(Value):
    """Bounds are included; what is not said does not matter to the client."""

    purpose: Seeking = Seeking.BUY
    budget_from: Money | None = None
    budget_to: Money | None = None
    areas: Annotated[tuple[Area, ...], Field(max_length=50), AfterValidator(distinct)] = ()
    bedrooms_min: Count | None = None
    bedrooms_max: Count | None = None
    bathrooms_min: Baths | None = None
    living_area_min: Size | None = None
    living_area_max: Size | None = None
    property_types: Annotated[tuple[PropertyType, ...], AfterValidator(distinct)] = ()
    must_haves: Features = ()
    nice_to_haves: Features = ()
    move_in: Period | None = None
    financing: Financing | None = None

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        if len(currencies := {money.currency for money in self._moneys()}) > 1:
            raise ValueError(f"budget and financing need one currency, not {sorted(currencies)}")
        return self

    @model_validator(mode="after")
    def _from_not_above_to(self) -> Self:
        _ordered("bedrooms", self.bedrooms_min, self.bedrooms_max, lambda count: count)
        _ordered("budget", self.budget_from, self.budget_to, lambda money: money.amount)
        size = (self.living_area_min, self.living_area_max)
        _ordered("living area", *size, lambda size: size.square_meters)
        return self

    @model_validator(mode="after")
    def _must_or_nice(self) -> Self:
        if both := sorted(set(self.must_haves) & set(self.nice_to_haves)):
            raise ValueError(f"{', '.join(both)}: either a must-have or a nice-to-have, not both")
        return self

    @property
    def currency(self) -> str | None:
        return next((money.currency for money in self._moneys()), None)

    def _moneys(self) -> Iterator[Money]:
        paid = self.financing.amount if self.financing else None
        yield from (money for money in (self.budget_to, self.budget_from, paid) if money)


def _ordered(
    what: str, low: T | None, high: T | None, measure: Callable[[T], Decimal | int]
) -> None:
    """A ValueError if both ends are known and the lower one measures more."""
    if low is not None and high is not None and measure(low) > measure(high):
        raise ValueError(f"{what} from {low} is more than {what} to {high}")
