"""One request for predictions, from rows to answers: routed, scored, logged, and only then answered."""

from collections.abc import Sequence
from time import perf_counter
from typing import Any, NamedTuple

from mlops.errors import MlopsError, UnavailableError, UsageRefusedError
from mlops.serving.holding import Held, Holder, Serving
from mlops.serving.log import Answered, Log, Role, new_id
from mlops.serving.measures import Measures
from mlops.serving.requests import PredictRequest, Row, check_rows, entity_of


class _Scored(NamedTuple):
    """A row, who scored it, and what came out."""

    row: Row
    serving: Serving
    role: Role
    score: float

    @property
    def positive(self) -> bool:
        return self.score >= self.serving.model.threshold


def predict(asked: PredictRequest, holder: Holder, log: Log, measures: Measures) -> dict[str, Any]:
    """Return the answer to a request; when it returns, all of it is in the log.

    Raises:
        UsageRefusedError: This server does not serve the task.
        InputRefusedError: A row is not what the model reads.
        UnavailableError: No model answers for a row, or the log cannot be written.
    """
    held = holder.held.get(asked.task)
    if held is None:
        raise UsageRefusedError(
            "This server does not serve such a task.", field="task", expected=" or ".join(sorted(holder.tasks)),
            fix="Name a task that /readyz names.",
        )  # fmt: skip
    answers = _scored(asked.rows, held, measures, asked.task)
    ids = [new_id() for _ in answers]
    kept = [_kept(one, asked.task, own, own) for one, own in zip(answers, ids, strict=True)]
    kept += _shadow(asked, held, ids, measures)
    log.add(kept)
    for one in kept:
        measures.predictions.labels(one.task, one.model_id, one.role, str(one.positive).lower()).inc()
        measures.scores.labels(one.task, one.model_id, one.role).observe(one.score)
    return {
        "task": asked.task,
        "predictions": [
            {
                "id": one.row.id, "prediction_id": own, "score": one.score, "positive": one.positive,
                "threshold": one.serving.model.threshold, "model_id": one.serving.placed.model_id,
                "artifact_sha256": one.serving.placed.artifact_sha256, "role": one.role,
                "notice": one.serving.placed.notice,
            }
            for one, own in zip(answers, ids, strict=True)
        ],
    }  # fmt: skip


def _scored(rows: Sequence[Row], held: Held, measures: Measures, task: str) -> list[_Scored]:
    """Score each row by the model that answers for its entity."""
    routed = [held.answering(entity_of(row)) for row in rows]
    groups: dict[str, list[int]] = {}
    for place, (serving, role) in enumerate(routed):
        if serving is None:
            raise UnavailableError(
                "No model answers for this entity: none is live, or a beta has a smaller share.", field=f"rows.{place}",
                fix="Decide by hand; the share grows as the beta proves itself.",
            )  # fmt: skip
        groups.setdefault(role, []).append(place)
    found: dict[int, _Scored] = {}
    for places in groups.values():
        serving, role = routed[places[0]]
        if serving is None or role == "shadow":
            raise TypeError("a shadow never answers")
        some = [rows[place] for place in places]
        check_rows(tuple(some), serving.kinds)
        started = perf_counter()
        scores = serving.score([row.inputs for row in some])
        measures.predict_seconds.labels(task, role).observe(perf_counter() - started)
        for place, row, score in zip(places, some, scores, strict=True):
            found[place] = _Scored(row, serving, role, float(score))
    return [found[place] for place in range(len(rows))]


def _shadow(asked: PredictRequest, held: Held, ids: Sequence[str], measures: Measures) -> list[Answered]:
    """Return what the model in the shadow says of the same rows; what it cannot score, nobody misses."""
    serving = held.trial
    if serving is None or held.mode != "shadow":
        return []
    started = perf_counter()
    try:
        check_rows(asked.rows, serving.kinds)
        scores = serving.score([row.inputs for row in asked.rows])
    except MlopsError:  # it may read other columns than the live one
        return []
    measures.predict_seconds.labels(asked.task, "shadow").observe(perf_counter() - started)
    return [
        _kept(_Scored(row, serving, "shadow", float(score)), asked.task, new_id(), answers)
        for row, score, answers in zip(asked.rows, scores, ids, strict=True)
    ]


def _kept(one: _Scored, task: str, own: str, answers: str) -> Answered:
    placed = one.serving.placed
    return Answered(
        own, task, placed.model_id, placed.artifact_sha256, one.role, answers, one.row.id, entity_of(one.row),
        one.row.inputs, one.score, one.positive,
    )  # fmt: skip
