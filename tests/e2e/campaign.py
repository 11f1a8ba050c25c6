"""Scenarios: runs of workflows that tests ask about, each run once, two at a time, and only those that are asked for.

A run of a workflow takes half a minute, most of it real training, so tests share runs: a scenario makes one or more
runs, tests mark which scenarios they need (``@pytest.mark.scenario("gate-pass")``) and assert on what came out.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.e2e.act import Run

Scenario = Callable[["Campaign"], Any]


@dataclass(frozen=True)
class _Known:
    needs: tuple[str, ...]
    play: Scenario


SCENARIOS: dict[str, _Known] = {}


def scenario(name: str, *needs: str) -> Callable[[Scenario], Scenario]:
    """Register a scenario under ``name``; those that it ``needs`` are begun before it."""

    def register(play: Scenario) -> Scenario:
        if unknown := set(needs) - SCENARIOS.keys():
            raise ValueError(f"{name} needs what is not registered before it: {unknown}")
        SCENARIOS[name] = _Known(needs, play)
        return play

    return register


@dataclass
class Campaign:
    """The scenarios of a session.

    Attributes:
        world: Where they play.
        workers: How many play at once. They are begun in the order in which they are registered, those that others
            need first, so one that waits for another never keeps it from beginning.
    """

    world: Any
    workers: int = 2
    _begun: dict[str, Future[Any]] = field(default_factory=dict)
    _pool: ThreadPoolExecutor | None = None

    def begin(self, names: Iterable[str]) -> None:
        """Begin scenarios and what they need, each once."""
        self._pool = self._pool or ThreadPoolExecutor(self.workers)
        for name in sorted(_with_needs(names), key=list(SCENARIOS).index):
            if name not in self._begun:
                self._begun[name] = self._pool.submit(SCENARIOS[name].play, self)

    def after(self, name: str) -> None:
        """Wait for a scenario if it was begun, whatever came of it."""
        if name in self._begun:
            self._begun[name].exception()

    def runs(self) -> Iterator[tuple[str, Run]]:
        """Yield the runs of the scenarios that ended, by the name of the scenario."""
        for name, future in self._begun.items():
            ended = future.done() and not future.cancelled() and future.exception() is None
            if ended and isinstance(future.result(), Run):
                yield name, future.result()

    def __getitem__(self, name: str) -> Any:
        """Return what a scenario came to; waits for it, and raises what it raised."""
        self.begin([name])
        return self._begun[name].result()

    def close(self) -> None:
        """Drop what has not begun, and wait for the rest."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _with_needs(names: Iterable[str]) -> set[str]:
    wanted = set(names)
    for name in tuple(wanted):
        wanted |= _with_needs(SCENARIOS[name].needs)
    return wanted
