"""The first ranker: a weighted closeness whose every point can be traced to a part."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar
from uuid import UUID

from domain.matching.checks import passes
from domain.matching.parts import PARTS, WEIGHTS
from domain.matching.values import Grade, Home, Match, Ranker, Reason, Wish

T = TypeVar("T")

UNTOLD = 50.0


@dataclass(frozen=True)
class PointRanker:
    """Weights are shared among the parts that the client and the home tell something about."""

    weights: Mapping[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    name: str = "points"
    version: int = 1

    def __post_init__(self) -> None:
        if abs(sum(self.weights.values()) - 1) > 1e-9 or not set(self.weights) <= set(PARTS):
            raise ValueError(f"weights must be of {sorted(PARTS)} and sum to 1: {self.weights}")

    def rank(self, wish: Wish, homes: Iterable[Home]) -> list[Match]:
        fitting = (self.judge(wish, home) for home in homes if passes(wish, home))
        return sorted(fitting, key=_best(lambda match: match.property_id))

    def rank_clients(self, home: Home, wishes: Iterable[Wish]) -> list[Match]:
        fitting = (self.judge(wish, home) for wish in wishes if passes(wish, home))
        return sorted(fitting, key=_best(lambda match: match.contact_id))

    def judge(self, wish: Wish, home: Home) -> Match:
        """Score and reasons, whether or not the home fits; 50 points if nothing can be told."""
        grades = {name: tuple(part(wish, home)) for name, part in PARTS.items()}
        told = sum(self.weights.get(name, 0.0) for name, found in grades.items() if found)
        reasons = tuple(
            chain.from_iterable(
                _weighed(found, self.weights.get(name, 0.0) / (told or 1))
                for name, found in grades.items()
                if found
            )
        )
        score = 100 * sum(each.weight * each.value for each in reasons) if told else UNTOLD
        return Match(wish.id, home.id, round(score, 2), reasons)


def _weighed(grades: tuple[Grade, ...], weight: float) -> Iterable[Reason]:
    """The grades of one part share its weight."""
    share = round(weight / len(grades), 6)
    for part, value, about, numbers in grades:
        yield Reason(part, about, round(value, 4), share, numbers)


def _best(by: Callable[[Match], UUID]) -> Callable[[Match], tuple[float, UUID]]:
    return lambda match: (-match.score, by(match))


RANKER: Ranker = PointRanker()
