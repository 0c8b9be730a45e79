"""given facts, when a decision is asked for, then these facts (or this refusal)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID, uuid5

import pytest

from domain.kernel import Aggregate, DomainError, Fact

A = TypeVar("A", bound=Aggregate)
AGENCY = UUID("5d2c3a34-6a6e-4a53-9d0d-2f6c1a5b9e01")


@dataclass
class When(Generic[A]):
    state: A
    decide: Callable[[A], Sequence[Fact]]

    def then(self, *facts: Fact) -> None:
        decided = list(self.decide(self.state))
        assert decided == list(facts)
        for fact in decided:
            self.state = self.state.evolve(fact)

    def refused(self, error: type[DomainError]) -> None:
        with pytest.raises(error):
            self.decide(self.state)


@dataclass
class Given(Generic[A]):
    state: A

    def when(self, decide: Callable[[A], Sequence[Fact]]) -> When[A]:
        return When(self.state, decide)


def given(kind: type[A], *facts: Fact) -> Given[A]:
    """A stream of these facts, as if just loaded."""
    state = kind(id=uuid5(AGENCY, kind.__name__), agency=AGENCY)
    for fact in facts:
        state = state.evolve(fact)
    return Given(state.but(version=len(facts)))
