"""The rules of a deal that can be broken."""

from __future__ import annotations

from domain.deals.parts import DealStatus
from domain.kernel import DomainError


class DealNotOpened(DomainError):
    """This deal was never opened."""

    code = "deal_not_opened"


class DealAlreadyOpened(DomainError):
    """A deal with this id was opened before."""

    code = "deal_already_opened"


class DealIsClosed(DomainError):
    """The deal is closed: nothing in it changes any more."""

    code = "deal_is_closed"


class DealIsCancelled(DomainError):
    """The deal is cancelled: nothing in it changes any more."""

    code = "deal_is_cancelled"


class SideNeedsParty(DomainError):
    """A sale needs a seller and a buyer, a lease a landlord and a tenant, at all times."""

    code = "side_needs_party"


class RoleOutsidePurpose(DomainError):
    """A sale has no landlord or tenant, a lease no seller or buyer."""

    code = "role_outside_purpose"


class PartyOnBothSides(DomainError):
    """The same contact cannot stand on both sides of a deal."""

    code = "party_on_both_sides"


class PartyAlreadyInDeal(DomainError):
    """This party already has this role in the deal."""

    code = "party_already_in_deal"


class PartyNotInDeal(DomainError):
    """This party does not have this role in the deal."""

    code = "party_not_in_deal"


class PartyHasOffer(DomainError):
    """A party with an open or accepted offer stays in the deal."""

    code = "party_has_offer"


class ContactNotPrincipal(DomainError):
    """Only a seller, buyer, landlord or tenant of this deal can make or answer an offer."""

    code = "contact_not_principal"


class OfferAlreadyMade(DomainError):
    """An offer with this id was made before in this deal."""

    code = "offer_already_made"


class OfferNotInDeal(DomainError):
    """There is no such offer in this deal."""

    code = "offer_not_in_deal"


class OfferNotOpen(DomainError):
    """The offer was already accepted, declined, withdrawn or has expired."""

    code = "offer_not_open"


class OfferNotYoursToAnswer(DomainError):
    """Only the side that received the last version may accept, decline or counter it."""

    code = "offer_not_yours_to_answer"


class OfferNotYoursToWithdraw(DomainError):
    """Only the contact that made the last version may withdraw it."""

    code = "offer_not_yours_to_withdraw"


class OfferHasExpired(DomainError):
    """The time to answer this offer is over."""

    code = "offer_has_expired"


class OfferNotYetExpired(DomainError):
    """An offer expires only after the time it names."""

    code = "offer_not_yet_expired"


class OfferExpiresInPast(DomainError):
    """A new offer must expire later than now."""

    code = "offer_expires_in_past"


class OfferWithoutPrice(DomainError):
    """An offer needs a price above zero."""

    code = "offer_without_price"


class CurrencyOutsideDeal(DomainError):
    """All amounts of a deal are in the deal's currency."""

    code = "currency_outside_deal"


class AnotherOfferAccepted(DomainError):
    """An offer is already accepted in this deal."""

    code = "another_offer_accepted"


class NoOfferAccepted(DomainError):
    """A deal closes only on an accepted offer."""

    code = "no_offer_accepted"


class MilestoneAlreadySet(DomainError):
    """A milestone with this id was set before in this deal."""

    code = "milestone_already_set"


class MilestoneNotInDeal(DomainError):
    """There is no such milestone in this deal."""

    code = "milestone_not_in_deal"


class MilestoneNotPending(DomainError):
    """The milestone was already met, missed or waived."""

    code = "milestone_not_pending"


class MilestoneNotOverdue(DomainError):
    """A milestone is missed only after its due date."""

    code = "milestone_not_overdue"


class RoleNotFilled(DomainError):
    """Nobody has the responsible role in this deal."""

    code = "role_not_filled"


class ContingencyAlreadyAdded(DomainError):
    """A contingency with this id was added before in this deal."""

    code = "contingency_already_added"


class ContingencyNotInDeal(DomainError):
    """There is no such contingency in this deal."""

    code = "contingency_not_in_deal"


class ContingencyNotOpen(DomainError):
    """The contingency was already satisfied, waived or has failed."""

    code = "contingency_not_open"


class MilestonesUnsettled(DomainError):
    """Before closing, every milestone must be met or waived."""

    code = "milestones_unsettled"


class ContingenciesUnsettled(DomainError):
    """Before closing, every contingency must be satisfied or waived."""

    code = "contingencies_unsettled"


class DateInFuture(DomainError):
    """What has happened cannot lie in the future."""

    code = "date_in_future"


IMMUTABLE: dict[DealStatus, type[DomainError]] = {
    DealStatus.NEW: DealNotOpened,
    DealStatus.CLOSED: DealIsClosed,
    DealStatus.CANCELLED: DealIsCancelled,
}
