"""Who a contact is, what they agreed to, and how one spoke with them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator

from domain.kernel import Personal, Value
from domain.values import Email, Instant, Language, Line, Phone, Text


class ContactKind(StrEnum):
    PERSON = "person"
    COMPANY = "company"


class ContactRole(StrEnum):
    """RESO ContactType, as far as an agency deals with them."""

    BUYER = "buyer"
    SELLER = "seller"
    TENANT = "tenant"
    LANDLORD = "landlord"


def _in_order(roles: tuple[ContactRole, ...]) -> tuple[ContactRole, ...]:
    return tuple(role for role in ContactRole if role in roles)


class ContactDetails(Value):
    """Who a contact is; a company may name its person, a person their company."""

    kind: ContactKind = ContactKind.PERSON
    given_name: Annotated[Line | None, Personal] = None
    family_name: Annotated[Line | None, Personal] = None
    organization_name: Annotated[Line | None, Personal] = None
    roles: Annotated[tuple[ContactRole, ...], AfterValidator(_in_order)] = ()
    email: Annotated[Email | None, Personal] = None
    phone: Annotated[Phone | None, Personal] = None
    language: Language | None = None

    @property
    def name(self) -> str:
        """As a person reads it; empty if there is none."""
        person = " ".join(filter(None, (self.given_name, self.family_name)))
        if self.kind is ContactKind.COMPANY:
            return self.organization_name or ""
        return person


class ConsentPurpose(StrEnum):
    MARKETING = "marketing"
    DATA_PROCESSING = "data_processing"


class ConsentChannel(StrEnum):
    """How a client said yes or no."""

    WEB_FORM = "web_form"
    EMAIL = "email"
    PHONE = "phone"
    IN_PERSON = "in_person"
    LETTER = "letter"


class Consent(Value):
    """What a client agreed to, when and how."""

    purpose: ConsentPurpose
    given_at: Instant
    channel: ConsentChannel


class InteractionKind(StrEnum):
    CALL = "call"
    MAIL = "mail"
    VISIT = "visit"
    OTHER = "other"


class Direction(StrEnum):
    """INBOUND: the client came to the agency."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Outcome(StrEnum):
    REACHED = "reached"
    NOT_REACHED = "not_reached"
    MESSAGE_LEFT = "message_left"
    CALLBACK_WANTED = "callback_wanted"
    APPOINTMENT_MADE = "appointment_made"
    INTERESTED = "interested"
    NOT_INTERESTED = "not_interested"
    OTHER = "other"


class Interaction(Value):
    """One exchange with a client; `at` is when it took place."""

    kind: InteractionKind
    direction: Direction
    outcome: Outcome
    at: Instant
    note: Annotated[Text, Personal] = ""


class ArchiveReason(StrEnum):
    DEAL_DONE = "deal_done"
    WENT_ELSEWHERE = "went_elsewhere"
    NO_LONGER_LOOKING = "no_longer_looking"
    UNREACHABLE = "unreachable"
    ASKED_FOR_IT = "asked_for_it"
    DUPLICATE = "duplicate"
    OTHER = "other"
