"""Why a reader gets no answer. Edges turn `code` into their errors."""

from __future__ import annotations

from domain.kernel import DomainError


class Invalid(DomainError):
    """What was asked for makes no sense; the message says which part."""

    code = "invalid"


class Forbidden(DomainError):
    """Only agents, managers, auditors and services of an agency may read its book."""

    code = "forbidden"


class NotYet(DomainError):
    """The read model has not come to this position in time: ask again."""

    code = "not_yet"
