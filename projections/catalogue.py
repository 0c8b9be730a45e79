"""Every projection: its name, the facts it wants, its function and its tables. Read this first."""

from __future__ import annotations

from domain.matching import RANKER
from projections import contacts, deals, history, matching, properties, verifications
from projections.base import Projection

PROJECTIONS: dict[str, Projection] = {
    each.name: each
    for each in (
        Projection("contact_board", contacts.FACTS, contacts.project, "contacts.sql"),
        Projection("property_board", properties.FACTS, properties.project, "properties.sql"),
        Projection("history", history.FACTS, history.project, "history.sql"),
        Projection("deal_board", deals.FACTS, deals.project, "deals.sql"),
        Projection(
            "verification_board", verifications.FACTS, verifications.project, "verifications.sql"
        ),
        Projection(
            "matches",
            matching.FACTS,
            matching.project,
            "matching.sql",
            settle=matching.settling(RANKER),
        ),
    )
}
