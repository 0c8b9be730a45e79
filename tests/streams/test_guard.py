"""The Kafka guard reaches into its libraries, so it works with exactly the versions it knows."""

from __future__ import annotations

import pytest

from streams import guard


def test_the_versions_installed_are_those_the_guard_knows() -> None:
    guard.check_versions()


def test_any_other_version_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(guard.PINNED, "aiokafka", "0.13.0")
    with pytest.raises(RuntimeError, match=r"'aiokafka': '0\.14\.0'"):
        guard.check_versions()
