"""The model in production scores a batch before the batch is merged: it meets these rows as it meets the world."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.metrics import log_loss

from mlops import checksums, evaluation
from mlops.artifact import EVALUATION
from mlops.cli.steps import MAX_EVALUATION_BYTES, load_model
from mlops.config import TaskSettings
from mlops.errors import NothingSettledError, UsageRefusedError
from mlops.formatting import format_rate
from mlops.integration import ChampionScore
from mlops.integration.report import ScoreBound
from mlops.intervals.accuracy import accuracy
from mlops.intervals.auc import auc_bounds
from mlops.split import TEST
from mlops.task import Examples, Task

Codes = dict[str, NDArray[np.intp]]
_EVER = date(1678, 1, 1)  # the first whole year that days in nanoseconds can name


def score_batch(
    task: Task, folder: Path, table: pa.Table, declared: TaskSettings, *, as_of: date, root: Path
) -> ChampionScore:
    """Score the settled claims of a batch with the model of an artifact.

    Args:
        task: The plug of the task.
        folder: The artifact of the model in production.
        table: The batch's sound claims, each once.
        declared: The task's settings.
        as_of: The day of the batch, which decides whose label is settled.
        root: The repository.

    Raises:
        UsageRefusedError: The artifact is of another task.
        InputRefusedError: It does not hold, or cannot read these rows.
    """
    record, model = load_model(task, folder)
    if record.task != task.name:
        raise UsageRefusedError(
            "The champion is of another task.", file=folder, field="--champion", expected=task.name, found=record.task,
            fix=f"Pass an artifact of the task {task.name}.",
        )  # fmt: skip
    confidence = declared.policy.confidence
    own = _own(folder, confidence)
    rows = _settled(task, table, declared, as_of, root)
    if rows is None:
        finding = "No claim of this batch is decided and old enough for its label to be final; nothing can be told yet."
        return ChampionScore(
            model_id=record.model_id, rows=0, positives=0, accuracy=None, auc=None, log_loss=None, own=own,
            finding=finding,
        )  # fmt: skip
    score = model.predict_proba(rows.inputs)
    label = rows.label == 1
    groupings = _groupings(rows)
    found = accuracy((score >= model.threshold) == label, groupings, confidence=confidence)
    right = ScoreBound(value=found.value, lower=found.lower, upper=found.upper, n=found.n)
    area = auc_bounds(label, score, groupings["group"], confidence=confidence)
    return ChampionScore(
        model_id=record.model_id,
        rows=len(rows),
        positives=int(label.sum()),
        accuracy=right,
        auc=None if area is None else ScoreBound(value=area.value, lower=area.lower, upper=area.upper, n=len(rows)),
        log_loss=float(log_loss(label, score, labels=[False, True])),
        own=own,
        finding=_compared(right, own),
    )


def _settled(task: Task, table: pa.Table, declared: TaskSettings, as_of: date, root: Path) -> Examples | None:
    """Return the decided and mature claims; None where there are none."""
    every = declared.split.model_copy(update={"valid_from": None, "test_from": _EVER})
    try:
        examples = task.examples(table, declared.model_copy(update={"split": every}), as_of=as_of, root=root)
    except NothingSettledError:
        return None
    return examples.take(np.flatnonzero(examples.split == TEST))


def _groupings(rows: Examples) -> Codes:
    found = {"group": np.unique(rows.cluster.astype(str), return_inverse=True)[1].astype(np.intp)}
    if rows.time is not None:
        found["day"] = np.unique(rows.time.astype("datetime64[D]"), return_inverse=True)[1].astype(np.intp)
    return found


def _own(folder: Path, confidence: float) -> ScoreBound | None:
    """Return the model's accuracy on its own test rows, as its artifact recorded them."""
    listed = checksums.verify(folder)
    scored = evaluation.loads(
        checksums.read_verified(folder, EVALUATION, listed, limit=MAX_EVALUATION_BYTES), file=folder / EVALUATION
    )
    if not len(scored.label):
        return None
    group = np.unique(scored.cluster.astype(str), return_inverse=True)[1].astype(np.intp)
    found = accuracy(scored.predicted == (scored.label == 1), {"group": group}, confidence=confidence)
    return ScoreBound(value=found.value, lower=found.lower, upper=found.upper, n=found.n)


def _compared(here: ScoreBound, own: ScoreBound | None) -> str:
    said = f"{format_rate(here.value)} of {here.n:,} settled claims decided rightly"
    if own is None:
        return f"{said}."
    if here.upper < own.lower:
        return (
            f"{said}, shown to be worse than the {format_rate(own.value)} at its own test: retrain, or look for drift."
        )
    if here.lower > own.upper:
        return f"{said}, shown to be better than the {format_rate(own.value)} at its own test."
    return f"{said}; no difference to the {format_rate(own.value)} at its own test is shown."
