"""``monitoring.json``: what a served model does, measured and judged; all that the bot needs, and no row of the log."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from mlops.documents import Document, Part
from mlops.hashing import Sha256
from mlops.metrics import Count, Estimate

Word = Literal["ok", "alarm", "unknown"]
Selection = Literal["labelled", "audited"]
Kind = Literal["number", "category", "length", "weekday", "days", "score", "unread"]
Role = Literal["live", "canary"]
Part_ = Literal["realised", "shift", "estimated"]
Rate = Annotated[float, Field(ge=0, le=1)]


class Realised(Part):
    """A metric on mature labels, of one way in which rows came to be labelled; the two are never mixed.

    Attributes:
        metric: ``precision``, ``recall``, ``f1`` or ``accuracy``.
        selection: ``labelled`` takes every row that has a label, whoever chose it; ``audited`` the rows of draws,
            weighted by 1 / inclusion probability.
        estimate: The value and its one-sided bounds.
        effective: Rows of equal weight that the denominator is worth, (sum w)^2 / sum w^2 (Kish 1965).
        coverage: Share of the rows that should be labelled which are, of the call of which fewer are: of every row, or
            of draws, weighted by 1 / inclusion probability.
        reach: Share of every row that a draw could have held, of the call of which it is smaller; None where no draw
            is looked at.
        minimum: What the policy asks for; None where it asks nothing, and then nothing is judged.
        sufficient: Whether labels are enough, and cover what the metric is about.
        judged: Whether this line is the one that decides on the metric.
        word: The answer; ``unknown`` where nothing is judged.
        reason: Why, in a sentence.
    """

    metric: str
    selection: Selection
    estimate: Estimate
    effective: float
    coverage: Rate | None
    reach: Rate | None = None
    minimum: Rate | None
    sufficient: bool
    judged: bool
    word: Word
    reason: str


class Shift(Part):
    """How far a column of what was sent, or the score, lies from what the model was trained on.

    Attributes:
        feature: The column; of dates the weekday, or the days between two.
        kind: How it was read; ``unread`` where there is nothing to compare it with.
        bins: Classes, empty ones left out.
        rows: Predictions.
        reference_rows: Rows of the reference.
        psi: Population stability index; None where it was not measured.
        floor: What it is on average between two samples of one population.
        limit: From which it is an alarm: ``psi_max`` above the floor.
    """

    feature: str
    kind: Kind
    bins: Count
    rows: Count
    reference_rows: Count
    psi: float | None
    floor: float | None
    limit: float | None
    word: Word
    reason: str


class Estimated(Part):
    """What calibrated scores foretell of a metric; blind to a changed relation, so it may alarm and never reassure.

    Attributes:
        metric: Its name.
        value: The expectation; None where it is not defined.
        rows: Predictions.
        minimum: What the policy asks for; None where it asks nothing.
    """

    metric: str
    value: Rate | None
    rows: Count
    minimum: Rate | None
    word: Word
    reason: str


class ModelReport(Part):
    """One model.

    Attributes:
        model_id: Its id.
        live: Whether it is the one that answers now.
        role: In which role it is judged: the live one, else the newest canary; None for all others.
        predictions: That answered somebody in the window.
        positives: Of these, called positive.
        mature: Predictions old enough for a label, in the window of labels.
        labelled: Of these, with a label.
        realised: By metric and selection.
        shifts: By column, the largest first.
        estimated: By metric.
        notes: What was not measured, in sentences.
    """

    model_id: str
    live: bool
    role: Role | None = None
    predictions: Count
    positives: Count
    mature: Count
    labelled: Count
    realised: tuple[Realised, ...]
    shifts: tuple[Shift, ...]
    estimated: tuple[Estimated, ...]
    notes: tuple[str, ...] = ()

    @property
    def judged(self) -> Role | None:
        """In which role it is judged; reports from before canaries were say so by ``live`` alone."""
        return self.role or ("live" if self.live else None)


class Retraining(Part):
    """What the settings make of an alarm.

    Attributes:
        policy: ``never``, ``ask`` or ``dispatch``.
        wanted: Whether a measured part alarms: an estimate alone wants nothing.
        cooldown_days: Days after a dispatched training in which no other one is dispatched.
    """

    policy: Literal["never", "ask", "dispatch"]
    wanted: bool
    cooldown_days: Annotated[int, Field(ge=1)]


class Monitoring(Document):
    """``monitoring.json``.

    Attributes:
        task: The task.
        as_of: The last day that was looked at.
        start: The first day of predictions.
        until: The day after the last one.
        labels_start: The first day of predictions whose labels count.
        labels_until: The day after the last one: younger ones may still get theirs.
        maturity_days: Days that a label got.
        confidence: Of each one-sided bound.
        log_sha256: Hash of the log that was read; None where a server still writes it.
        newest: When the newest prediction of the task that the log holds was answered; None where it holds none.
        stale: Whether that is longer ago than the settings allow.
        models: By id; the one that is judged first.
        parts: The word of each part for the model that is judged.
        word: ``unknown`` where the log is stale, else ``alarm`` if a part alarms, ``ok`` if realised quality and shifts
            are both ok, else ``unknown``.
        reasons: Why, the gravest first.
        retraining: What the settings make of it.
    """

    task: str
    as_of: date
    start: date
    until: date
    labels_start: date
    labels_until: date
    maturity_days: Count
    confidence: float
    log_sha256: Sha256 | None = None
    newest: datetime | None = None
    stale: bool = False
    models: tuple[ModelReport, ...]
    parts: dict[Part_, Word]
    word: Word
    reasons: tuple[str, ...]
    retraining: Retraining
