"""The policy and the test rows that ``mlops policy`` looks at: an artifact's, the newest card's, or counts as given."""

from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from mlops import documents, registry
from mlops.artifact import METRICS
from mlops.cli.common import load_settings, repository_root, shown_path
from mlops.config import Settings, TaskSettings
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.gate.sample import Sample, Truth, from_counts, from_metrics, predicted_by
from mlops.metrics import Metrics

MOST_ROWS = 1_000_000
_MOST_EFFECT = 1_000
_SLACK = 0.05  # by which counts and rates of one command may differ: rates are rounded


@dataclass(frozen=True)
class Given:
    """What the command line says about the test rows; None is not given."""

    task: str | None
    artifact: Path | None = None
    rows: int | None = None
    positives: int | None = None
    predicted: int | None = None
    effect: float | None = None


class Subject(NamedTuple):
    """A task, its settings, and the test rows at hand if there are any."""

    task: str
    settings: TaskSettings
    sample: Sample | None


def find(given: Given) -> Subject:
    """Return what to look at.

    Raises:
        UsageRefusedError: The task is not declared, or the options are no counts or contradict each other.
        InputRefusedError: The artifact's ``metrics.json`` cannot be read, or it measures nothing.
    """
    root = repository_root()
    settings = load_settings(root)
    _check_counts(given)
    measured = None if given.artifact is None else documents.read(given.artifact / METRICS, Metrics)
    task = _task(settings, given.task, measured)
    declared = settings.task(task)
    if given.positives is not None:
        return Subject(task, declared, _as_given(given, given.positives, declared))
    if given.artifact is not None and measured is not None:
        return Subject(task, declared, _sample(measured, f"of {shown_path(given.artifact)}", given.artifact))
    return Subject(task, declared, _newest(root, task))


def check_quality(truth: Truth, sample: Sample, predicted: int | None) -> None:
    """Refuse a quality that no model can have on these rows.

    Raises:
        UsageRefusedError: The precision is 0, or means other predicted positives than ``predicted`` or more false ones
            than there are negatives.
    """
    if not truth.precision > 0:
        raise UsageRefusedError(
            "A precision of 0 leaves nothing to simulate.", field="--precision", expected="more than 0", found="0"
        )
    hits, called = sample.positives * truth.recall, predicted_by(truth, sample.positives)
    implied = f"{called:,.0f} predicted positives, {hits:,.0f} of them right"
    if predicted is not None and not abs(predicted - called) <= max(1.0, _SLACK * called):
        raise UsageRefusedError(
            "The numbers contradict each other.",
            field="--predicted",
            expected=f"{sample.positives:,} positives at these rates mean {implied}",
            found=f"{predicted:,}",
            fix="Leave --predicted out.",
        )
    if sample.rows is not None and called - hits > sample.rows - sample.positives:
        raise UsageRefusedError(
            "No model can be so wrong on these rows.",
            field="--precision",
            expected=f"at most {sample.rows - sample.positives:,} false positives, for there are no more negatives",
            found=implied,
            fix="Raise the precision, or leave --rows out.",
        )


def _check_counts(given: Given) -> None:
    """Refuse what is no count, and options that name the rows twice."""
    counts = {"--rows": given.rows, "--positives": given.positives, "--predicted": given.predicted}
    for field, count in counts.items():
        if count is not None and not 1 <= count <= MOST_ROWS:
            raise _refused("This is no number of rows.", field, f"1 to {MOST_ROWS:,}", f"{count:,}")
    if given.effect is not None and not (isfinite(given.effect) and 1 <= given.effect <= _MOST_EFFECT):
        raise _refused(
            "This is no design effect.", "--design-effect", f"a number from 1 to {_MOST_EFFECT:,}", given.effect
        )
    named = [field for field, count in counts.items() if count is not None]
    named += ["--design-effect"] if given.effect is not None else []
    if given.artifact is not None and named:
        raise _refused("The test rows are named twice.", named[0], "either --artifact or counts", "both")
    if named and given.positives is None:
        raise _refused("Counts need the number of positives.", "--positives", "how many test rows are positive", "none")
    if given.positives is None:
        return
    if given.rows is not None and given.rows <= given.positives:
        expected = f"more than the {given.positives:,} positives: negatives are needed too"
        raise _refused("These counts do not fit together.", "--rows", expected, f"{given.rows:,}")
    if given.rows is not None and given.predicted is not None and given.predicted > given.rows:
        expected = f"at most the {given.rows:,} rows"
        raise _refused("These counts do not fit together.", "--predicted", expected, f"{given.predicted:,}")


def _refused(what: str, field: str, expected: str, found: object) -> UsageRefusedError:
    return UsageRefusedError(
        what,
        field=field,
        expected=expected,
        found=found,
        fix="For example: --rows 2000 --positives 500, or --artifact DIR, or neither for the newest card's evidence.",
    )


def _task(settings: Settings, named: str | None, measured: Metrics | None) -> str:
    """Return the task that is named, else the artifact's, else the only one."""
    if named is not None and measured is not None and measured.task != named:
        raise UsageRefusedError(
            "The artifact is of another task.", field="TASK", expected=measured.task, found=ascii(named[:100])
        )
    if named is not None:
        return named
    if measured is not None:
        return measured.task
    if len(settings.tasks) == 1:
        return next(iter(settings.tasks))
    raise UsageRefusedError(
        "Name the task.",
        field="TASK",
        expected=" or ".join(sorted(settings.tasks)) or "a task declared in mlops.toml",
        found="nothing",
        fix="For example: mlops policy lint er",
    )


def _as_given(given: Given, positives: int, declared: TaskSettings) -> Sample:
    """Return rows of which only counts are known; F1's denominator is that of a model whose F1 is the minimum."""
    predicted = positives if given.predicted is None else given.predicted
    f1 = declared.policy.criteria.get("f1")
    share = 1.0 if f1 is None or f1.min is None else f1.min
    return from_counts(
        rows=given.rows,
        positives=positives,
        predicted=predicted,
        hits=min(share * (positives + predicted) / 2, positives, predicted),
        effect=given.effect or 1.0,
    )


def _newest(root: Path, task: str) -> Sample | None:
    """Return the test rows of the task's newest card whose evidence is committed."""
    folder = root / registry.FOLDER
    for model_id in reversed(registry.model_ids(folder)):
        path = folder / str(model_id) / METRICS
        if model_id.dataset.task == task and path.is_file():
            return _sample(documents.read(path, Metrics), f"of card {model_id}", path)
    return None


def _sample(measured: Metrics, source: str, path: Path) -> Sample:
    if measured.rows == 0 or measured.positives == 0:
        raise InputRefusedError(
            "These metrics measure nothing.",
            file=path,
            expected="test rows, some of them positive",
            found=f"{measured.rows:,} rows, {measured.positives:,} positive",
            fix="Name another artifact, or give counts: --positives 500",
        )
    return from_metrics(measured, source)
