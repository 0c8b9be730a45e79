"""The demo: real homes, made-up clients, and the whole way from command to explained match."""

from __future__ import annotations

from uuid import NAMESPACE_DNS, uuid5

AGENCY = uuid5(NAMESPACE_DNS, "agency.deedbook.example")
"""The agency where none is named: that of the demo and of development."""


class Broken(Exception):
    """The demo cannot go on; the text says why."""
