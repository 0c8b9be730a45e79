"""Deals as they stand: the board, offers, milestones and contingencies."""

from __future__ import annotations

from projections.deals.board import FACTS, project

__all__ = ["FACTS", "project"]
