"""What a verb that takes long says on stderr: which step runs, what it did, how long that took."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from time import perf_counter

from rich.console import Console
from rich.status import Status
from rich.text import Text

_WIDTH = 9


@dataclass
class Talk:
    """Tells which step is done and how long it took.

    On a terminal a spinner says what a step is doing; elsewhere, such as in the log of a workflow, each thing that it
    does is a line. Both hear it from the loggers of the package.

    Attributes:
        console: Where to.
        seconds: Of each step that is done.
    """

    console: Console
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Time one step; what the caller appends to the list is told when it is done."""
        said: list[str] = []
        started = perf_counter()
        with self._listening(name, started):
            yield said
        self.seconds[name] = round(perf_counter() - started, 3)
        text = Text.assemble(("✓ ", "green"), f"{name:<{_WIDTH}}", (" ".join(said), "default"))
        text.append(f"  {self.seconds[name]:.1f} s", style="dim")
        self.console.print(text, soft_wrap=True)

    @contextmanager
    def _listening(self, name: str, started: float) -> Iterator[None]:
        """Pass on what the package logs while the step runs."""
        logger = logging.getLogger("mlops")
        before = logger.level
        status = self.console.status(Text(name)) if self.console.is_terminal else None
        handler = _Listener(name, started, self.console, status)
        with status or nullcontext():
            logger.addHandler(handler)
            logger.setLevel(logging.INFO)
            try:
                yield
            finally:
                logger.setLevel(before)
                logger.removeHandler(handler)


class _Listener(logging.Handler):
    """Shows a record on the spinner of a terminal, and as a line elsewhere."""

    def __init__(self, name: str, started: float, console: Console, status: Status | None) -> None:
        super().__init__(logging.INFO)
        self.step, self.started, self.console, self.status = name, started, console, status

    def emit(self, record: logging.LogRecord) -> None:
        """Show one record."""
        text = f"{self.step}: {record.getMessage()}"
        if self.status is not None:
            self.status.update(Text(text))
        else:
            self.console.print(Text(f"  {text} (after {perf_counter() - self.started:.1f} s)"), soft_wrap=True)
