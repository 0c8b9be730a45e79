"""JSON log lines that say for whom they were written. Bodies and tokens are never logged."""

from __future__ import annotations

import logging
import sys
from contextvars import ContextVar
from uuid import UUID

from pythonjsonlogger.json import JsonFormatter

from infra.auth import Identity

CORRELATION: ContextVar[UUID | None] = ContextVar("correlation", default=None)
ASKER: ContextVar[Identity | None] = ContextVar("asker", default=None)


class Bearings(logging.Filter):
    """Adds correlation id, agency and user to each line."""

    def filter(self, record: logging.LogRecord) -> bool:
        if correlation := CORRELATION.get():
            record.correlation = str(correlation)
        if asker := ASKER.get():
            record.agency = str(asker.agency)
            record.user = asker.user
        return True


def formatter() -> logging.Formatter:
    return JsonFormatter(
        ["levelname", "name", "message"],
        rename_fields={"levelname": "level", "name": "logger"},
        timestamp="at",
    )


def write_json_logs(level: str = "INFO") -> None:
    """All logs of this process as JSON on stderr; requests are logged by us, not by uvicorn."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter())
    handler.addFilter(Bearings())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = name != "uvicorn.access"
