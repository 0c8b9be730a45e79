"""The rules of a verification that can be broken."""

from __future__ import annotations

from domain.kernel import DomainError


class VerificationNotRequested(DomainError):
    """This verification was never requested."""

    code = "verification_not_requested"


class VerificationAlreadyRequested(DomainError):
    """A verification with this id was requested before."""

    code = "verification_already_requested"


class VerificationAlreadyDecided(DomainError):
    """A person has already decided: request a new verification."""

    code = "verification_already_decided"


class VerificationHasExpired(DomainError):
    """The verification has expired: request a new one."""

    code = "verification_has_expired"


class VerificationIsWithdrawn(DomainError):
    """The verification was withdrawn: request a new one."""

    code = "verification_is_withdrawn"


class VerificationNotApproved(DomainError):
    """Only an approved verification can expire."""

    code = "verification_not_approved"


class VerificationStillValid(DomainError):
    """An approval expires only after its last day; without one it does not expire."""

    code = "verification_still_valid"


class DocumentAlreadySubmitted(DomainError):
    """The very same document was submitted before."""

    code = "document_already_submitted"


class NoDocumentSubmitted(DomainError):
    """There is no document yet that a result could be about."""

    code = "no_document_submitted"


class NothingToDecideOn(DomainError):
    """A decision needs a result on all documents, or that a person was asked to look."""

    code = "nothing_to_decide_on"


class RejectionHasNoValidity(DomainError):
    """Only an approval can be valid until a day."""

    code = "rejection_has_no_validity"


class ValidityInPast(DomainError):
    """An approval must be valid today at least."""

    code = "validity_in_past"
