"""Small logs of a server, made with the server's own writer on days of one's choice."""

import time
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mlops.serving.log import Answered, Label, Log, Role

MODEL = "er_20250101"


@contextmanager
def on(day: str) -> Any:
    """Have the log's clock stand at noon of a day."""
    noon = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC).timestamp()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: noon)
        yield


@dataclass
class Written:
    """A log that is being written; predictions are numbered."""

    path: Path
    task: str = "er"
    model: str = MODEL
    threshold: float = 0.5
    log: Log = field(init=False)
    count: int = 0

    def __post_init__(self) -> None:
        self.log = Log(self.path)

    def answer(
        self, day: str, inputs: Mapping[str, Any], *, score: float = 0.9, row: str = "", role: Role = "live",
        answers: str = "",
    ) -> str:  # fmt: skip
        """Log a prediction; return its id."""
        self.count += 1
        own = f"{self.count:032x}"
        one = Answered(
            own, self.task, self.model, "a" * 64, role, answers or own, row, "e" * 32, inputs, score,
            score >= self.threshold,
        )  # fmt: skip
        with on(day):
            self.log.add([one])
        return own

    def decide(self, day: str, prediction: str, label: int, *, revises: bool = False) -> None:
        """Log a label that was decided and arrived on a day."""
        with on(day):
            self.log.label([Label(prediction, label, day, revises)])

    def many(self, day: str, rows: Iterable[tuple[float, int | None]], inputs: Mapping[str, Any]) -> list[str]:
        """Log predictions of scores and, on the same day, their labels; return their ids."""
        done, labels = [], []
        for score, label in rows:
            self.count += 1
            own = f"{self.count:032x}"
            sent = {
                name: f"{value} {self.count}" if isinstance(value, str) else value for name, value in inputs.items()
            }
            done.append(
                Answered(
                    own, self.task, self.model, "a" * 64, "live", own, f"r{self.count}", "e" * 32, sent, score,
                    score >= self.threshold,
                )
            )  # fmt: skip
            labels += [] if label is None else [Label(own, label, day)]
        with on(day):
            self.log.add(done)
            self.log.label(labels)
        return [one.id for one in done]
