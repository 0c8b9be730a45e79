"""Everything that can be seen: one base class for each context."""

from __future__ import annotations

import strawberry

from queries.comparison import ComparisonQueries
from queries.contacts import ContactQueries, ContactSubscriptions
from queries.deals import DealQueries, DealSubscriptions
from queries.history import HistoryQueries
from queries.matching import MatchingQueries, MatchingSubscriptions
from queries.properties import PropertyQueries, PropertySubscriptions
from queries.verifications import VerificationQueries, VerificationSubscriptions


@strawberry.type(description="What can be seen of one agency's book.")
class Query(
    ContactQueries,
    PropertyQueries,
    DealQueries,
    VerificationQueries,
    MatchingQueries,
    ComparisonQueries,
    HistoryQueries,
):
    pass


@strawberry.type(description="What is pushed as it changes.")
class Subscription(
    ContactSubscriptions,
    PropertySubscriptions,
    DealSubscriptions,
    VerificationSubscriptions,
    MatchingSubscriptions,
):
    pass
