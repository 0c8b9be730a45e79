"""However facts are delivered, wherever it is killed: the tables are those of one clean pass."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as some

from streams.checkpoints import Place
from streams.projector import Delivery
from tests.streams.chaos import STREAMS, Arena, Kafka, Killed

EXAMPLES = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])

books = some.lists(some.integers(0, len(STREAMS) - 1), min_size=1, max_size=25)
fuses = some.none() | some.integers(0, 12)
sizes = some.integers(1, 12)
seeds = some.integers(0, 10_000)
rounds = some.lists(some.tuples(sizes, some.sampled_from([1, 1, 2, 3])), max_size=8)
losses = some.sets(some.integers(1, 25), max_size=6)
swaps = some.lists(seeds, max_size=2)
messes = some.tuples(rounds, losses, swaps)
takes = some.tuples(some.just("take"), sizes, fuses, seeds)
rewinds = some.tuples(some.just("rewind"), sizes, some.none(), seeds)
logs = some.tuples(some.just("log"), sizes, fuses, seeds)
kafka_plans = some.lists(takes | takes | rewinds, max_size=12)
log_plans = some.lists(logs, max_size=12)
mixed_plans = some.lists(takes | logs | rewinds, max_size=12)

Mess = tuple[list[tuple[int, int]], set[int], list[int]]
Step = tuple[str, int, int | None, int]


class Feeder:
    """Feeds the projector as planned; a kill is followed by a new process at the same place."""

    def __init__(self, arena: Arena, kafka: Kafka) -> None:
        self.arena, self.kafka = arena, kafka
        self.places = sorted(kafka.messages)
        self.read: dict[Place, int] = dict.fromkeys(self.places, 0)

    async def follow(self, plan: list[Step]) -> None:
        for kind, size, fuse, seed in plan:
            self.arena.fuse.left = fuse
            try:
                await getattr(self, kind)(size, seed)
            except Killed:
                self.arena.fresh_projector()
            self.arena.fuse.left = None

    async def take(self, size: int, seed: int) -> None:
        """A batch from some partitions, their messages mixed; acknowledged if not killed."""
        chosen = [place for number, place in enumerate(self.places) if seed >> number & 1]
        batch = {place: self._next(place, size) for place in chosen}
        await self.arena.projector.take(_mixed(batch))
        for place, deliveries in batch.items():
            self.read[place] += len(deliveries)

    async def log(self, size: int, seed: int) -> None:
        await self.arena.projector.take_log(size)

    async def rewind(self, size: int, seed: int) -> None:
        if self.places:
            place = self.places[seed % len(self.places)]
            self.read[place] = max(0, self.read[place] - size)

    async def finish(self) -> None:
        """What Kafka still has, then what it owes: the tail that was lost."""
        for place in self.places:
            await self.arena.projector.take(self._next(place, 1000))
        for place, head in self.kafka.heads.items():
            await self.arena.projector.catch_up(place, head)

    def _next(self, place: Place, size: int) -> list[Delivery]:
        at = self.read[place]
        return self.kafka.messages[place][at : at + size]


def _mixed(batch: dict[Place, list[Delivery]]) -> list[Delivery]:
    """One of each partition in turn."""
    queues = [list(deliveries) for deliveries in batch.values()]
    mixed: list[Delivery] = []
    while any(queues):
        mixed += [queue.pop(0) for queue in queues if queue]
    return mixed


async def _kafka(arena: Arena, book: list[int], mess: Mess) -> Kafka:
    history = await arena.begin(book)
    sent, lost, swapped = mess
    kafka = Kafka()
    for size, times in [*sent, (len(history), 1)]:
        kafka.relay(history[:size], times, lost)
        history = history[size:]
    for index in swapped:
        kafka.swap(index)
    return kafka


async def _clean(arena: Arena) -> None:
    assert await arena.odd() == []
    assert await arena.tables("wild") == await arena.tables("clean")


@EXAMPLES
@for_all(book=books, mess=messes, plan=kafka_plans)
def test_kafka_with_duplicates_gaps_and_kills_gives_the_tables_of_one_clean_pass(
    arena: Arena, book: list[int], mess: Mess, plan: list[Step]
) -> None:
    async def example() -> None:
        feeder = Feeder(arena, await _kafka(arena, book, mess))
        await feeder.follow(plan)
        await feeder.finish()
        await _clean(arena)

    arena.loop.run(example())


@EXAMPLES
@for_all(book=books, plan=log_plans)
def test_the_log_in_any_batches_with_kills_gives_the_tables_of_one_clean_pass(
    arena: Arena, book: list[int], plan: list[Step]
) -> None:
    async def example() -> None:
        await arena.begin(book)
        await Feeder(arena, Kafka()).follow(plan)
        while await arena.projector.take_log() > 0:
            pass
        await _clean(arena)

    arena.loop.run(example())


@EXAMPLES
@for_all(book=books, mess=messes, plan=mixed_plans, by_log=some.booleans())
def test_changing_between_both_runners_gives_the_tables_of_one_clean_pass(
    arena: Arena, book: list[int], mess: Mess, plan: list[Step], by_log: bool
) -> None:
    async def example() -> None:
        feeder = Feeder(arena, await _kafka(arena, book, mess))
        await feeder.follow(plan)
        if by_log:
            while await arena.projector.take_log() > 0:
                pass
        else:
            await feeder.finish()
        await _clean(arena)

    arena.loop.run(example())


def test_every_kill_between_two_hops_is_survived(arena: Arena) -> None:
    """The same batch, killed at each moment in turn, until there is none left to be killed at."""

    async def example(moment: int) -> bool:
        feeder = Feeder(arena, await _kafka(arena, [0, 1, 0, 2, 1, 0], ([], set(), [])))
        every = (1 << len(feeder.places)) - 1
        await feeder.follow([("take", 10, moment, every)])
        killed = feeder.read != {place: len(q) for place, q in feeder.kafka.messages.items()}
        await feeder.finish()
        await _clean(arena)
        return killed

    killed: list[Any] = [arena.loop.run(example(moment)) for moment in range(12)]
    assert killed[0] and not killed[-1] and killed == sorted(killed, reverse=True)
