"""The desk every command passes: roles, one decision, a second look when another was faster."""

from __future__ import annotations

import hashlib
from uuid import UUID

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from commands.base import Command
from commands.catalogue import HANDLERS
from commands.ledger import Deedbook, Ledger, Raced, Receipt, Signature
from domain.kernel import DomainError

ATTEMPTS = 12


class RoleMissing(DomainError):
    """None of your roles may do this."""

    code = "role_missing"


def handle(command: Command, store: Deedbook, signed: Signature) -> Receipt:
    """Carries the command out, once for each command id; the same id gives the same receipt.

    Raises a DomainError if a rule refuses it, StoreUnavailable if the store does not answer.
    """
    if not signed.roles & command.ROLES:
        needed = ", ".join(sorted(command.ROLES))
        raise RoleMissing(f"{type(command).__name__} needs one of the roles {needed}.")
    subject, mark = _subject(command), fingerprint(command)
    decide_again = Retrying(
        retry=retry_if_exception_type(Raced),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random_exponential(multiplier=0.002, max=0.1),
        reraise=True,
    )
    try:
        return decide_again(
            lambda: HANDLERS[type(command)](command, Ledger(store, signed, mark, subject))
        )
    except DomainError:
        if done := Ledger(store, signed, mark, subject).done():
            return done
        raise


def fingerprint(command: Command) -> bytes:
    """SHA-256 of what was asked, to tell a repeated command from another with its id."""
    return hashlib.sha256(f"{type(command).__name__}:{command.model_dump_json()}".encode()).digest()


def _subject(command: Command) -> UUID | None:
    """The record it changes: by convention the command's first field."""
    value = getattr(command, next(iter(type(command).model_fields)))
    return value if isinstance(value, UUID) else None
