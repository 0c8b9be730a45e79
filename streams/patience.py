"""Trying again: what follows the store never gives up, and says so each time it has to wait."""

from __future__ import annotations

import logging

from tenacity import (
    AsyncRetrying,
    before_sleep_log,
    retry_if_exception_type,
    wait_exponential_jitter,
)


def for_ever(log: logging.Logger, most_seconds: float = 5) -> AsyncRetrying:
    """Attempts with growing pauses until one works. Any error is waited out, loudly."""
    return AsyncRetrying(
        retry=retry_if_exception_type(Exception),
        wait=wait_exponential_jitter(multiplier=0.1, max=most_seconds, jitter=0.2),
        before_sleep=before_sleep_log(log, logging.WARNING),
    )
