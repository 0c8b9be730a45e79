"""What deals are made of: sides, roles, parties, the terms of an offer, and the states of each."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from domain.kernel import Value
from domain.terms import Purpose
from domain.values import Day, Instant, Line, Money, Text


class Side(StrEnum):
    """Owner: who sells or lets. Seeker: who buys or rents."""

    OWNER = "owner"
    SEEKER = "seeker"


class PartyRole(StrEnum):
    SELLER = "seller"
    BUYER = "buyer"
    LANDLORD = "landlord"
    TENANT = "tenant"
    SELLER_AGENT = "seller_agent"
    BUYER_AGENT = "buyer_agent"
    LANDLORD_AGENT = "landlord_agent"
    TENANT_AGENT = "tenant_agent"
    NOTARY = "notary"
    LENDER = "lender"
    ATTORNEY = "attorney"
    ESCROW_OFFICER = "escrow_officer"
    TITLE_COMPANY = "title_company"
    INSPECTOR = "inspector"
    APPRAISER = "appraiser"
    OTHER = "other"


PRINCIPALS: dict[Purpose, dict[PartyRole, Side]] = {
    Purpose.SALE: {PartyRole.SELLER: Side.OWNER, PartyRole.BUYER: Side.SEEKER},
    Purpose.LEASE: {PartyRole.LANDLORD: Side.OWNER, PartyRole.TENANT: Side.SEEKER},
}
PRINCIPAL_ROLES = frozenset(role for roles in PRINCIPALS.values() for role in roles)


class Party(Value):
    """A contact or a user of the agency in a role. Principals are always contacts."""

    role: PartyRole
    contact_id: UUID | None = None
    user: Line | None = None

    @model_validator(mode="after")
    def _one_identity(self) -> Self:
        if (self.contact_id is None) == (self.user is None):
            raise ValueError("a party is either a contact (contact_id) or a user (user)")
        if self.role in PRINCIPAL_ROLES and self.contact_id is None:
            raise ValueError(f"a {self.role} must be a contact (contact_id)")
        return self


class ContingencyKind(StrEnum):
    FINANCING = "financing"
    INSPECTION = "inspection"
    APPRAISAL = "appraisal"
    TITLE = "title"
    SALE_OF_HOME = "sale_of_home"
    OTHER = "other"


class ContingencyTerms(Value):
    """What must come true by the due date, that day included."""

    kind: ContingencyKind
    due_date: Day | None = None
    detail: Text = ""


class OfferTerms(Value):
    """What one version of an offer says. A lease's price is the rent of one month."""

    price: Money
    text: Text = ""
    contingencies: Annotated[tuple[ContingencyTerms, ...], Field(max_length=20)] = ()
    expires_at: Instant | None = None


class MilestonePlan(Value):
    """`responsible` is a role that somebody has in the deal."""

    title: Line
    due_date: Day
    responsible: PartyRole | None = None


class DealStatus(StrEnum):
    NEW = "new"
    OPEN = "open"
    OFFER_ACCEPTED = "offer_accepted"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class OfferStatus(StrEnum):
    """`lapsed`: the deal ended while the offer was open. `countered`: a later version stands."""

    OPEN = "open"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    LAPSED = "lapsed"


class MilestoneStatus(StrEnum):
    PENDING = "pending"
    MET = "met"
    MISSED = "missed"
    WAIVED = "waived"


class ContingencyStatus(StrEnum):
    OPEN = "open"
    SATISFIED = "satisfied"
    WAIVED = "waived"
    FAILED = "failed"
