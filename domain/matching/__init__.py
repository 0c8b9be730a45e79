"""Matching: which homes suit a client, how well, and why. Pure; none of it is a fact."""

from domain.matching.checks import CHECKS, Check, Unmet, passes, unmet
from domain.matching.features import DATED, DERIVED, dated, has, tags
from domain.matching.parts import PARTS, WEIGHTS
from domain.matching.points import RANKER, PointRanker
from domain.matching.sentences import sentence
from domain.matching.values import (
    Grade,
    Home,
    Match,
    Number,
    Ranker,
    Reason,
    Side,
    Wish,
    reach_km,
)

__all__ = [
    "CHECKS",
    "DATED",
    "DERIVED",
    "PARTS",
    "RANKER",
    "WEIGHTS",
    "Check",
    "Grade",
    "Home",
    "Match",
    "Number",
    "PointRanker",
    "Ranker",
    "Reason",
    "Side",
    "Unmet",
    "Wish",
    "dated",
    "has",
    "passes",
    "reach_km",
    "sentence",
    "tags",
    "unmet",
]
