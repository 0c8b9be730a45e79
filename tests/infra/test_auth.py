"""Tokens: what they prove, and every way they can fail to."""

from __future__ import annotations

import base64
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
from pydantic import SecretStr

from commands.base import Role
from infra.auth import Identity, SecretMissing, TokenRefused, issue_token, read_token, token_secret
from infra.settings import Settings

SECRET = "0123456789abcdef0123456789abcdef"
ANNA = Identity(uuid4(), "anna", frozenset({Role.AGENT, Role.AUDITOR}))


def claims(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    whole = {
        "sub": "anna",
        "agency": str(ANNA.agency),
        "roles": ["agent"],
        "iat": now,
        "exp": now + timedelta(hours=1),
        "iss": "deedbook",
        "aud": "deedbook",
    }
    return {name: value for name, value in (whole | changes).items() if value is not None}


def test_a_token_says_who_asks() -> None:
    assert read_token(issue_token(ANNA, SECRET), SECRET) == ANNA


def test_an_old_token_is_refused() -> None:
    token = issue_token(ANNA, SECRET, lasts=timedelta(minutes=-1))
    with pytest.raises(TokenRefused, match="expired"):
        read_token(token, SECRET)


def test_a_token_of_another_secret_is_refused() -> None:
    with pytest.raises(TokenRefused, match="not signed with this server's secret"):
        read_token(issue_token(ANNA, SECRET[::-1]), SECRET)


@pytest.mark.parametrize("claim", ["sub", "agency", "roles", "exp", "iat", "iss", "aud"])
def test_a_token_without_a_claim_is_refused_by_the_claims_name(claim: str) -> None:
    token = jwt.encode(claims(**{claim: None}), SECRET, algorithm="HS256")
    with pytest.raises(TokenRefused, match=claim):
        read_token(token, SECRET)


@pytest.mark.parametrize(
    "changes",
    [
        {"agency": "none"},
        {"agency": 7},
        {"roles": "manager"},
        {"roles": ["owner"]},
        {"sub": ""},
        {"sub": "a\u202eb"},
        {"sub": "\ud800"},
        {"sub": "a" * 201},
        {"iss": "somebody"},
        {"aud": "something"},
        {"iat": datetime.now(UTC) + timedelta(hours=1)},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_claim_is_refused(changes: dict[str, Any]) -> None:
    token = jwt.encode(claims(**changes), SECRET, algorithm="HS256")
    with pytest.raises(TokenRefused):
        read_token(token, SECRET)


def test_an_unsigned_token_is_refused() -> None:
    with pytest.raises(TokenRefused):
        read_token(jwt.encode(claims(), "", algorithm="none"), SECRET)


@pytest.mark.parametrize("header", ["[" * 3000, "\xff", "7", json.dumps({"alg": "HS256"}), ""])
def test_no_text_is_more_than_refused(header: str) -> None:
    token = base64.urlsafe_b64encode(header.encode("latin-1")).decode() + ".e30.x"
    with pytest.raises(TokenRefused):
        read_token(token, SECRET)


def configured(folder: Path, secret: str = "", development: bool = True) -> Settings:
    return Settings(home=folder, jwt_secret=SecretStr(secret), development=development)


def test_development_makes_a_secret_once_and_keeps_it_to_itself(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(lambda _: token_secret(configured(home)), range(16)))
    assert len(secrets) == 1
    assert len(secrets.pop()) == 64
    assert [each.name for each in home.iterdir()] == ["jwt-secret"]
    assert stat.S_IMODE((home / "jwt-secret").stat().st_mode) == 0o600


def test_production_without_a_secret_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(SecretMissing, match="DEEDBOOK_JWT_SECRET is not set"):
        token_secret(configured(tmp_path, development=False))


@pytest.mark.parametrize("development", [True, False])
def test_a_short_secret_does_not_start(tmp_path: Path, development: bool) -> None:
    with pytest.raises(SecretMissing, match="shorter than 32 bytes"):
        token_secret(configured(tmp_path, "a" * 31, development))


def test_a_configured_secret_is_used(tmp_path: Path) -> None:
    assert token_secret(configured(tmp_path, SECRET)) == SECRET
