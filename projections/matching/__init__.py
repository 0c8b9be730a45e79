"""Matches: every home that passes a client's hard requirements, with its score and reasons.

`project` keeps the current state of homes and wishes; `settle` scores again what changed.
"""

from projections.matching.settling import settling
from projections.matching.states import FACTS, project

__all__ = ["FACTS", "project", "settling"]
