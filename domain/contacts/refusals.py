"""The rules that can say no to a change of a contact."""

from __future__ import annotations

from domain.kernel import DomainError


class ContactAlreadyRegistered(DomainError):
    """A contact with this id is registered already, with other details."""

    code = "contact_already_registered"


class ContactNameless(DomainError):
    """A person needs a given or a family name, a company its organization name."""

    code = "contact_nameless"


class ContactUnreachable(DomainError):
    """A contact needs an e-mail address or a phone number."""

    code = "contact_unreachable"


class ContactIsArchived(DomainError):
    """The contact is archived: reactivate it before changing it."""

    code = "contact_is_archived"


class ContactNotArchived(DomainError):
    """Only an archived contact can be reactivated."""

    code = "contact_not_archived"


class ContactMerged(DomainError):
    """The contact was merged into another one: change that one, or unmerge them first."""

    code = "contact_merged"


class ContactNotMerged(DomainError):
    """The second contact is not merged into the first one."""

    code = "contact_not_merged"


class ContactMergedWithItself(DomainError):
    """A contact cannot be merged with itself."""

    code = "contact_merged_with_itself"


class ContactHasMerged(DomainError):
    """The duplicate has other contacts merged into it: unmerge those first."""

    code = "contact_has_merged"


class ConsentNotGiven(DomainError):
    """Consent that was not given by then cannot be withdrawn."""

    code = "consent_not_given"


class NotYetHappened(DomainError):
    """The time lies in the future: note it once it has happened."""

    code = "not_yet_happened"


class EmailTaken(DomainError):
    """Another contact of this agency has this e-mail address."""

    code = "email_taken"
