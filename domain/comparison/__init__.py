"""Comparison: two to five homes for a client, or clients for a home, as a table and in words."""

from domain.comparison.clients import compare_clients
from domain.comparison.homes import compare_homes
from domain.comparison.table import (
    Better,
    Cell,
    ComparedTwice,
    Comparison,
    ComparisonSize,
    Named,
    Row,
    Standing,
    check_named,
)

__all__ = [
    "Better",
    "Cell",
    "ComparedTwice",
    "Comparison",
    "ComparisonSize",
    "Named",
    "Row",
    "Standing",
    "check_named",
    "compare_clients",
    "compare_homes",
]
