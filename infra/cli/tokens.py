"""`deedbook token`: who you are, signed, for development and for machines."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import typer

from commands.base import Role
from infra.auth import Identity, issue_token, token_secret
from infra.cli.parts import configured, out
from infra.demo import AGENCY


def token(
    user: Annotated[str, typer.Option(help="User id that goes under every change.")] = "developer",
    agency: Annotated[
        UUID, typer.Option(envvar="DEEDBOOK_AGENCY", help="Agency whose book is opened.")
    ] = AGENCY,
    role: Annotated[
        list[Role] | None, typer.Option(help="Repeat for several; agent and manager if none.")
    ] = None,
    hours: Annotated[int, typer.Option(min=1, max=24 * 365, help="How long it is good.")] = 12,
) -> None:
    """Print a token for the API: send it as `Authorization: Bearer TOKEN`."""
    roles = frozenset(role or (Role.AGENT, Role.MANAGER))
    secret = token_secret(configured())
    written = issue_token(Identity(agency, user, roles), secret, lasts=timedelta(hours=hours))
    out.print(written, soft_wrap=True)
