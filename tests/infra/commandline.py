"""The command line as a person runs it: a process of its own, on the test's database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def environment(home: Path, **settings: str) -> dict[str, str]:
    """Nothing of the developer's own settings, and a home of the test's."""
    kept = {name: value for name, value in os.environ.items() if "DEEDBOOK" not in name}
    kept.pop("DATABASE_URL", None)
    ours = {f"DEEDBOOK_{name.upper()}": value for name, value in settings.items()}
    return {
        **kept,
        "PYTHONPATH": str(REPOSITORY),
        "COLUMNS": "100",
        "DEEDBOOK_HOME": str(home),
        **ours,
    }


def start(
    *words: str, cwd: Path, env: Mapping[str, str], stdout: int = subprocess.PIPE
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "infra.cli", *words],
        cwd=cwd,
        env=dict(env),
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(
    *words: str, cwd: Path, env: Mapping[str, str], seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    process = start(*words, cwd=cwd, env=env)
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return subprocess.CompletedProcess(words, process.returncode, out, err)
