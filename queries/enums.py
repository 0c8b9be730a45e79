"""The domain's closed lists of words as GraphQL enums, for queries and mutations alike."""

from __future__ import annotations

from enum import StrEnum

import strawberry

import domain.catalogue  # noqa: F401

CLEARER = {
    ("contacts", "Direction"): "InteractionDirection",
    ("contacts", "Outcome"): "InteractionOutcome",
    ("deals", "Side"): "DealSide",
    ("properties", "Status"): "PropertyStatus",
    ("terms", "Condition"): "PropertyCondition",
    ("verifications", "Decision"): "VerificationDecision",
    ("verifications", "Severity"): "FindingSeverity",
}
"""Names that say too little outside of their context; the others are called as in the domain."""


def name_of(kind: type[StrEnum]) -> str:
    context = kind.__module__.split(".")[1]
    return CLEARER.get((context, kind.__name__), kind.__name__)


for _kind in StrEnum.__subclasses__():
    if _kind.__module__.startswith("domain."):
        strawberry.enum(_kind, name=name_of(_kind), description=_kind.__doc__)
