"""What the bot does not compute: time, waiting and chance, handed in so that a test can decide them."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from mlops.errors import UnavailableError

T = TypeVar("T")


class StoppedError(UnavailableError):
    """The process was asked to end: nothing further is tried."""


@dataclass(frozen=True)
class Effects:
    """The clock, sleep and chance.

    Attributes:
        monotonic: Seconds that only grow.
        now: Seconds since the epoch.
        sleep: Wait so many seconds.
        chance: A number in [0, 1), so that runs which failed together do not try again together.
    """

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = field(default=random.random)


class Deadline:
    """The moment after which nothing more is tried."""

    def __init__(self, effects: Effects, seconds: float) -> None:
        self.effects = effects
        self.seconds = seconds
        self._end = effects.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left, never less than 0."""
        return max(0.0, self._end - self.effects.monotonic())

    def pause(self, seconds: float) -> bool:
        """Wait so many seconds if that leaves time for another try; return whether it does."""
        if seconds >= self.left():
            return False
        self.effects.sleep(seconds)
        return True

    def within(self, call: Callable[[], T]) -> T:
        """Return what ``call`` returns, or give up at the deadline, however slowly the other side talks.

        Raises:
            TimeoutError: The deadline came first.
        """
        outcome: list[T] = []
        failure: list[BaseException] = []

        def work() -> None:
            try:
                outcome.append(call())
            except BaseException as error:  # noqa: BLE001  # handed to the thread that waits
                failure.append(error)

        worker = threading.Thread(target=work, daemon=True)
        worker.start()
        worker.join(self.left())
        if failure:
            raise failure[0]
        if not outcome:
            raise TimeoutError("no answer before the deadline")
        return outcome[0]
