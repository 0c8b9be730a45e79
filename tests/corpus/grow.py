"""Adds what the corpus lacks: examples of every fact's shape, and the list of stored names.

    python -m tests.corpus.grow

It never changes or removes what is there: a shape that was stored once must load for ever.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import given as for_all

from domain.catalogue import FACTS
from domain.kernel import Fact
from tests.facts import facts

FOLDER = Path(__file__).parent
NAMES = FOLDER / "stored_names.txt"
EXAMPLES = 5


def examples(kind: type[Fact]) -> list[Any]:
    """A few facts of this kind as the store keeps them."""
    found: list[Any] = []

    @seed(1)
    @settings(
        max_examples=30,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @for_all(facts(kind))
    def collect(fact: Fact) -> None:
        found.append(json.loads(fact.model_dump_json()))

    collect()
    return sorted(found, key=lambda each: len(json.dumps(each)))[:: max(1, 30 // EXAMPLES)]


def main() -> None:
    for name, kind in FACTS.items():
        shape = FOLDER / f"{name}.v{kind.VERSION}.json"
        if not shape.exists():
            text = json.dumps(examples(kind), indent=1, ensure_ascii=False)
            shape.write_text(text + "\n", "utf-8")
    known = NAMES.read_text("utf-8").splitlines() if NAMES.exists() else []
    today = {f"{name} {kind.context()}" for name, kind in FACTS.items()}
    NAMES.write_text("\n".join(sorted({*known, *today})) + "\n", "utf-8")


if __name__ == "__main__":
    with warnings.catch_warnings():
        main()
