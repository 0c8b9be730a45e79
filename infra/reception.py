"""Where both edges, HTTP and GraphQL, hand in a command."""

from __future__ import annotations

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

from commands.base import Command
from commands.desk import handle
from commands.ledger import Deedbook, Receipt, Signature

MOST_CALLERS = 128

_limiter: RunVar[CapacityLimiter] = RunVar("callers")


async def hand_in(command: Command, store: Deedbook, signed: Signature) -> Receipt:
    """Carries the command out in a thread, so that callers queue for one commit together."""
    return await to_thread.run_sync(handle, command, store, signed, limiter=_callers())


def _callers() -> CapacityLimiter:
    """One limit for each event loop."""
    limiter = _limiter.get(None)
    if limiter is None:
        limiter = CapacityLimiter(MOST_CALLERS)
        _limiter.set(limiter)
    return limiter
