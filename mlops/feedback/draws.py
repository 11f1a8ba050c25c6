"""``audits/<task>/<draw>.json``: which predictions were drawn to be labelled, and how likely each was to be drawn.

Holds ids and numbers alone, nothing of what was sent, so that it may be committed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from mlops import documents
from mlops.documents import Document, Part
from mlops.errors import InputRefusedError
from mlops.feedback.reading import Logged
from mlops.ids import format_date
from mlops.metrics import Count

FOLDER = Path("audits")

Probability = Annotated[float, Field(gt=0, le=1)]
PredictionId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class Stratum(Part):
    """Predictions of one call and one band of scores.

    Attributes:
        positive: Their call.
        low: Lowest score of the band.
        high: From here on the next band begins; above 1 for the last one.
        population: Predictions.
        drawn: Of these, drawn, each as likely as the other.
        probability: ``drawn / population``.
    """

    positive: bool
    low: float
    high: float
    population: Count
    drawn: Count
    probability: Annotated[float, Field(ge=0, le=1)]

    def holds(self, row: Logged) -> bool:
        """Tell whether a prediction belongs here."""
        return row.positive == self.positive and self.low <= row.score < self.high


class AuditDraw(Document):
    """One draw.

    Attributes:
        task: The task.
        model_id: The model whose predictions were drawn from.
        seed: Of chance.
        start: The first day of predictions.
        until: The day after the last one.
        as_of: The day on which the log was read.
        log: Which log it was drawn from; 0 where that is not known. Numbers of different logs mean nothing to each
            other.
        last: The greatest number among the predictions that it was drawn from: what was logged later could not be
            drawn. None in draws from before this was kept: they are taken to end with the day ``as_of``.
        strata: Every band that holds a prediction.
        rows: The predictions that were drawn, by id their probability.
    """

    task: str
    model_id: str
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    start: date
    until: date
    as_of: date
    log: Count = 0
    last: Count | None = None
    strata: tuple[Stratum, ...]
    rows: dict[PredictionId, Probability]

    @property
    def name(self) -> str:
        """Names its file, and the file for people."""
        return f"{self.task}_{format_date(self.as_of)}-s{self.seed}"

    def probability(self, row: Logged) -> float:
        """Return how likely a prediction was to be drawn; 0 for one that was not among those that were drawn from.

        These are predictions of other days, of another model, of another log, and those that were logged later.
        """
        if row.model_id != self.model_id or not self.start <= row.day < self.until:
            return 0.0
        if row.id not in self.rows and not self._had(row):
            return 0.0
        return next((stratum.probability for stratum in self.strata if stratum.holds(row)), 0.0)

    def _had(self, row: Logged) -> bool:
        """Tell whether a prediction was in the log, and in this one, when the draw was made."""
        if self.last is None:
            return row.day <= self.as_of
        return row.number <= self.last and (not self.log or not row.log or row.log == self.log)


def inclusion(draws: Sequence[AuditDraw], rows: Iterable[Logged]) -> dict[str, float]:
    """Return for each prediction that a draw holds how likely any of them was to hold it.

    Draws are independent, so that is one less the product of the chances to be left out of each.
    """
    held = {name for draw in draws for name in draw.rows}
    found = {}
    for row in rows:
        if row.id in held:
            chance = 0.0
            for draw in draws:
                chance += (1 - chance) * draw.probability(row)
            found[row.id] = chance
    return {name: chance for name, chance in found.items() if chance > 0}


def read_all(root: Path, task: str, named: Sequence[Path]) -> tuple[AuditDraw, ...]:
    """Return the draws of a task: those of the repository, and those that were named.

    Raises:
        InputRefusedError: One is no draw, or of another task.
    """
    paths = dict.fromkeys(path.resolve() for path in [*sorted((root / FOLDER / task).glob("*.json")), *named])
    draws = {path: documents.read(path, AuditDraw) for path in paths}
    for path, draw in draws.items():
        if draw.task != task:
            raise InputRefusedError(
                "This draw is of another task.", file=path, field="task", expected=task, found=draw.task,
                fix=f"Draws of a task stand in {FOLDER.as_posix()}/<task>/.",
            )  # fmt: skip
    return tuple(_distinct(draws.values()).values())


def _distinct(draws: Iterable[AuditDraw]) -> Mapping[bytes, AuditDraw]:
    """Return each draw once: a copy of one is no second chance."""
    return {documents.dumps(draw): draw for draw in draws}
