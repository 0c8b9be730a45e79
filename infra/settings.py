"""Settings from the environment (DEEDBOOK_...) or a .env file; every one has a safe default."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """`database_url` empty means: start the embedded Postgres in `home`."""

    model_config = SettingsConfigDict(env_prefix="DEEDBOOK_", env_file=".env", extra="ignore")

    database_url: str = Field(
        default="", validation_alias=AliasChoices("DEEDBOOK_DATABASE_URL", "DATABASE_URL")
    )
    home: Path = Path(".deedbook")
    kafka: str = Field(default="", description="bootstrap servers; empty: the in-process runner")
    jwt_secret: SecretStr = SecretStr("")
    development: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    pool_size: int = 10
    body_limit: int = 1024 * 1024
    allowed_origins: tuple[str, ...] = ()
    most_lag: int = Field(default=10_000, description="facts behind, above which it is not ready")
    most_parked: int = Field(default=100, description="parked streams above which it is not ready")
    log_level: str = "INFO"


@lru_cache
def settings() -> Settings:
    return Settings()


def library_environment(dsn: str) -> dict[str, str]:
    """The event store library's own settings for a connection string."""
    parts: dict[str, Any] = conninfo_to_dict(dsn)
    return {
        "PERSISTENCE_MODULE": "infra.recorder:Factory",
        "POSTGRES_DSN": dsn,
        "POSTGRES_DBNAME": parts.get("dbname") or "postgres",
        "POSTGRES_HOST": parts.get("host") or "127.0.0.1",
        "POSTGRES_PORT": str(parts.get("port") or 5432),
        "POSTGRES_USER": parts.get("user") or "postgres",
        "POSTGRES_PASSWORD": parts.get("password") or "",
        "POSTGRES_POOL_SIZE": "2",
        "POSTGRES_MAX_OVERFLOW": "30",
        "POSTGRES_CONNECT_TIMEOUT": "5",
        "POSTGRES_IDLE_IN_TRANSACTION_SESSION_TIMEOUT": "60",
    }
