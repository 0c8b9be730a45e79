"""What each fact says in one English sentence. Personal values stay out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from domain.deals.parts import Party
from domain.kernel import Fact

LONGEST = 160


def sentence(fact: Fact) -> str:
    return SENTENCES[fact.NAME](fact)


def _words(term: str) -> str:
    return str(term).replace("_", " ")


def _list(terms: Iterable[str]) -> str:
    return ", ".join(map(_words, terms))


def _why(reason: str) -> str:
    """The reason behind a colon, cut where it gets long; nothing if there is none."""
    if not reason:
        return ""
    text = " ".join(reason.split())
    return ": " + (text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def _party(party: Party) -> str:
    return f"{_words(party.role)} {party.user or ''}".strip()


def _sought(fact: Any) -> str:
    wishes = fact.requirements
    spoken = [f"to {_words(wishes.purpose)}"]
    if wishes.budget_from:
        spoken.append(f"from {wishes.budget_from}")
    if wishes.budget_to:
        spoken.append(f"up to {wishes.budget_to}")
    if wishes.bedrooms_min is not None:
        spoken.append(f"at least {wishes.bedrooms_min} bedrooms")
    if wishes.property_types:
        spoken.append(_list(wishes.property_types))
    return "Requirements stated: " + ", ".join(spoken)


def _ends(fact: Any) -> str:
    return f"; expires {terms:%Y-%m-%d %H:%M} UTC" if (terms := fact.terms.expires_at) else ""


def _photos(count: int) -> str:
    return f" with {count} photo{'s' if count > 1 else ''}" if count else ""


CONTACTS: dict[str, Callable[[Any], str]] = {
    "contact.registered": lambda f: (
        f"Registered as {f.details.kind}"
        + (f" ({_list(f.details.roles)})" if f.details.roles else "")
    ),
    "contact.details_corrected": lambda f: (
        f"Details corrected; now {f.details.kind}"
        + (f" ({_list(f.details.roles)})" if f.details.roles else "")
    ),
    "contact.consent_given": lambda f: (
        f"Consent to {_words(f.consent.purpose)} given by {_words(f.consent.channel)}"
    ),
    "contact.consent_withdrawn": lambda f: (
        f"Consent to {_words(f.purpose)} withdrawn by {_words(f.channel)}"
    ),
    "contact.requirements_stated": _sought,
    "contact.assigned": lambda f: (
        f"Assigned to {f.agent}" + (f", until now with {f.previous}" if f.previous else "")
    ),
    "contact.unassigned": lambda f: f"No longer assigned to {f.previous}",
    "contact.interaction_noted": lambda f: (
        f"{_words(f.interaction.direction).capitalize()} {_words(f.interaction.kind)} noted: "
        f"{_words(f.interaction.outcome)}"
    ),
    "contact.archived": lambda f: f"Archived: {_words(f.reason)}",
    "contact.reactivated": lambda _: "Reactivated",
    "contact.merged": lambda f: f"Contact {f.duplicate_id} merged into {f.survivor_id}",
    "contact.unmerged": lambda f: f"Contact {f.duplicate_id} parted from {f.survivor_id} again",
    "email.claimed": lambda f: f"E-mail address claimed by contact {f.contact_id}",
    "email.released": lambda f: f"E-mail address given back by contact {f.contact_id}",
}
PROPERTIES: dict[str, Callable[[Any], str]] = {
    "property.listed": lambda f: (
        f"Listed {'as a draft ' if f.as_draft else ''}for {f.purpose} at {f.list_price}: "
        f"{_words(f.details.property_type)}, {f.address}{_photos(len(f.photos))}"
    ),
    "property.published": lambda _: "Published: on the market now",
    "property.described": lambda f: (
        "Description changed" if f.public_remarks else "Description removed"
    ),
    "property.repriced": lambda f: f"Price changed to {f.list_price}",
    "property.details_corrected": lambda f: (
        f"Details corrected: {_words(f.details.property_type)}"
        + (f", {f.details.living_area}" if f.details.living_area else "")
        + (f", {f.details.bedrooms_total} bedrooms" if f.details.bedrooms_total is not None else "")
    ),
    "property.address_corrected": lambda f: f"Address corrected to {f.address}",
    "property.listing_id_corrected": lambda f: (
        f"Listing id changed to {f.listing_id}" if f.listing_id else "Listing id removed"
    ),
    "property.owners_corrected": lambda f: (
        f"Owners set: {len(f.owner_ids)} contact{'s' if len(f.owner_ids) != 1 else ''}"
    ),
    "property.photo_added": lambda f: (
        "Photo added" + (f": {f.photo.caption}" if f.photo.caption else "")
    ),
    "property.photo_removed": lambda f: f"Photo {f.sha256[:12]} removed",
    "property.put_under_offer": lambda f: f"Under offer in deal {f.deal_id}",
    "property.released": lambda f: f"Back on the market: deal {f.deal_id} fell through",
    "property.went_pending": lambda _: "Pending: only closing remains",
    "property.sold": lambda f: f"Sold for {f.close_price} on {f.close_date}",
    "property.let": lambda f: f"Let for {f.close_price} from {f.close_date}",
    "property.withdrawn": lambda f: f"Withdrawn from the market{_why(f.reason)}",
    "property.expired": lambda _: "Listing expired",
    "property.relisted": lambda f: f"Relisted at {f.list_price}",
    "listing_id.claimed": lambda f: f"Listing id claimed by property {f.property_id}",
    "listing_id.released": lambda f: f"Listing id given back by property {f.property_id}",
}
DEALS: dict[str, Callable[[Any], str]] = {
    "deal.opened": lambda f: (
        f"Deal opened for {f.purpose} with {_list(party.role for party in f.parties)}"
    ),
    "deal.party_added": lambda f: f"Party added: {_party(f.party)}",
    "deal.party_removed": lambda f: f"Party removed, {_party(f.party)}{_why(f.reason)}",
    "deal.offer_made": lambda f: f"Offer of {f.terms.price} made by the {f.side}{_ends(f)}",
    "deal.offer_countered": lambda f: (
        f"Countered with {f.terms.price} by the {f.side} (version {f.version}){_ends(f)}"
    ),
    "deal.offer_accepted": lambda f: f"Offer of {f.price} accepted (version {f.version})",
    "deal.offer_declined": lambda f: f"Offer declined (version {f.version}){_why(f.reason)}",
    "deal.offer_withdrawn": lambda f: f"Offer withdrawn (version {f.version}){_why(f.reason)}",
    "deal.offer_expired": lambda f: f"Offer expired (version {f.version})",
    "deal.milestone_set": lambda f: f"Milestone set: {f.plan.title}, due {f.plan.due_date}",
    "deal.milestone_met": lambda f: f"Milestone met on {f.met_on}",
    "deal.milestone_missed": lambda f: f"Milestone missed{_why(f.reason)}",
    "deal.milestone_redated": lambda f: f"Milestone moved to {f.due_date}{_why(f.reason)}",
    "deal.milestone_waived": lambda f: f"Milestone waived{_why(f.reason)}",
    "deal.contingency_added": lambda f: (
        f"Contingency added: {_words(f.terms.kind)}"
        + (f", due {f.terms.due_date}" if f.terms.due_date else "")
    ),
    "deal.contingency_satisfied": lambda f: f"Contingency satisfied{_why(f.note)}",
    "deal.contingency_waived": lambda f: f"Contingency waived{_why(f.reason)}",
    "deal.contingency_failed": lambda f: f"Contingency failed{_why(f.reason)}",
    "deal.cancelled": lambda f: f"Deal cancelled{_why(f.reason)}",
    "deal.closed": lambda f: f"Deal closed at {f.close_price} on {f.close_date}",
}
VERIFICATIONS: dict[str, Callable[[Any], str]] = {
    "verification.requested": lambda f: (
        f"Verification of {_words(f.purpose)} requested: {_list(f.documents)}"
    ),
    "verification.document_submitted": lambda f: (
        f"Document submitted: {_words(f.document.kind)} ({f.document.media_type})"
    ),
    "verification.result_recorded": lambda f: (
        f"Documents read by {f.reading.reader} {f.reading.reader_version}: {f.reading.outcome}"
        + (f", score {f.reading.score:.2f}" if f.reading.score is not None else "")
    ),
    "verification.referred": lambda _: "Referred to a person",
    "verification.decided": lambda f: (
        f"Verification {f.decision}" + (f", valid until {f.valid_until}" if f.valid_until else "")
    ),
    "verification.expired": lambda _: "Verification expired",
    "verification.withdrawn": lambda _: "Verification withdrawn",
}
SENTENCES = CONTACTS | PROPERTIES | DEALS | VERIFICATIONS
