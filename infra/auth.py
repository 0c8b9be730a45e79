"""Who is asking: signed tokens (JWT, HS256) that carry agency, user and roles."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import jwt
from pydantic import ValidationError

from commands.base import Role
from commands.ledger import Signature
from domain.kernel import Value
from domain.values import Line
from infra.settings import Settings

ALGORITHM = "HS256"
PARTY = "deedbook"
SHORTEST_SECRET = 32
LEEWAY = timedelta(seconds=5)
A_WORKING_DAY = timedelta(hours=12)
CLAIMS = ["sub", "agency", "roles", "exp", "iat", "iss", "aud"]


class TokenRefused(Exception):
    """The token does not prove who is asking; the text says why and holds nothing secret."""


class SecretMissing(RuntimeError):
    """Without a good secret no token can be trusted, so nothing starts."""


class Asker(Protocol):
    """Whoever asks, as the edges know them."""

    @property
    def agency(self) -> UUID: ...
    @property
    def user(self) -> str: ...
    @property
    def roles(self) -> frozenset[Role]: ...


@dataclass(frozen=True)
class Identity:
    agency: UUID
    user: str
    roles: frozenset[Role]


class Claims(Value):
    """The part of a token that is ours."""

    sub: Line
    agency: UUID
    roles: tuple[Role, ...]


def issue_token(identity: Identity, secret: str, *, lasts: timedelta = A_WORKING_DAY) -> str:
    """A token for this user until `lasts` from now."""
    now = datetime.now(UTC)
    claims = {
        "sub": identity.user,
        "agency": str(identity.agency),
        "roles": sorted(identity.roles),
        "iat": now,
        "exp": now + lasts,
        "iss": PARTY,
        "aud": PARTY,
    }
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def read_token(token: str, secret: str) -> Identity:
    """Who the token says it is. Raises TokenRefused."""
    claims = _verified(token, secret)
    try:
        ours = Claims.model_validate({name: claims[name] for name in Claims.model_fields})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise TokenRefused(
            f"The token's claim {first['loc'][0]} is wrong: {first['msg']}."
        ) from None
    return Identity(ours.agency, ours.sub, frozenset(ours.roles))


def sign(
    asker: Asker,
    command_id: UUID,
    correlation: UUID,
    *,
    cause: UUID | None = None,
    expected_version: int | None = None,
) -> Signature:
    """What the ledger writes under a command of this user."""
    return Signature(
        agency=asker.agency,
        by=asker.user,
        command_id=command_id,
        correlation=correlation,
        roles=frozenset(asker.roles),
        cause=cause,
        expected_version=expected_version,
    )


def token_secret(settings: Settings) -> str:
    """The configured secret; in development one made once and kept. Raises SecretMissing."""
    secret = settings.jwt_secret.get_secret_value()
    if not secret and settings.development:
        secret = _kept(settings.home / "jwt-secret")
    if len(secret.encode()) >= SHORTEST_SECRET:
        return secret
    wrong = "is shorter than 32 bytes" if secret else "is not set"
    raise SecretMissing(
        f"DEEDBOOK_JWT_SECRET {wrong}. Set it to a random text that all processes share, "
        "for example the output of: openssl rand -hex 32"
    )


def _verified(token: str, secret: str) -> dict[str, Any]:
    try:
        return jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=PARTY,
            issuer=PARTY,
            leeway=LEEWAY,
            options={"require": CLAIMS},
        )
    except jwt.ExpiredSignatureError:
        raise TokenRefused("The token has expired: get a new one.") from None
    except jwt.MissingRequiredClaimError as error:
        raise TokenRefused(f"The token has no claim {error.claim}.") from None
    except jwt.InvalidSignatureError:
        raise TokenRefused("The token was not signed with this server's secret.") from None
    except (jwt.InvalidTokenError, RecursionError) as error:
        raise TokenRefused(f"The token is not valid: {error}.") from None


def _kept(path: Path) -> str:
    """A secret that survives restarts and that processes starting together agree on."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text("ascii").strip()
