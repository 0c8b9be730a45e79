"""The rules of properties, each by the name of its breach."""

from __future__ import annotations

from domain.kernel import DomainError


class PropertyAlreadyListed(DomainError):
    """A property is listed only once; relist it to bring it back."""

    code = "property_already_listed"


class PropertyNotListed(DomainError):
    """The property is not on the market, so this cannot be done."""

    code = "property_not_listed"


class PropertyNotDraft(DomainError):
    """Only a draft can be published."""

    code = "property_not_draft"


class PropertyStillListed(DomainError):
    """The property is still in draft or on the market, so it cannot be relisted."""

    code = "property_still_listed"


class PropertyAlreadyUnderOffer(DomainError):
    """Another deal already has the accepted offer for this property."""

    code = "property_already_under_offer"


class PropertyNotUnderOffer(DomainError):
    """No deal has an accepted offer for this property."""

    code = "property_not_under_offer"


class PropertyAlreadyPending(DomainError):
    """The deal on this property is pending, so its list price stands."""

    code = "property_already_pending"


class PropertyReservedByOtherDeal(DomainError):
    """The property is held for another deal."""

    code = "property_reserved_by_other_deal"


class PropertyHeldByDeal(DomainError):
    """A deal holds the property: close or cancel the deal first."""

    code = "property_held_by_deal"


class PropertyAlreadyClosed(DomainError):
    """The property is already sold or let; relist it first."""

    code = "property_already_closed"


class PropertyNotForSale(DomainError):
    """The property is offered for lease, so it cannot be sold."""

    code = "property_not_for_sale"


class PropertyNotForLease(DomainError):
    """The property is offered for sale, so it cannot be let."""

    code = "property_not_for_lease"


class PriceInOtherCurrency(DomainError):
    """The price must be in the currency of the list price."""

    code = "price_in_other_currency"


class PriceNotPositive(DomainError):
    """A price must be more than zero."""

    code = "price_not_positive"


class PhotoAlreadyAdded(DomainError):
    """The property already has a photo with these bytes."""

    code = "photo_already_added"


class PhotoNotThere(DomainError):
    """The property has no photo with these bytes."""

    code = "photo_not_there"


class TooManyPhotos(DomainError):
    """A property has at most 100 photos."""

    code = "too_many_photos"


class OwnerNamedTwice(DomainError):
    """An owner is named only once."""

    code = "owner_named_twice"


class ListingIdTaken(DomainError):
    """Another property of the agency has this MLS number."""

    code = "listing_id_taken"


class ListingIdNotHeld(DomainError):
    """Only the property that has the MLS number can give it back."""

    code = "listing_id_not_held"
