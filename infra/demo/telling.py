"""What the demo says while it works and when it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

Progressed = Callable[[int], None]


class Teller:
    """Answers go to `out`; what only concerns the one who waits goes to `err`."""

    def __init__(self, out: Console, err: Console) -> None:
        self.out = out
        self.err = err

    def show(self, page: RenderableType) -> None:
        self.out.print(page)
        self.out.print()

    def say(self, words: str) -> None:
        """Unbroken, so that an address can be clicked or copied."""
        self.out.print(words, soft_wrap=True, markup=False)

    def step(self, words: str) -> None:
        self.err.print(words, style="dim")

    @contextmanager
    def counting(self, what: str, total: int) -> Iterator[Progressed]:
        """A bar while it lasts."""
        bar = Progress(
            TextColumn(f"{what:<24}"),
            BarColumn(40),
            MofNCompleteColumn(),
            console=self.err,
            transient=True,
            disable=not self.err.is_terminal,
        )
        with bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.update(task, completed=done)
