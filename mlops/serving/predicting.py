"""One request for predictions, from rows to answers: routed, scored, logged, and only then answered."""

from collections.abc import Sequence
from time import perf_counter
from typing import Any, NamedTuple

from mlops.errors import MlopsError, UnavailableError, UsageRefusedError
from mlops.serving.holding import Held, Holder, Serving
from mlops.serving.log import Answered, Log, Role, new_id
from mlops.serving.measures import Measures
from mlops.serving.requests import PredictRequest, Row, entity_of, read_rows


class NotOfferedError(UnavailableError):
    """No model is deployed that answers for an entity; the server does what it was told."""


class _Scored(NamedTuple):
    """A row, what it is about, who scored it, and what came out."""

    row: Row
    entity: str
    serving: Serving
    role: Role
    score: float

    @property
    def positive(self) -> bool:
        return self.score >= self.serving.threshold

    def kept(self, task: str, own: str, answers: str) -> Answered:
        placed = self.serving.placed
        return Answered(
            own, task, placed.model_id, placed.artifact_sha256, self.role, answers, self.row.id, self.entity,
            self.row.inputs, self.score, self.positive,
        )  # fmt: skip


def predict(asked: PredictRequest, holder: Holder, log: Log, measures: Measures) -> dict[str, Any]:
    """Return the answer to a request; when it returns, all of it is in the log.

    Raises:
        UsageRefusedError: This server does not serve the task.
        InputRefusedError: A row is not what the model reads.
        NotOfferedError: No model answers for a row.
        UnavailableError: The log cannot be written.
    """
    held = holder.held.get(asked.task)
    if held is None:
        raise UsageRefusedError(
            "This server does not serve such a task.", field="task", expected=" or ".join(sorted(holder.tasks)),
            fix="Name a task that /readyz names.",
        )  # fmt: skip
    answers = _scored(asked.rows, held, measures, asked.task)
    ids = [new_id() for _ in answers]
    kept = [one.kept(asked.task, own, own) for one, own in zip(answers, ids, strict=True)]
    kept += _shadow(asked.task, answers, held, ids, measures)
    log.add(kept)
    measures.count(kept)
    return {
        "task": asked.task,
        "predictions": [
            {
                "id": one.row.id, "prediction_id": own, "score": one.score, "positive": one.positive,
                "threshold": one.serving.threshold, "model_id": one.serving.placed.model_id,
                "artifact_sha256": one.serving.placed.artifact_sha256, "role": one.role,
                "notice": one.serving.placed.notice,
            }
            for one, own in zip(answers, ids, strict=True)
        ],
    }  # fmt: skip


def _scored(rows: Sequence[Row], held: Held, measures: Measures, task: str) -> list[_Scored]:
    """Score each row by the model that answers for its entity."""
    entities = [entity_of(row) for row in rows]
    routed = [held.answering(entity) for entity in entities]
    groups: dict[Role, list[int]] = {}
    for place, (serving, role) in enumerate(routed):
        if serving is None:
            raise NotOfferedError(
                "No model answers for this entity: none is live, or a beta has a smaller share.", field=f"rows.{place}",
                fix="Decide by hand; the share grows as the beta proves itself.",
            )  # fmt: skip
        groups.setdefault("canary" if role == "canary" else "live", []).append(place)
    found: dict[int, _Scored] = {}
    for role, places in groups.items():
        serving = held.trial if role == "canary" else held.live
        if serving is None:
            raise TypeError("who answers was asked above")
        scores = _score(serving, [rows[place] for place in places], measures, task, role)
        for place, score in zip(places, scores, strict=True):
            found[place] = _Scored(rows[place], entities[place], serving, role, score)
    return [found[place] for place in range(len(rows))]


def _shadow(
    task: str, answers: Sequence[_Scored], held: Held, ids: Sequence[str], measures: Measures
) -> list[Answered]:
    """Return what the model in the shadow says of the same rows; what it cannot score, nobody misses."""
    serving = held.trial
    if serving is None or held.mode != "shadow":
        return []
    try:
        scores = _score(serving, [one.row for one in answers], measures, task, "shadow")
    except MlopsError:  # it may read other columns than the live one
        return []
    return [
        _Scored(one.row, one.entity, serving, "shadow", score).kept(task, new_id(), own)
        for one, score, own in zip(answers, scores, ids, strict=True)
    ]


def _score(serving: Serving, rows: Sequence[Row], measures: Measures, task: str, role: Role) -> list[float]:
    """Return the (n,) scores of rows; raises InputRefusedError for what the model does not read."""
    started = perf_counter()
    scores: list[float] = serving.model.predict_proba(read_rows(rows, serving.kinds)).tolist()
    measures.predict_seconds.labels(task, role).observe(perf_counter() - started)
    return scores
