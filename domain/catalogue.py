"""Every context, so that every stored name can be read back. Import this before reading facts."""

from __future__ import annotations

from domain import contacts, deals, properties, verifications
from domain.kernel import FACTS

__all__ = ["FACTS", "contacts", "deals", "properties", "verifications"]
