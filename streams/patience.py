"""Trying again: what follows the store never gives up, and says so each time it has to wait."""

from __future__ import annotations

import logging

from tenacity import (
    AsyncRetrying,
    before_sleep_log,
    retry_if_exception,
    wait_exponential_jitter,
)


def for_ever(
    log: logging.Logger, unless: type[Exception] | tuple[type[Exception], ...] = ()
) -> AsyncRetrying:
    """Attempts with growing pauses until one works. Errors are waited out, loudly."""
    return AsyncRetrying(
        retry=retry_if_exception(
            lambda error: isinstance(error, Exception) and not isinstance(error, unless)
        ),
        wait=wait_exponential_jitter(multiplier=0.1, max=5, jitter=0.2),
        before_sleep=before_sleep_log(log, logging.WARNING),
        reraise=True,
    )
