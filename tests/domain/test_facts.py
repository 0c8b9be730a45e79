"""Laws every fact obeys, whatever the context."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as some

from commands.ledger import FactMapper
from domain.catalogue import FACTS
from domain.kernel import Fact
from streams.envelope import Envelope
from tests.facts import recorded

CORPUS = Path(__file__).parent.parent / "corpus"
MAPPER = FactMapper(JSONTranscoder())
KINDS = pytest.mark.parametrize("kind", FACTS.values(), ids=FACTS.keys())
SHAPES = sorted(CORPUS.glob("*.json"))


@KINDS
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@for_all(data=some.data())
def test_every_fact_survives_the_store_and_the_stream(
    kind: type[Fact], data: some.DataObject
) -> None:
    step = data.draw(recorded(kind))
    stored = MAPPER.to_stored_event(cast("DomainEventProtocol[UUID]", step))
    assert MAPPER.to_domain_event(stored) == step.but(position=0)
    message = Envelope.of(step).model_dump_json()
    assert Envelope.model_validate_json(message).recorded() == step


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.stem for shape in SHAPES])
def test_every_shape_ever_stored_still_loads(shape: Path) -> None:
    name, _, version = shape.stem.rpartition(".v")
    for example in json.loads(shape.read_text("utf-8")):
        assert isinstance(FACTS[name].read(example, int(version)), FACTS[name])


def test_the_corpus_has_todays_shape_of_every_fact() -> None:
    missing = {f"{name}.v{kind.VERSION}" for name, kind in FACTS.items()} - {
        shape.stem for shape in SHAPES
    }
    assert not missing, f"run `python -m tests.corpus.grow` to add {sorted(missing)}"
