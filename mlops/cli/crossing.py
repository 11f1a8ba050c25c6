"""Gate 3: the task's own training, repeated on the past of each block of days, and what its scores are worth."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from mlops.artifact import Training
from mlops.certification_settings import Profile
from mlops.cli.steps import load_model
from mlops.config import Change, Criterion, TaskSettings
from mlops.crossval.document import CrossvalReport
from mlops.crossval.folding import Fold, folds
from mlops.crossval.judging import AUC, MEAN, SD, judge_champion
from mlops.crossval.latency import Latency, measure_latency
from mlops.crossval.measuring import (
    Bounding,
    accuracy_bound,
    auc_bound,
    chance,
    effective_groups,
    groupings_of,
    lifts,
)
from mlops.crossval.reporting import Beside, report
from mlops.crossval.validating import CrossValidation, cross_validate
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.gate.report import ChangeResult
from mlops.intervals.accuracy import accuracy_difference
from mlops.manifest import Manifest
from mlops.task import Examples, Model, Task

_LOG = logging.getLogger(__name__)
_FEW_ROWS = 30
_MARGIN = 0.02
_LATENCY_ROWS = 200


class _Tabular(Protocol):
    """A task whose rows are a table of numbers, so that tests by chance can refit something simple."""

    def design(self, examples: Examples) -> NDArray[np.float64]:
        """Return the (n, d) features without NaN, made without a look at the labels."""


@dataclass(frozen=True)
class Asked:
    """How to cross-validate.

    Attributes:
        blocks: Test blocks.
        purge: Whether rows of a group that is tested do not train for that block.
        seed: Of every fit and test.
        champion: Artifact of the model in production; None compares with nothing.
        clock: Seconds, monotonic, for the latency.
    """

    blocks: int
    purge: bool
    seed: int
    champion: Path | None
    clock: Callable[[], float]


def cross(
    task: Task, examples: Examples, pinned: Manifest, declared: TaskSettings, profile: Profile | None, asked: Asked
) -> CrossvalReport:
    """Cross-validate on the rows before the test rows, which stay unseen: those belong to gate 4.

    Args:
        task: The plug.
        examples: Of the dataset.
        pinned: Its manifest.
        declared: The task's settings, with the manifest's split.
        profile: What is demanded; None demands nothing.
        asked: How.

    Raises:
        UsageRefusedError: The task's rows have no time.
        InputRefusedError: The rows do not do for so many blocks, or the champion cannot be read.
    """
    rows, gap = _before_the_test(examples)
    rival = None if asked.champion is None else load_model(task, asked.champion)  # refused now, not after all fits
    past = examples.take(rows)
    label, time = past.label == 1, cast("NDArray[np.datetime64]", past.time)
    laid = folds(time, blocks=asked.blocks, embargo_days=gap, group=past.cluster if asked.purge else None)
    models: list[Model] = []

    def fit_and_score(train: NDArray[np.intp], test: NDArray[np.intp]) -> tuple[NDArray[np.float64], float]:
        _LOG.info("fit fold %s of %s on %s rows", len(models) + 1, len(laid), len(train))
        models.append(task.fit(past.take(train), declared, seed=asked.seed))
        return models[-1].predict_proba(past.inputs.iloc[test].reset_index(drop=True)), models[-1].threshold

    _refuse_thin(laid, past.label)
    found = cross_validate(fit_and_score, past.label, laid, 0.5)
    _LOG.info("bounds, lifts and tests by chance")
    how = Bounding(confidence=declared.policy.confidence, seed=asked.seed)
    groupings = groupings_of(found, time, past.cluster)
    design = cast("_Tabular", task).design(past) if hasattr(task, "design") else None
    champion, note = _against(rival, past, found, groupings, _margin(profile), declared.policy.confidence)
    beside = Beside(
        champion=champion,
        accuracy_bound=accuracy_bound(found, groupings, how),
        auc_bound=auc_bound(found, groupings, how),
        chance=chance(found, label, time, design=design, seed=asked.seed),
        lifts=lifts(found, label, _plain(past), groupings, how),
        latency=_latency(models[-1], past, asked.clock),
        gains=_gains(models[-1], past, laid[-1], asked.seed),
        notes=(*note, *_few(groupings, past.cluster)),
    )
    return report(
        found, task=task.name, dataset_sha256=pinned.sha256, criteria=demands(profile),
        confidence=declared.policy.confidence, embargo_days=gap, maturity=time.max(), beside=beside,
    )  # fmt: skip


def _few(groupings: Mapping[str, NDArray[np.intp]], cluster: NDArray[np.object_]) -> tuple[str, ...]:
    if "group" in groupings:
        return ()
    found = effective_groups(cluster)
    note = (
        f"Bounds do not count groups: they are as diverse as {found:.0f} equal ones, the few there are, and no sample."
    )
    return (note,)


def demands(profile: Profile | None) -> Mapping[str, Criterion]:
    """Return what a profile asks of the folds: mean and spread, or the area where it asks for neither."""
    if profile is None:
        return {}
    asked: dict[str, Criterion] = {
        name: criterion for name, criterion in profile.criteria.items() if name in {MEAN, SD}
    }
    area = profile.criteria.get("auc_lower")
    return asked or ({} if area is None else {AUC: area})


def _before_the_test(examples: Examples) -> tuple[NDArray[np.intp], int]:
    """Return the settled rows before the test rows, those of embargoes too, and the gap in days."""
    if examples.time is None or "split_test_from" not in examples.facts:
        raise UsageRefusedError(
            "Cross-validation over time needs rows that have a day and a split by date.",
            field="task",
            expected="a task with a contract that names the day of the event",
            found="rows without a time",
            fix="Cross-validate another task, for example claims.",
        )
    gap = int(examples.facts["maturity_days"])
    settled = np.datetime64(str(examples.facts["as_of"]), "D") - np.timedelta64(gap, "D")
    days = examples.time.astype("datetime64[D]")
    test_from = np.datetime64(str(examples.facts["split_test_from"]), "D")
    return np.flatnonzero(~np.isnat(days) & (days < test_from) & (days <= settled)), gap


def _refuse_thin(laid: tuple[Fold, ...], label: NDArray[np.int8]) -> None:
    """Refuse before the first fit what the last one would refuse."""
    for number, fold in enumerate(laid, start=1):
        positives = int((label[fold.train] == 1).sum())
        if min(positives, len(fold.train) - positives) < 5 or len(fold.train) < 50:  # noqa: PLR2004  # fit_model's least
            raise InputRefusedError(
                f"Before block {number} there is too little to train on.",
                field="rows",
                expected="at least 50 settled rows, 5 of each class, before the first block",
                found=f"{len(fold.train):,} rows, {positives:,} of them positive",
                why="The past of a block ends the label's maturity before it.",
                fix="Collect over a longer time, or ask for fewer blocks with --blocks.",
            )


def _plain(examples: Examples) -> dict[str, NDArray[Any]]:
    """Return the columns that a rule may read: texts and numbers; a day is no rule."""
    return {str(name): column.to_numpy() for name, column in examples.inputs.items() if column.dtype.kind in "OfiubU"}


def _latency(model: Model, examples: Examples, clock: Callable[[], float]) -> Latency:
    some = examples.inputs.iloc[-min(_LATENCY_ROWS, len(examples)) :].reset_index(drop=True)
    return measure_latency(
        lambda row: model.predict_proba(some.iloc[[row]]),
        lambda: model.predict_proba(some),
        rows=len(some),
        clock=clock,
    )


def _gains(model: Model, examples: Examples, fold: Fold, seed: int) -> dict[str, float]:
    """Return by column how much area under the ROC curve is lost when its cells are exchanged (Breiman 2001)."""
    label = examples.label[fold.test] == 1
    if not 0 < label.sum() < len(label):
        return {}
    inputs = examples.inputs.iloc[fold.test].reset_index(drop=True)
    whole = roc_auc_score(label, model.predict_proba(inputs))
    chance_ = np.random.default_rng(seed)
    found = {}
    for name in inputs.columns:
        mixed = inputs.assign(**{name: inputs[name].take(chance_.permutation(len(inputs))).to_numpy()})
        found[str(name)] = max(0.0, float(whole - roc_auc_score(label, model.predict_proba(mixed))))
    return found


def _margin(profile: Profile | None) -> Change:
    """Return how far the training may fall behind the champion: as the profile says of the mean, else two points."""
    asked = None if profile is None else profile.criteria.get("cv_mean")
    return Change(max_drop=_MARGIN) if asked is None or asked.change is None else asked.change


def _against(
    rival: tuple[Training, Model] | None,
    past: Examples,
    found: CrossValidation,
    groupings: Mapping[str, NDArray[np.intp]],
    change: Change,
    confidence: float,
) -> tuple[ChangeResult | None, tuple[str, ...]]:
    """Compare with the champion on the scored rows that it cannot have learnt from."""
    if rival is None:
        return None, ()
    record, model = rival
    until = str(record.facts.get("split_train_until", ""))
    time = cast("NDArray[np.datetime64]", past.time)[found.rows]
    later = time > np.datetime64(until, "D") if until[:1].isdigit() else np.zeros(len(time), dtype=np.bool_)
    if later.sum() < _FEW_ROWS:
        note = (
            f"Not compared with {record.model_id}: of the scored rows, {int(later.sum()):,} are later than those it "
            "learned from. Integration scores each new batch with it before the batch is merged."
        )
        return None, (note,)
    at = np.flatnonzero(later)
    theirs = model.predict_proba(past.inputs.iloc[found.rows[at]].reset_index(drop=True)) >= model.threshold
    clusters = {name: np.unique(code[at], return_inverse=True)[1] for name, code in groupings.items()}
    difference = accuracy_difference(found.right[at], theirs == found.label[at], clusters, confidence=confidence)
    return judge_champion(difference, change, n=len(at)), ()
