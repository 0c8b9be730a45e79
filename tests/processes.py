"""The system's own processes, started for a test and gone with it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import pytest

PROJECT = Path(__file__).parents[1]
PR_SET_PDEATHSIG = 1
STARTER = f"""
import ctypes, runpy, sys
ctypes.CDLL(None).prctl({PR_SET_PDEATHSIG}, {int(signal.SIGKILL)})
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def needs_java() -> None:
    """Without Java or Maven there is no broker: the test is skipped, but not in CI."""
    missing = [name for name in ("java", "mvn") if shutil.which(name) is None]
    if missing and os.environ.get("CI") != "true":
        pytest.skip(f"not installed: {', '.join(missing)}")


class Process:
    """`python -m module` with these settings; its log is a file."""

    def __init__(self, module: str, log: Path, **environment: str) -> None:
        self.module = module
        self.log = log
        self.environment = os.environ | environment
        self.popen: subprocess.Popen[bytes] | None = None
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> Self:
        self._file = self.log.open("ab")
        self.popen = subprocess.Popen(
            [sys.executable, "-c", STARTER, *self.module.split()],
            cwd=PROJECT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=subprocess.STDOUT,
        )
        return self

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self, within: float = 15.0) -> int:
        """SIGTERM; its exit code. kill -9 if that is not obeyed."""
        try:
            return self._end(signal.SIGTERM, within)
        except subprocess.TimeoutExpired:
            return self._end(signal.SIGKILL)

    @property
    def exited(self) -> int | None:
        return self.popen.poll() if self.popen else 0

    def _end(self, how: signal.Signals, within: float = 10.0) -> int:
        if self.popen is None:
            return 0
        self.popen.send_signal(how)
        code = self.popen.wait(within)
        self.popen = None
        if self._file:
            self._file.close()
        return code


def eventually(holds: Callable[[], bool], within: float = 60.0) -> None:
    """Returns as soon as it holds; TimeoutError names what did not."""
    deadline = time.monotonic() + within
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{getattr(holds, '__name__', holds)} does not hold after {within}s")
        time.sleep(0.05)
